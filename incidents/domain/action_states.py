"""Where an action can go. A verified or dropped one can be taken up again: nothing that was promised is lost for good."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    OPEN = "open"
    DOING = "doing"
    DONE = "done"
    VERIFIED = "verified"
    DROPPED = "dropped"


WAYS: Final[dict[State, frozenset[State]]] = {
    State.OPEN: frozenset({State.DOING, State.DONE, State.DROPPED}),
    State.DOING: frozenset({State.OPEN, State.DONE, State.DROPPED}),
    State.DONE: frozenset({State.OPEN, State.DOING, State.VERIFIED}),
    State.VERIFIED: frozenset({State.OPEN}),
    State.DROPPED: frozenset({State.OPEN}),
}


def may_go(before: State, to: State) -> bool:
    return to in WAYS[before]
