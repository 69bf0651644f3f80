"""When an alert fired, from what was told of it in any order: the same alert fires once at a time.

Tools tell late, twice and out of order. What comes out does not depend on the order: a firing ends when it is told so, and at
the latest when the next one of the same alert starts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(slots=True)
class Firing:
    """`end` None: it goes on."""

    start: dt.datetime
    end: dt.datetime | None = None
    acknowledged: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`start` None: not said, it is the firing that goes on, or else one that begins as of `received`. `over` without `end`:
    it ended as of `received`."""

    received: dt.datetime
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    over: bool = False
    acknowledged: dt.datetime | None = None


def fold(firings: Iterable[Firing], told: Told) -> tuple[list[Firing], Firing | None]:
    """The firings of one alert by start, with what was told, and the one it told of; None: an end of nothing known."""
    known = sorted(firings, key=lambda one: one.start)
    start = told.start
    if start is None:
        going = [one for one in known if one.end is None]
        if told.over and not going:
            return known, None
        start = going[-1].start if going else told.received
    meant = _at(known, start)
    if told.over:
        meant = _end(known, start, told.end or max(told.received, start))
    if told.acknowledged is not None:
        one = _newest(known, start, told.acknowledged + dt.timedelta.resolution)
        one.acknowledged = max(one.start, min(filter(None, (one.acknowledged, told.acknowledged))))
    return known, meant


def _at(known: list[Firing], start: dt.datetime) -> Firing:
    """The firing with this start. A new one ends the one before it, and takes over its end where that was later."""
    for one in known:
        if one.start == start:
            return one
    before = [one for one in known if one.start < start]
    after = [one for one in known if one.start > start]
    made = Firing(start, end=after[0].start if after else None)
    if before:
        last = before[-1]
        if last.end is None or last.end > start:
            made.end, last.end = last.end, start
        if last.acknowledged is not None and last.acknowledged >= start:
            made.acknowledged, last.acknowledged = last.acknowledged, None
    known.insert(len(before), made)
    return made


def _end(known: list[Firing], start: dt.datetime, end: dt.datetime) -> Firing:
    """Ends the newest firing between the two: a tool that reopens an alert keeps telling the first start of it."""
    one = _newest(known, start, end)
    end = max(end, one.start)
    later = next((other for other in known if other.start > one.start), None)
    bounded = later is not None and one.end == later.start
    one.end = end if one.end is None or bounded else max(one.end, end)
    return one


def _newest(known: list[Firing], start: dt.datetime, before: dt.datetime) -> Firing:
    found = [one for one in known if start <= one.start < before]
    return found[-1] if found else next(one for one in known if one.start == start)
