"""What is asked of a decider, and what becomes of a decision: pure rules, on plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NOTHING: Final = "nothing"
"""Key of the option to do nothing, which every ask has."""
MOST_OPTIONS: Final = 4
LAPSES_AFTER: Final = dt.timedelta(days=90)
"""So long an ask stays open after the day by which its decision was wanted."""
REMINDED: Final = (7, 1, 0, -7)
"""Days before the day by which a decision is wanted; below 0: after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`cost` and `effect` in the words of whoever asks; `key` is "1" to "4", or NOTHING."""

    key: str
    name: str
    cost: str
    effect: str

    @property
    def is_nothing(self) -> bool:
        return self.key == NOTHING


class Flaw(StrEnum):
    NO_OPTION = "no_option"
    TOO_MANY = "too_many"
    NO_NOTHING = "no_nothing"
    NO_EFFECT = "no_effect"
    TWICE = "twice"
    UNKNOWN_RECOMMENDED = "unknown_recommended"


def flaws(options: Sequence[Option], recommended: str) -> tuple[Flaw, ...]:
    """Why nobody can decide on these options; empty where one can. What nothing costs has to be told as well."""
    real = [each for each in options if not each.is_nothing]
    names = [each.name.strip().casefold() for each in options]
    found = {
        Flaw.NO_OPTION: not real,
        Flaw.TOO_MANY: len(real) > MOST_OPTIONS,
        Flaw.NO_NOTHING: len(options) - len(real) != 1,
        Flaw.NO_EFFECT: any(not each.effect.strip() for each in options),
        Flaw.TWICE: len(set(names)) < len(names) or len({each.key for each in options}) < len(options),
        Flaw.UNKNOWN_RECOMMENDED: recommended not in {each.key for each in options},
    }
    return tuple(flaw for flaw, is_there in found.items() if is_there)


class Urgency(StrEnum):
    """Of an open ask, by the day on which its decision is wanted."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"


def urgency(wanted_by: dt.date, *, today: dt.date) -> Urgency:
    """The day itself is not late yet."""
    if wanted_by < today:
        return Urgency.OVERDUE
    return Urgency.SOON if (wanted_by - today).days <= max(REMINDED) else Urgency.LATER


def lapses(wanted_by: dt.date, *, today: dt.date) -> bool:
    return today - wanted_by > LAPSES_AFTER


def reminder_due(wanted_by: dt.date, *, asked_on: dt.date, today: dt.date) -> int | None:
    """The reminder (one of REMINDED) that is due on this day, None before the first. A reminder whose day lay before the ask
    itself is not made up for."""
    left = (wanted_by - today).days
    reached = [days for days in REMINDED if left <= days and wanted_by - dt.timedelta(days=days) > asked_on]
    return min(reached) if reached else None


class Verdict(StrEnum):
    """What a decision turned out to be."""

    WORKED = "worked"
    DID_NOT = "did_not"
    TOO_EARLY = "too_early"


class FollowUp(StrEnum):
    NONE = "none"
    """Nobody promised to look."""
    OPEN = "open"
    OVERDUE = "overdue"
    WORKED = "worked"
    DID_NOT = "did_not"
    SUPERSEDED = "superseded"
    """Another decision took its place before anybody looked."""


def follow_up(due_on: dt.date | None, verdict: str, *, superseded: bool, today: dt.date) -> FollowUp:
    """`verdict`: the newest, empty for none. `due_on`: when somebody looks next; what was too early has a new day."""
    if verdict in (Verdict.WORKED, Verdict.DID_NOT):
        return FollowUp(verdict)
    if superseded:
        return FollowUp.SUPERSEDED
    if due_on is None:
        return FollowUp.NONE
    return FollowUp.OVERDUE if due_on < today else FollowUp.OPEN
