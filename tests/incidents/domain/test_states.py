from __future__ import annotations

import pytest

from incidents.domain.states import ONGOING, State, may_go, next_states, reopens
from incidents.models import State as Stored


def test_the_states_of_the_machine_are_those_that_are_stored() -> None:
    assert {each.value for each in State} == set(Stored.values)


@pytest.mark.parametrize("state", ONGOING)
def test_every_ongoing_state_may_skip_to_resolved_and_to_the_side_exits(state: State) -> None:
    assert {State.RESOLVED, State.FALSE_ALARM, State.CANCELLED} <= set(next_states(state))
    assert not may_go(state, State.CLOSED)
    assert not may_go(state, State.MERGED)
    assert not may_go(state, state)


def test_the_usual_next_state_comes_first() -> None:
    assert [next_states(each)[0] for each in (*ONGOING, State.RESOLVED)] == [
        State.INVESTIGATING,
        State.IDENTIFIED,
        State.MONITORING,
        State.RESOLVED,
        State.CLOSED,
    ]


def test_what_is_over_comes_back_only_by_reopening() -> None:
    for state in (State.RESOLVED, State.CLOSED, State.FALSE_ALARM, State.CANCELLED):
        assert reopens(state, State.INVESTIGATING)
        assert may_go(state, State.INVESTIGATING)
    assert not reopens(State.MONITORING, State.INVESTIGATING)


def test_a_merged_incident_goes_nowhere() -> None:
    assert next_states(State.MERGED) == ()
