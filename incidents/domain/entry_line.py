"""The one-line entry of the timeline: `14:05 rolled back`, `-10m saw errors`, `TODO call the bank`, `! customers back`."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

_CLOCK: Final = re.compile(r"(?P<hour>[01]?\d|2[0-3])[:h](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?\s+")
_AGO: Final = re.compile(r"-(?P<count>\d{1,4})\s?(?P<unit>s|m|min|h|d)\s+")
_UNITS: Final = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
_TASK: Final = re.compile(r"(?:TODO|todo|\[ \])\s*:?\s+")
# A clock a little ahead is today's, else it was yesterday.
AHEAD: Final = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Line:
    """`at` is when it happened; `is_task` makes a task of it, `pinned` keeps it on top."""

    text: str
    at: dt.datetime
    is_task: bool = False
    pinned: bool = False


def parsed(text: str, *, at: dt.datetime, zone: dt.tzinfo) -> Line:
    """Marks stand at the beginning, in any order. A clock without a day is the last time it showed that in `zone`."""
    rest, when = text.strip(), at
    is_task = pinned = False
    while True:
        if rest.startswith("!") and rest[1:].strip():
            rest, pinned = rest[1:].lstrip(), True
        elif (found := _TASK.match(rest)) and rest[found.end() :]:
            rest, is_task = rest[found.end() :], True
        elif when == at and (found := _CLOCK.match(rest)) and rest[found.end() :]:
            rest, when = rest[found.end() :], _on_the_clock(found, at=at, zone=zone)
        elif when == at and (found := _AGO.match(rest)) and rest[found.end() :]:
            rest, when = rest[found.end() :], at - dt.timedelta(**{_UNITS[found["unit"]]: int(found["count"])})
        else:
            return Line(rest, when, is_task=is_task, pinned=pinned)


def _on_the_clock(found: re.Match[str], *, at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    local = at.astimezone(zone).replace(
        hour=int(found["hour"]), minute=int(found["minute"]), second=int(found["second"] or 0), microsecond=0
    )
    if local > at.astimezone(zone) + AHEAD:
        local -= dt.timedelta(days=1)
    return min(local.astimezone(dt.UTC), at)
