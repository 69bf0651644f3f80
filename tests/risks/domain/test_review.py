"""When a risk is looked at again, and when that has been forgotten."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.review import Review, due, standing

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 11, 2)


def test_a_level_says_when_and_a_risk_without_one_is_looked_at_soon() -> None:
    assert due(TODAY, 30) == dt.date(2026, 12, 2)
    assert due(TODAY, None) == dt.date(2026, 11, 16)


@pytest.mark.parametrize(("due_in", "rated_ago", "review_days", "found"), [
    (-1, 10, 30, Review.OVERDUE),
    (-1, None, None, Review.OVERDUE),
    (0, 10, 30, Review.SOON),
    (14, 10, 30, Review.SOON),
    (15, 10, 30, Review.FRESH),
    (15, 60, 30, Review.FRESH),
    (15, 61, 30, Review.STALE),
    (5, 61, 30, Review.STALE),
    (5, None, None, Review.UNRATED),
    (5, 1, None, Review.UNRATED),
    (None, 10, 30, Review.FRESH),
])  # fmt: skip
def test_the_worst_word_that_is_true_is_said(
    due_in: int | None, rated_ago: int | None, review_days: int | None, found: Review
) -> None:
    due_on = None if due_in is None else TODAY + due_in * DAY
    rated_on = None if rated_ago is None else TODAY - rated_ago * DAY
    assert standing(due_on=due_on, rated_on=rated_on, review_days=review_days, today=TODAY) is found


@given(st.integers(1, 1000), st.integers(0, 3000))
def test_waiting_never_makes_a_risk_fresher(review_days: int, waited: int) -> None:
    order = list(Review)

    def found(days: int) -> Review:
        day = TODAY + days * DAY
        return standing(due_on=due(TODAY, review_days), rated_on=TODAY, review_days=review_days, today=day)

    assert order.index(found(waited + 1)) <= order.index(found(waited))
