from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.initiatives import (
    Counted,
    Course,
    Span,
    State,
    burned,
    expected_done,
    expected_value,
    forecast,
    state_of_services,
    state_of_value,
)
from reports.domain.values import Better

JANUARY = dt.date(2026, 1, 1)
COURSE = Course(JANUARY, dt.date(2026, 4, 11))  # a hundred days
START = Counted(2, 10)


def on(day: int) -> dt.date:
    return JANUARY + dt.timedelta(days=day)


def noon(day: int) -> dt.datetime:
    return dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=day)


def test_an_initiative_is_due_after_its_start() -> None:
    with pytest.raises(ValueError, match="due after its start"):
        Course(JANUARY, JANUARY)


def test_the_line_runs_from_the_baseline_to_the_whole_scope() -> None:
    assert [expected_done(COURSE, START, 10, on(day)) for day in (-5, 0, 12, 13, 50, 100, 130)] == [
        2,
        2,
        2,
        3,
        6,
        10,
        10,
    ]
    assert expected_value(COURSE, 0.6, 0.2, on(25)) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("day", "now", "state"),
    [
        (-1, Counted(2, 10), State.PLANNED),
        (50, Counted(6, 10), State.ON_TRACK),
        (50, Counted(5, 10), State.BEHIND),
        (50, Counted(10, 10), State.DONE),
        (101, Counted(9, 10), State.MISSED),
        (101, Counted(10, 10), State.DONE),
        (50, Counted(0, 0), State.NO_DATA),
        (50, Counted(6, 14), State.BEHIND),
    ],
)
def test_a_state_follows_from_the_line(day: int, now: Counted, state: State) -> None:
    assert state_of_services(COURSE, START, now, on(day)) is state


def test_without_a_baseline_nothing_has_begun() -> None:
    assert state_of_services(COURSE, None, START, on(50)) is State.PLANNED


@pytest.mark.parametrize(
    ("day", "baseline", "now", "state"),
    [
        (-1, 0.6, 0.6, State.PLANNED),
        (50, 0.6, 0.4, State.ON_TRACK),
        (50, 0.6, 0.45, State.BEHIND),
        (50, 0.6, 0.19, State.DONE),
        (101, 0.6, 0.3, State.MISSED),
        (101, 0.6, None, State.MISSED),
        (50, 0.6, None, State.NO_DATA),
        (50, None, 0.3, State.NO_DATA),
    ],
)
def test_a_figure_that_must_fall_is_judged_likewise(
    day: int, baseline: float | None, now: float | None, state: State
) -> None:
    assert state_of_value(COURSE, (baseline, 0.2), now, on(day), better=Better.DOWN) is state


def test_a_figure_that_must_rise_too() -> None:
    assert state_of_value(COURSE, (0.2, 0.6), 0.4, on(50), better=Better.UP) is State.ON_TRACK
    assert state_of_value(COURSE, (0.2, 0.6), 0.6, on(50), better=Better.UP) is State.DONE


def test_a_forecast_needs_five_done_and_four_weeks() -> None:
    assert forecast(COURSE, START, Counted(6, 10), on(50)) is None
    assert forecast(COURSE, START, Counted(7, 10), on(27)) is None
    assert forecast(COURSE, START, Counted(10, 10), on(50)) is None
    found = forecast(COURSE, START, Counted(7, 10), on(50))
    # Five in fifty days: at 95 % between 1.62 and 11.67 (Garwood 1936), so the last three take 13 to 92 days more.
    assert found is not None
    assert (found.earliest, found.latest) == (on(63), on(142))


@given(st.integers(0, 10), st.integers(0, 10), st.integers(-20, 130), st.integers(0, 40))
def test_more_done_is_never_a_worse_state_and_more_time_never_asks_for_less(
    done: int, more: int, day: int, later: int
) -> None:
    order = [State.NO_DATA, State.MISSED, State.BEHIND, State.ON_TRACK, State.PLANNED, State.DONE]
    now, then = Counted(min(10, done), 10), Counted(min(10, done + more), 10)
    states = [state_of_services(COURSE, START, each, on(day)) for each in (now, then)]
    assert order.index(states[0]) <= order.index(states[1])
    assert expected_done(COURSE, START, 10, on(day)) <= expected_done(COURSE, START, 10, on(day + later))


def test_a_burn_up_counts_who_was_in_scope_and_met_the_goal() -> None:
    scope = [Span(1, noon(0)), Span(2, noon(0), noon(2)), Span(3, noon(3))]
    met = [Span(1, noon(1)), Span(2, noon(0)), Span(3, noon(0), noon(3)), Span(4, noon(0))]
    found = burned([noon(day) for day in range(5)], scope, met)
    assert found.scope == (2, 2, 1, 2, 2)
    assert found.done == (1, 2, 1, 1, 1)


spans = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 9), st.integers(1, 5)), max_size=6, unique_by=lambda one: one[0]
)


@given(spans, spans)
def test_never_more_are_done_than_are_in_scope(
    scope: list[tuple[int, int, int]], met: list[tuple[int, int, int]]
) -> None:
    made = [[Span(pk, noon(day), noon(day + length)) for pk, day, length in rows] for rows in (scope, met)]
    at = [noon(day) for day in range(15)]
    found = burned(at, *made)
    assert all(0 <= done <= of for done, of in zip(found.done, found.scope, strict=True))
    assert found.scope == tuple(sum(one.since <= each < (one.until or noon(99)) for one in made[0]) for each in at)
