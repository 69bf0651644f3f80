from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.impact import Reach, Segment, customer_minutes, impact_minutes, reach, union

NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


def segment(start: float, end: float, customers: float | None = None) -> Segment:
    return Segment(start=NOON + dt.timedelta(minutes=start), end=NOON + dt.timedelta(minutes=end), customers=customers)


def test_minutes_are_those_of_the_union_and_not_of_the_sum() -> None:
    assert impact_minutes([segment(0, 30), segment(10, 40), segment(60, 70)]) == 50


def test_touching_segments_are_one_span() -> None:
    assert len(union([segment(0, 10), segment(10, 20)])) == 1


def test_nothing_entered_is_unknown() -> None:
    assert impact_minutes([]) is None
    assert customer_minutes([segment(0, 30)]) is None


def test_customers_who_meet_two_failing_services_are_counted_once() -> None:
    # 10 min of 100, then 10 min of 300 (of which 100 also meet the first), then 10 min of 300.
    assert customer_minutes([segment(0, 20, 100), segment(10, 30, 300)]) == 10 * 100 + 20 * 300


def test_a_range_of_customers_is_one_of_their_minutes_and_one_guess_makes_all_a_guess() -> None:
    sure = replace(segment(0, 10, 100), measured=True)
    guessed = replace(segment(10, 20, 300), low=200.0, high=600.0)
    assert reach([sure, segment(30, 40)]) == Reach(1_000, 1_000, 1_000, measured=True)
    assert reach([sure, guessed]) == Reach(4_000, 3_000, 7_000, measured=False)
    assert reach([segment(0, 30)]) is None


segments = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 200), st.integers(0, 1000)).map(
        lambda each: segment(each[0], each[0] + each[1], each[2])
    ),
    min_size=1,
    max_size=8,
)


@given(segments)
def test_the_union_counts_each_minute_once(found: list[Segment]) -> None:
    minutes = {
        minute
        for each in found
        for minute in range(
            int((each.start - NOON).total_seconds() // 60), int((each.end - NOON).total_seconds() // 60)
        )
    }
    assert impact_minutes(found) == len(minutes)


@given(segments)
def test_customer_minutes_are_the_largest_segment_of_each_minute(found: list[Segment]) -> None:
    total = 0.0
    for minute in range(401):
        at = NOON + dt.timedelta(minutes=minute)
        total += max((each.customers or 0 for each in found if each.start <= at < each.end), default=0)
    assert customer_minutes(found) == pytest.approx(total)


@given(segments, segments)
def test_more_segments_never_cost_less(one: list[Segment], other: list[Segment]) -> None:
    assert (impact_minutes([*one, *other]) or 0) >= (impact_minutes(one) or 0)
    assert (customer_minutes([*one, *other]) or 0) >= (customer_minutes(one) or 0)
