"""The way of a postmortem: draft, review, approval, publication. Every step back is possible, and none is skipped."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"


WAYS: Final[dict[State, frozenset[State]]] = {
    State.DRAFT: frozenset({State.IN_REVIEW}),
    State.IN_REVIEW: frozenset({State.DRAFT, State.APPROVED}),
    State.APPROVED: frozenset({State.DRAFT, State.PUBLISHED}),
    State.PUBLISHED: frozenset({State.DRAFT}),
}


def may_go(before: State, to: State) -> bool:
    return to in WAYS[before]


def may_write(state: State) -> bool:
    """What was approved is what is published: to change it, it goes back to draft."""
    return state in (State.DRAFT, State.IN_REVIEW)
