"""Whole days of a zone as spans of time: one with a change of clocks has 23 or 25 hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LocalDay:
    """[start, end), in UTC."""

    day: dt.date
    start: dt.datetime
    end: dt.datetime

    @property
    def length_s(self) -> int:
        return int((self.end - self.start).total_seconds())


def days_before(at: dt.datetime, zone: dt.tzinfo, *, n: int) -> tuple[LocalDay, ...]:
    """The `n` days that were over at `at`, the newest first."""
    today = at.astimezone(zone).date()
    starts = [
        dt.datetime.combine(today - DAY * back, dt.time(), tzinfo=zone).astimezone(dt.UTC) for back in range(n + 1)
    ]
    return tuple(LocalDay(today - DAY * (back + 1), starts[back + 1], starts[back]) for back in range(n))


def runs(days: Iterable[LocalDay], *, most: int) -> tuple[tuple[LocalDay, ...], ...]:
    """`days`, the newest first, in pieces that follow each other without a gap and are equally long, at most `most` in each: what
    one ranged query can ask for."""
    found: list[list[LocalDay]] = []
    for each in days:
        last = found[-1] if found else []
        if last and len(last) < most and last[-1].start == each.end and last[-1].length_s == each.length_s:
            last.append(each)
        else:
            found.append([each])
    return tuple(map(tuple, found))
