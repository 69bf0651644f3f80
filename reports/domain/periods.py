"""The periods of which figures are kept: weeks, months, quarters as the company cuts its year, and the last so many days.

A quarter is named by its months ("Jun–Aug 2026") and never by a number alone: a fiscal year may begin in any month, and quarters
may be shifted so that their results reach the planning of the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from incidents.domain.periods import DAY, midnight

CLOSES_AFTER: Final = 7 * DAY
"""What comes late (causes of incidents, reviews, bills) is waited for so long before a period is closed."""


class Cut(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    DAYS_7 = "7d"
    DAYS_28 = "28d"
    DAYS_90 = "90d"


ROLLING: Final = {Cut.DAYS_7: 7, Cut.DAYS_28: 28, Cut.DAYS_90: 90}
MONTHS: Final = {Cut.MONTH: 1, Cut.QUARTER: 3}
QUARTER_DAYS: Final = 365.25 / 4


class Wording(StrEnum):
    """Which form the name of a period takes; the words are written where it is shown."""

    MONTH = "month"
    """Such as "Jun 2026"."""
    MONTHS = "months"
    """Such as "Jun–Aug 2026"."""
    MONTHS_ACROSS_YEARS = "months_across_years"
    """Such as "Dec 2026–Feb 2027"."""
    DAYS = "days"
    """From the first day to the last: weeks and rolling periods."""


@dataclass(frozen=True, slots=True)
class Label:
    """`first` and `last` are what is named: first days of months, or the days themselves with Wording.DAYS."""

    wording: Wording
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days of the company's zone, both ends included."""

    first: dt.date
    last: dt.date
    cut: Cut

    @property
    def key(self) -> str:
        """Such as "quarter:2026-06-01": unique whatever the company's calendar was when it was written."""
        return f"{self.cut}:{self.first}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def closes_on(self) -> dt.date:
        """The first day on which its figures are final."""
        return self.last + DAY + CLOSES_AFTER

    @property
    def label(self) -> Label:
        if self.cut not in MONTHS:
            return Label(Wording.DAYS, self.first, self.last)
        last = self.last.replace(day=1)
        if last == self.first:
            wording = Wording.MONTH
        elif last.year == self.first.year:
            wording = Wording.MONTHS
        else:
            wording = Wording.MONTHS_ACROSS_YEARS
        return Label(wording, self.first, last)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first <= day <= self.last

    def bounds(self, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
        """[start, end) from midnight to midnight of the zone, in UTC: a day with a clock change has 23 or 25 hours."""
        return midnight(self.first, zone), midnight(self.last + DAY, zone)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`first_month` begins the fiscal year (1 to 12); `shift` moves its quarters by so many months (0 to 2).

    Raises:
        ValueError: there are no such months.
    """

    first_month: int = 1
    shift: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.first_month <= 12 and 0 <= self.shift <= 2):
            raise ValueError("A year begins in month 1 to 12, and quarters are shifted by 0 to 2 months")

    def period(self, cut: Cut, day: dt.date) -> Period:
        """The one that holds `day`; a rolling one ends with it."""
        if cut in ROLLING:
            return Period(day - DAY * (ROLLING[cut] - 1), day, cut)
        if cut is Cut.WEEK:
            first = day - DAY * day.weekday()
            return Period(first, first + 6 * DAY, cut)
        into = (day.month - self.first_month - self.shift) % MONTHS[cut]
        first = moved(day.replace(day=1), -into)
        return Period(first, moved(first, MONTHS[cut]) - DAY, cut)

    def before(self, period: Period, n: int = 1) -> Period:
        """The `n`th before it; of a rolling one, as many days right before.

        After a change of the calendar, that of a quarter of the old one is the new quarter which holds the day before it.
        """
        found = period
        for _each in range(n):
            found = self.period(period.cut, found.first - DAY)
        return found

    def after(self, period: Period) -> Period:
        return self.period(period.cut, period.last + DAY * ROLLING.get(period.cut, 1))

    def last(self, cut: Cut, day: dt.date, n: int) -> tuple[Period, ...]:
        """The `n` (at least one) that end with the one of `day`, oldest first."""
        found = [self.period(cut, day)]
        while len(found) < n:
            found.append(self.before(found[-1]))
        return tuple(reversed(found))

    def closed(self, cut: Cut, today: dt.date) -> Period:
        """The newest whose figures are final on `today`."""
        found = self.period(cut, today)
        while found.closes_on > today:
            found = self.before(found)
        return found


def by_cut(periods: Iterable[Period], *, most: int) -> tuple[tuple[Period, ...], ...]:
    """In groups of one cut and at most so many periods each, in order of time; one that is named twice is there once."""
    rows: dict[Cut, list[Period]] = {}
    for each in sorted(set(periods)):
        rows.setdefault(each.cut, []).append(each)
    return tuple(tuple(mine[start : start + most]) for mine in rows.values() for start in range(0, len(mine), most))


def moved(first_of_month: dt.date, months: int) -> dt.date:
    """The first day of the month so many months away."""
    number = first_of_month.year * 12 + first_of_month.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def quarters(period: Period) -> float:
    """How much of a quarter it is: by its months where it has whole ones, else by its days in a quarter of average length."""
    months = MONTHS.get(period.cut)
    return months / MONTHS[Cut.QUARTER] if months else period.days / QUARTER_DAYS
