"""What a KPI is: it sees facts of periods, and says what the facts of a scope amount to.

A KPI looks at everything at once, whoever asks: stored figures are those of the company, and only the rows behind them are
filtered by what a reader may see.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final, Generic, TypeVar

from django.utils.functional import Promise

from incidents.domain.statistics import UNKNOWN, Trend
from reports.domain.control import Limits
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Unit, Value

F = TypeVar("F")
T = TypeVar("T")
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
    """A thing behind a figure, for its drill-down: `kind` is a model ("incident"), `says` what it adds to the figure, `against`
    whether it is one of those that a reader looks for, and stands first."""

    kind: str
    pk: int
    says: Words = ""
    against: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure that stands beside a value: its part of this `name`, or, with `of`, the value (or the `part`) of another KPI.
    `guard`: it keeps the KPI honest. `listed`: it stands on the scorecard too, as guards do. `between` names the parts that it is
    known to lie between, where it is no exact number; without the upper one it is only known to lie above the lower. `optional`:
    it is not shown where it is not known."""

    name: str
    label: Words
    unit: Unit = Unit.COUNT
    guard: bool = False
    of: str = ""
    part: str = ""
    between: tuple[str, str] | None = None
    listed: bool = False
    optional: bool = False


class Frame:
    """The periods that are looked at, in the company's zone, as known at `at`. Periods of one cut do not overlap, unless they
    are rolling; an instant of several cuts lies in a period of each. `services` None: everything is looked at; else a KPI may
    leave out what concerns none of them."""

    def __init__(
        self, periods: Iterable[Period], *, zone: dt.tzinfo, at: dt.datetime, services: frozenset[int] | None = None
    ) -> None:
        self.at, self.zone, self.services = at, zone, services
        self._read: dict[object, Any] = {}
        self.periods = tuple(sorted(set(periods), key=lambda each: (each.cut, each.first)))
        self.bounds = {each: each.bounds(zone) for each in self.periods}
        self._by_cut: dict[str, list[Period]] = {}
        for each in self.periods:
            self._by_cut.setdefault(each.cut, []).append(each)
        self._starts = {cut: [self.bounds[each][0] for each in rows] for cut, rows in self._by_cut.items()}

    def once(self, key: object, read: Callable[[], T]) -> T:
        """What several KPIs see alike is read by the first of them."""
        if key not in self._read:
            self._read[key] = read()
        found: T = self._read[key]
        return found

    def concerns(self, service: int) -> bool:
        return self.services is None or service in self.services

    @property
    def first(self) -> dt.date:
        """The first day of all; the oldest period of one cut may be younger than that of another."""
        return min(each.first for each in self.periods)

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


class Kpi(ABC, Generic[F]):
    """One KPI, one file. `about` says how it is computed, `connect` what has to be connected where there is no data, `guard`
    which other figure keeps it honest. `lines` are the default target; `tiers` are those that count for the company. `beside`
    says what the parts of its values are. `note_suffices`: red asks for a note of its owner only. `by_allowance`: without a
    target, the company's is what its promise to customers allows. `untested`: no sound test of a change exists.
    `looks_back`: with how many periods before it is compared, at least one; what lies before those is not looked at.

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
    beside: ClassVar[tuple[Beside, ...]] = ()
    note_suffices: ClassVar[bool] = False
    by_allowance: ClassVar[bool] = False
    looks_back: ClassVar[int] = 1
    untested: ClassVar[bool] = False

    @abstractmethod
    def seen(self, frame: Frame) -> Iterable[Seen[Period, F]]:
        """Every fact of every period, in few statements."""

    @abstractmethod
    def value(self, facts: Sequence[F]) -> Value:
        """Of a scope in a period; of no facts as well."""

    def trend(self, now: Sequence[F], before: Sequence[F], *, exposure: float) -> Trend:
        """What the sample lets one claim of the difference to the period before. `exposure` is the part of the time of both
        that lies in the new one."""
        _ = now, before, exposure
        return UNKNOWN

    def judged(self, value: Value, facts: Sequence[F], before: Sequence[Sequence[F]]) -> Value:
        """Where a rule of counts gives the colour: `before` are the facts of the `looks_back` periods before, newest first."""
        _ = facts, before
        return value

    def limits(self, before: Sequence[tuple[int, int]], size: int) -> Limits | None:
        """Control limits of a period of `size`, from the (numerator, denominator) of those before, oldest first; None: it has
        none, or too little came before."""
        _ = before, size
        return None

    def allowance(self, whole: float) -> Lines:
        """Of `whole`, half is on target, and beyond all of it is missed."""
        return Lines(green=whole / 2, red=whole, better=self.better)

    def rows(self, fact: F) -> Sequence[Row]:
        """What a fact is of, for its drill-down; none: it only stands beside the figure."""
        _ = fact
        return ()


AnyKpi = Kpi[Any]
