from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.grid import STEP_S
from slo.domain.maintenance import Phase, Span, merged, phase

AT = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
EARLY, LATE = (dt.datetime.fromisoformat(day) for day in ("2020-01-01", "2030-01-01"))
spans = st.lists(st.builds(Span, st.integers(0, 30), st.integers(0, 30)), max_size=8)


def _moments(rows: list[Span] | tuple[Span, ...]) -> set[int]:
    return {at for one in rows for at in range(one.start, one.end)}


@pytest.mark.parametrize(
    ("start", "end", "cancelled", "expected"),
    [
        (AT + HOUR, AT + 2 * HOUR, False, Phase.AHEAD),
        (AT, AT + HOUR, False, Phase.RUNNING),
        (AT - HOUR, AT, False, Phase.OVER),
        (AT + HOUR, AT + 2 * HOUR, True, Phase.CANCELLED),
    ],
)
def test_a_window_holds_its_start_and_not_its_end(
    start: dt.datetime, end: dt.datetime, cancelled: bool, expected: Phase
) -> None:
    assert phase(start, end, cancelled=cancelled, at=AT) is expected


@given(st.datetimes(EARLY, LATE), st.timedeltas(dt.timedelta(0), 72 * HOUR))
def test_the_steps_around_a_time_hold_it_and_are_less_than_two_steps_longer(
    start: dt.datetime, long: dt.timedelta
) -> None:
    start = start.replace(tzinfo=dt.UTC)
    found = Span.around(start, start + long)
    assert found.start % STEP_S == found.end % STEP_S == 0
    assert found.start <= start.timestamp()
    assert found.end >= (start + long).timestamp()
    assert found.end - found.start < long.total_seconds() + 2 * STEP_S


@given(spans)
def test_merged_spans_hold_each_moment_once_and_do_not_touch(rows: list[Span]) -> None:
    found = merged(rows)
    assert _moments(found) == _moments(rows)
    assert all(one.start < one.end for one in found)
    assert all(a.end < b.start for a, b in itertools.pairwise(found))


@given(st.builds(Span, st.integers(0, 30), st.integers(0, 30)), st.builds(Span, st.integers(0, 30), st.integers(0, 30)))
def test_what_lies_within_another_is_what_both_hold(one: Span, other: Span) -> None:
    assert _moments([one.within(other)]) == _moments([one]) & _moments([other])
