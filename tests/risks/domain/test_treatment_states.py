"""Where a treatment can go, and how far it has come."""

from __future__ import annotations

import pytest

from risks.domain.treatment_states import WAYS, State, may_go, progress


def test_from_every_state_there_is_a_way_and_none_stays() -> None:
    assert WAYS.keys() == set(State)
    assert all(ways and state not in ways for state, ways in WAYS.items())


def test_what_is_in_place_is_not_dropped_before_it_is_taken_up_again() -> None:
    assert not may_go(State.DONE, State.DROPPED)
    assert may_go(State.DONE, State.DOING)


@pytest.mark.parametrize(("state", "done", "milestones", "found"), [
    (State.PLANNED, 0, 4, 0.0),
    (State.DOING, 1, 4, 0.25),
    (State.DOING, 0, 0, None),
    (State.DONE, 0, 4, 1.0),
    (State.DROPPED, 1, 4, None),
])  # fmt: skip
def test_progress_is_told_by_milestones_and_by_nothing_else(
    state: State, done: int, milestones: int, found: float | None
) -> None:
    assert progress(state, done=done, milestones=milestones) == found
