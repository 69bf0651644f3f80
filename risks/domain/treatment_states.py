"""Where a treatment can go. What is in place can turn out not to be, and what was dropped can be planned again."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    PLANNED = "planned"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


WAYS: Final[dict[State, tuple[State, ...]]] = {
    State.PLANNED: (State.DOING, State.DONE, State.DROPPED),
    State.DOING: (State.DONE, State.PLANNED, State.DROPPED),
    State.DONE: (State.DOING,),
    State.DROPPED: (State.PLANNED,),
}
PENDING: Final = frozenset({State.PLANNED, State.DOING})


def may_go(before: State, to: State) -> bool:
    return to in WAYS[before]


def progress(state: State, *, done: int, milestones: int) -> float | None:
    """The share that is done, 0 to 1: by milestones until it is in place. None where nothing tells."""
    if state is State.DONE:
        return 1.0
    if state is State.DROPPED or not milestones:
        return None
    return done / milestones
