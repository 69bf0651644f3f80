"""What a KPI is: it sees facts of periods, and says what the facts of a scope amount to.

A KPI looks at everything at once, whoever asks: stored figures are those of the company, and only the rows behind them are
filtered by what a reader may see.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final, Generic, TypeVar

from django.utils.functional import Promise

from incidents.domain.statistics import UNKNOWN, Trend
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Unit, Value

F = TypeVar("F")
Words = str | Promise
TIER_1: Final = frozenset({1})


class Heading(StrEnum):
    """Under which a scorecard lists it."""

    CUSTOMERS = "customers"
    OPERATIONS = "operations"
    ENGINEERING = "engineering"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Row:
    """A thing behind a figure, for its drill-down: `kind` is a model ("incident"), `says` what it adds to the figure."""

    kind: str
    pk: int
    says: Words = ""


class Frame:
    """The periods that are looked at, in the company's zone, as known at `at`. Periods of one cut do not overlap, unless they
    are rolling; an instant of several cuts lies in a period of each."""

    def __init__(self, periods: Iterable[Period], *, zone: dt.tzinfo, at: dt.datetime) -> None:
        self.at, self.zone = at, zone
        self.periods = tuple(sorted(set(periods), key=lambda each: (each.cut, each.first)))
        self.bounds = {each: each.bounds(zone) for each in self.periods}
        self._by_cut: dict[str, list[Period]] = {}
        for each in self.periods:
            self._by_cut.setdefault(each.cut, []).append(each)
        self._starts = {cut: [self.bounds[each][0] for each in rows] for cut, rows in self._by_cut.items()}

    @property
    def start(self) -> dt.datetime:
        return min(start for start, _end in self.bounds.values())

    @property
    def end(self) -> dt.datetime:
        """Never beyond `at`: nothing is known of what comes."""
        return min(self.at, max(end for _start, end in self.bounds.values()))

    def of(self, instant: dt.datetime) -> list[Period]:
        """The periods in which it lies."""
        found = []
        for cut, rows in self._by_cut.items():
            place = bisect_right(self._starts[cut], instant) - 1
            while place >= 0 and instant < self.bounds[rows[place]][1]:
                found.append(rows[place])
                place -= 1
        return found

    def of_day(self, day: dt.date) -> list[Period]:
        return [each for each in self.periods if day in each]


class Kpi(Generic[F]):
    """One KPI, one file. `about` says how it is computed, `connect` what has to be connected where there is no data, `guard`
    which other figure keeps it honest. `lines` are the default target; `tiers` are those that count for the company.

    A change of what is counted raises `definition`: values of two definitions are not compared.
    """

    key: ClassVar[str]
    number: ClassVar[int]
    title: ClassVar[Words]
    about: ClassVar[Words]
    connect: ClassVar[Words]
    guard: ClassVar[Words]
    heading: ClassVar[Heading]
    unit: ClassVar[Unit]
    better: ClassVar[Better]
    lines: ClassVar[Lines | None]
    definition: ClassVar[int] = 1
    tiers: ClassVar[frozenset[int]] = frozenset()

    def seen(self, frame: Frame) -> Iterable[Seen[Period, F]]:
        """Every fact of every period, in few statements."""
        raise NotImplementedError

    def value(self, facts: Sequence[F]) -> Value:
        """Of a scope in a period; of no facts as well."""
        raise NotImplementedError

    def trend(self, now: Sequence[F], before: Sequence[F], *, exposure: float) -> Trend:
        """What the sample lets one claim of the difference to the period before. `exposure` is the part of the time of both
        that lies in the new one."""
        _ = now, before, exposure
        return UNKNOWN

    def judged(self, value: Value, facts: Sequence[F], before: Sequence[Sequence[F]]) -> Value:
        """Where a rule of counts gives the colour: `before` are the facts of the periods before, the newest first."""
        _ = facts, before
        return value

    def row(self, fact: F) -> Row | None:
        """What a fact is of, for its drill-down."""
        _ = fact
        return None


AnyKpi = Kpi[Any]
