"""Whether promises are kept, by the first date; and days on which work is done."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.action_states import WAYS, State, may_go
from incidents.domain.business_days import business_days_after
from incidents.domain.closure import Promise, ageing, closure

BASE = dt.date(2026, 3, 2)
days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    made = draw(days)
    due = made + dt.timedelta(days=draw(st.integers(0, 60)))
    now_due = due + dt.timedelta(days=draw(st.integers(-10, 60)))
    done = made + dt.timedelta(days=draw(st.integers(0, 90))) if draw(st.booleans()) else None
    return Promise(made, due, now_due, done, dropped=done is None and draw(st.booleans()))


@given(st.lists(promises(), max_size=30), days)
def test_periods_side_by_side_add_up(all_of_them: list[Promise], middle: dt.date) -> None:
    start, end = dt.date(2025, 1, 1), dt.date(2028, 1, 1)
    whole = closure(all_of_them, start, end)
    parts = closure(all_of_them, start, middle), closure(all_of_them, middle, end)

    assert whole.due == sum(part.due for part in parts) == len(all_of_them)
    assert whole.kept == sum(part.kept for part in parts)
    assert whole.rate is None or 0 <= whole.rate <= 1


@given(st.lists(promises(), max_size=30))
def test_putting_off_makes_nothing_kept(all_of_them: list[Promise]) -> None:
    later = [Promise(p.made, p.due, p.now_due + dt.timedelta(days=90), p.done, p.dropped) for p in all_of_them]
    start, end = dt.date(2025, 1, 1), dt.date(2028, 1, 1)

    assert closure(later, start, end).kept == closure(all_of_them, start, end).kept


def test_nothing_due_has_no_rate() -> None:
    assert closure([], BASE, BASE).rate is None


def test_age_counts_what_is_open_from_the_day_of_the_promise() -> None:
    found = ageing(
        [
            Promise(BASE, BASE, BASE, None),
            Promise(BASE - dt.timedelta(days=10), BASE, BASE + dt.timedelta(days=20), None),
            Promise(BASE, BASE, BASE, BASE),
            Promise(BASE, BASE, BASE, None, dropped=True),
        ],
        BASE + dt.timedelta(days=5),
    )

    assert (found.open, found.overdue, found.oldest_days, found.median_days) == (2, 1, 15, 10.0)


def test_nothing_open_has_no_age() -> None:
    assert ageing([], BASE).median_days is None


@given(days, st.integers(0, 30))
def test_a_business_day_is_no_weekend_and_each_one_more_is_later(day: dt.date, count: int) -> None:
    found = business_days_after(day, count)

    assert found.weekday() < 5
    assert business_days_after(day, count + 1) > found
    assert (found - day).days >= count


def test_five_business_days_after_a_friday_is_the_next_friday() -> None:
    assert business_days_after(dt.date(2026, 3, 6), 5) == dt.date(2026, 3, 13)
    assert business_days_after(dt.date(2026, 3, 7), 0) == dt.date(2026, 3, 9)


def test_nothing_is_verified_that_was_not_done_and_nothing_is_lost_for_good() -> None:
    assert [state for state in State if may_go(state, State.VERIFIED)] == [State.DONE]
    assert all(WAYS[state] for state in State)
