"""The life of an exception. What is over stays over: to go on, somebody asks anew."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final


class State(StrEnum):
    REQUESTED = "requested"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ENDED = "ended"


WAYS: Final[dict[State, frozenset[State]]] = {
    State.REQUESTED: frozenset({State.IN_FORCE, State.REFUSED, State.WITHDRAWN, State.EXPIRED}),
    State.IN_FORCE: frozenset({State.EXPIRED, State.ENDED}),
    State.REFUSED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.EXPIRED: frozenset(),
    State.ENDED: frozenset(),
}
REMINDED: Final = (1, 7, 30)
"""Days before the end at which it is said, the nearest first."""


def may_go(before: State, to: State) -> bool:
    return to in WAYS[before]


def in_force(
    *, in_force_at: dt.datetime | None, expires_at: dt.datetime, ended_at: dt.datetime | None, at: dt.datetime
) -> bool:
    """Whether it held at `at`, by its own instants: at its end it does not, whatever any job has done by then."""
    begun = in_force_at is not None and in_force_at <= at
    return begun and at < expires_at and (ended_at is None or at < ended_at)


def due_reminder(*, begins_at: dt.datetime, expires_at: dt.datetime, at: dt.datetime) -> int | None:
    """The mark of REMINDED that is due at `at`, None when none is.

    Only the nearest: who was away from 31 days to 5 says "7 days" and not "30" as well. A mark that lies before the
    beginning says nothing that its signers do not know.
    """
    left = expires_at - at
    if left <= dt.timedelta(0):
        return None
    mark = next((days for days in REMINDED if left <= dt.timedelta(days=days)), None)
    return mark if mark is not None and expires_at - dt.timedelta(days=mark) > begins_at else None
