"""Which deploys stand behind an incident: those before it may be a cause, those while it went on may be what ended it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LOOK_BACK: Final = dt.timedelta(days=3)
"""What ended longer ago is no suspect any more."""
TOLERANCE: Final = dt.timedelta(minutes=5)
"""The begin of an impact is rarely known better, so that a deploy just after it may still be its cause."""
HALF: Final = dt.timedelta(hours=2)
"""A cause that ended so long before counts half; a fix counts half at a quarter of it."""


class Place(StrEnum):
    """Where a deploy went, as seen from the services of the incident."""

    SAME = "same"
    CALLED = "called"
    FAR = "far"
    CALLER = "caller"
    UNKNOWN = "unknown"


NEARNESS: Final = {Place.SAME: 1.0, Place.CALLED: 0.6, Place.FAR: 0.35, Place.CALLER: 0.3, Place.UNKNOWN: 0.2}
"""A service that is called one hop away, two hops away, one that calls, and any when nobody named a service."""
ROLLBACK_CAUSE: Final = 0.4
"""A way back to what ran before breaks less often than a change."""
ROLLED_FORWARD: Final = 0.5
"""Of a fix that is no rollback: it may be any change that went out meanwhile."""


class Part(StrEnum):
    """As what a deploy is suspected."""

    CAUSE = "cause"
    FIX = "fix"


class Why(StrEnum):
    """What speaks for or against a deploy; `Reason.value` is hours for the times and lines for the size."""

    PLACE = "place"
    BEFORE = "before"
    RUNNING = "running"
    JUST_AFTER = "just_after"
    NEAR_END = "near_end"
    MEANWHILE = "meanwhile"
    SIZE = "size"
    SIZE_UNKNOWN = "size_unknown"
    FAILED = "failed"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Reason:
    why: Why
    value: float = 0.0
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A deploy; `finished` None: it goes on, or nobody said that it ended. `size` in changed lines."""

    key: int
    service: int
    started: dt.datetime
    finished: dt.datetime | None = None
    size: int | None = None
    is_rollback: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """An incident: `anchor` is the best known begin, `ended` its mitigation or end (None: it goes on). `places` are the
    services that may have to do with it; empty when it names none."""

    anchor: dt.datetime
    ended: dt.datetime | None = None
    places: Mapping[int, Place]


@dataclass(frozen=True, slots=True)
class Ranked:
    """`score` 0..1, the product of what its reasons weigh."""

    change: Change
    part: Part
    score: float
    reasons: tuple[Reason, ...]


def part_of(change: Change, around: Around) -> Part | None:
    """None: it began after the end, ended long before, or went somewhere else."""
    if change.started <= around.anchor + TOLERANCE:
        over = change.finished or around.anchor
        return Part.CAUSE if over >= around.anchor - LOOK_BACK else None
    if around.ended is not None and change.started > around.ended:
        return None
    return Part.FIX


def ranked(changes: Iterable[Change], around: Around) -> tuple[Ranked, ...]:
    """The strongest suspect first; of equal ones the later deploy."""
    found = (one for each in changes if (one := _rank(each, around)) is not None)
    return tuple(sorted(found, key=lambda one: (-one.score, -one.change.started.timestamp(), one.change.key)))


def _rank(change: Change, around: Around) -> Ranked | None:
    place = around.places.get(change.service) if around.places else Place.UNKNOWN
    part = part_of(change, around)
    if place is None or part is None:
        return None
    when, time = _before(change, around) if part is Part.CAUSE else _meanwhile(change, around)
    reasons = [Reason(Why.PLACE, place=place), when]
    score = NEARNESS[place] * time
    if change.is_rollback:
        reasons.append(Reason(Why.ROLLBACK))
    if part is Part.FIX:
        return Ranked(change, part, score * (1.0 if change.is_rollback else ROLLED_FORWARD), tuple(reasons))
    if change.is_rollback:
        score *= ROLLBACK_CAUSE
    score *= size_weight(change.size)
    size = Reason(Why.SIZE_UNKNOWN) if change.size is None else Reason(Why.SIZE, change.size)
    reasons.append(size)
    if change.failed:
        reasons.append(Reason(Why.FAILED))
        score = 1 - (1 - score) * 0.7
    return Ranked(change, part, score, tuple(reasons))


def _before(change: Change, around: Around) -> tuple[Reason, float]:
    if change.started > around.anchor:
        after = change.started - around.anchor
        return Reason(Why.JUST_AFTER, _hours(after)), 0.7
    if change.finished is None or change.finished >= around.anchor:
        return Reason(Why.RUNNING), 1.0
    gap = around.anchor - change.finished
    return Reason(Why.BEFORE, _hours(gap)), 1 / (1 + gap / HALF)


def _meanwhile(change: Change, around: Around) -> tuple[Reason, float]:
    """While nothing has ended yet, every deploy may be the one that will."""
    if around.ended is None or change.finished is None:
        return Reason(Why.MEANWHILE), 0.6
    gap = abs(around.ended - change.finished)
    return Reason(Why.NEAR_END, _hours(gap)), 1 / (1 + gap / (HALF / 4))


def size_weight(size: int | None) -> float:
    """0.7 for nothing changed, 1 from a thousand lines on, 0.85 where nobody said."""
    return 0.85 if size is None else 0.7 + 0.3 * min(1.0, math.log10(1 + size) / 3)


def _hours(span: dt.timedelta) -> float:
    return span.total_seconds() / 3600
