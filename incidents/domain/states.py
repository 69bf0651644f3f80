"""The states of an incident and the ways between them.

triage > investigating > identified > monitoring > resolved > closed. Forward skips are allowed, for an incident may be found,
mended and over before anybody wrote a word; back is only allowed among the ongoing ones, and by reopening. Side exits end it
without counting it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"
    MERGED = "merged"
    CANCELLED = "cancelled"


ONGOING: Final = (State.TRIAGE, State.INVESTIGATING, State.IDENTIFIED, State.MONITORING)
SIDE_EXITS: Final = (State.FALSE_ALARM, State.CANCELLED)
REOPENS_TO: Final = State.INVESTIGATING


def next_states(state: State) -> tuple[State, ...]:
    """Where an incident may go from here by a person's choice, the usual next one first; merging is an act of its own."""
    if state in ONGOING:
        place = ONGOING.index(state)
        forward = (*ONGOING[place + 1 :], State.RESOLVED)
        return (*forward, *ONGOING[:place], *SIDE_EXITS)
    if state is State.RESOLVED:
        return (State.CLOSED, REOPENS_TO)
    if state in (State.CLOSED, *SIDE_EXITS):
        return (REOPENS_TO,)
    return ()


def may_go(state: State, to: State) -> bool:
    return to in next_states(state)


def reopens(state: State, to: State) -> bool:
    """Whether the step begins a second ongoing stretch."""
    return state not in ONGOING and to in ONGOING
