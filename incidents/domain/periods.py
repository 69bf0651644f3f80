"""The days over which incidents are counted, and those that they are compared with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DAY: Final = dt.timedelta(days=1)
EARLIEST: Final = dt.date(1970, 1, 1)
MOST_DAYS: Final = 3660
"""Ten years: a chart of months holds no more."""


class Preset(StrEnum):
    DAYS_30 = "30"
    DAYS_90 = "90"
    DAYS_365 = "365"
    QUARTER = "quarter"
    LAST_QUARTER = "last_quarter"


class Flaw(StrEnum):
    """Why two dates are no period."""

    ANCIENT = "ancient"
    TURNED = "turned"
    LONG = "long"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Days:
    """Both included."""

    first: dt.date
    last: dt.date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def bounds(self, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
        """[start, end) as instants, from midnight to midnight of the zone; in UTC."""
        return midnight(self.first, zone), midnight(self.last + DAY, zone)

    def before(self) -> Days:
        """As many days, right before."""
        return Days(self.first - DAY * self.length, self.first - DAY)

    def months(self) -> tuple[dt.date, ...]:
        """First days of the months that it touches."""
        found = [self.first.replace(day=1)]
        while (following := (found[-1] + 32 * DAY).replace(day=1)) <= self.last:
            found.append(following)
        return tuple(found)


def of_preset(preset: Preset, *, today: dt.date) -> tuple[Days, Days]:
    """The days up to today, and those they are compared with: of a quarter that goes on, as many days of the one before."""
    start = _quarter(today)
    if preset is Preset.LAST_QUARTER:
        last = Days(_quarter(start - DAY), start - DAY)
        return last, Days(_quarter(last.first - DAY), last.first - DAY)
    if preset is Preset.QUARTER:
        this, before = Days(start, today), _quarter(start - DAY)
        return this, Days(before, min(before + (today - start), start - DAY))
    days = Days(today - DAY * (int(preset) - 1), today)
    return days, days.before()


def flaw(first: dt.date, last: dt.date, *, today: dt.date) -> Flaw | None:
    if first < EARLIEST:
        return Flaw.ANCIENT
    if last < first:
        return Flaw.TURNED
    if first > today:
        return Flaw.FUTURE
    return Flaw.LONG if (last - first).days >= MOST_DAYS else None


def _quarter(day: dt.date) -> dt.date:
    """Its first day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """Where the day begins in the zone, as an instant in UTC."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
