from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.exception_states import REMINDED, WAYS, State, due_reminder, in_force, may_go

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
moments = st.integers(-9000, 9000).map(lambda hours: AT + dt.timedelta(hours=hours))


def test_a_request_is_decided_and_what_is_over_stays_over() -> None:
    assert may_go(State.REQUESTED, State.IN_FORCE)
    assert not may_go(State.REQUESTED, State.ENDED)
    assert not may_go(State.EXPIRED, State.IN_FORCE)
    assert {state for state in State if not WAYS[state]} == {
        State.REFUSED, State.WITHDRAWN, State.EXPIRED, State.ENDED,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "held"),
    [(-1, False), (0, True), (29, True), (30, False), (31, False)],
)
def test_it_holds_from_its_last_signature_until_its_end_which_is_not_in_it(days: int, held: bool) -> None:
    found = in_force(in_force_at=AT, expires_at=AT + 30 * DAY, ended_at=None, at=AT + days * DAY)
    assert found == held


def test_ended_early_it_holds_no_longer_and_a_request_never_did() -> None:
    assert not in_force(in_force_at=AT, expires_at=AT + 30 * DAY, ended_at=AT + DAY, at=AT + DAY)
    assert in_force(in_force_at=AT, expires_at=AT + 30 * DAY, ended_at=AT + 2 * DAY, at=AT + DAY)
    assert not in_force(in_force_at=None, expires_at=AT + 30 * DAY, ended_at=None, at=AT)


@given(moments | st.none(), moments, moments | st.none(), moments)
def test_what_has_expired_is_never_in_force(
    in_force_at: dt.datetime | None, expires_at: dt.datetime, ended_at: dt.datetime | None, at: dt.datetime
) -> None:
    if at >= expires_at:
        assert not in_force(in_force_at=in_force_at, expires_at=expires_at, ended_at=ended_at, at=at)


@pytest.mark.parametrize(
    ("left", "mark"),
    [(31, None), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0.1, 1), (0, None), (-1, None)],
)
def test_the_nearest_mark_is_said(left: float, mark: int | None) -> None:
    assert due_reminder(begins_at=AT - 300 * DAY, expires_at=AT + left * DAY, at=AT) == mark


def test_a_mark_before_its_beginning_is_not_said() -> None:
    """Of an exception of 14 days nobody has to hear on the first that it ends within 30."""
    assert due_reminder(begins_at=AT, expires_at=AT + 14 * DAY, at=AT + DAY) is None
    assert due_reminder(begins_at=AT, expires_at=AT + 14 * DAY, at=AT + 7 * DAY) == 7
    assert due_reminder(begins_at=AT, expires_at=AT + 7 * DAY, at=AT) is None


@given(st.floats(0, 400), st.floats(0, 1))
def test_marks_only_come_nearer(days: float, part: float) -> None:
    ends = AT + days * DAY
    earlier = due_reminder(begins_at=AT - DAY, expires_at=ends, at=AT + part * days / 2 * DAY)
    later = due_reminder(begins_at=AT - DAY, expires_at=ends, at=AT + part * days * DAY)
    if earlier is not None and later is not None:
        assert later <= earlier
    assert later in (None, *REMINDED)
