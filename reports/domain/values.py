"""What a KPI says of a scope in a period, and the colour that it earns.

A missing number is None with a reason and grey, never green. Red is shown only where the sample carries it.
Source: the common rules of the KPI catalogue; Wilson 1927 for shares, Garwood 1936 for counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import isfinite
from typing import Final

from incidents.domain.statistics import Interval, count_interval, share_interval
from slo.domain.bands import Band


class Unit(StrEnum):
    """How a value is written; inside, shares are 0..1, durations seconds."""

    SHARE = "share"
    COUNT = "count"
    MINUTES = "minutes"
    DURATION = "duration"
    MILLISECONDS = "ms"
    BURN = "burn"
    RATE = "rate"
    INDEX = "index"


class Better(StrEnum):
    UP = "up"
    DOWN = "down"


class Rag(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"

    @property
    def band(self) -> Band:
        """How it is drawn: the shapes and words that every page of the portal uses."""
        return _BANDS[self]

    @property
    def rank(self) -> int:
        """Sorts worst first. Grey stands before green: nobody knows that it is."""
        return self.band.rank


_BANDS: Final = {Rag.GREEN: Band.HEALTHY, Rag.AMBER: Band.AT_RISK, Rag.RED: Band.BREACHED, Rag.GREY: Band.NO_DATA}


class Lacking(StrEnum):
    """Why there is no value, or why it earns no colour."""

    NOT_CONNECTED = "not_connected"
    NOTHING = "nothing"
    FEW = "few"
    LOW_COVERAGE = "low_coverage"
    NO_BASE = "no_base"
    TOO_FEW_PEOPLE = "too_few_people"
    NO_TARGET = "no_target"


class Maturity(StrEnum):
    """How the data came: by hand, partly or wholly by machine."""

    MANUAL = "1"
    PARTLY = "2"
    AUTOMATIC = "3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """`value` None: see `lacking`; a value that has a `lacking` all the same is shown and earns no colour.

    `n` is the sample, `coverage` the share of it that is known (None: nobody knows, or it does not apply), `excluded` what was
    left out by agreement. `interval` None: the value is no sample but the whole, such as a bill. `forced` is a colour that a
    rule of counts gives, whatever the lines; `at_best` one that it cannot be better than: grey, of a sum of which so much is
    unknown that it may fall short of a target or miss it, but never reach it.
    `parts` are named figures beside it (p90, the guard), in their own units.

    Raises:
        ValueError: a number is not finite, or a coverage not in 0..1.
    """

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    interval: Interval | None = None
    n: int = 0
    coverage: float | None = None
    excluded: int = 0
    lacking: Lacking | None = None
    forced: Rag | None = None
    at_best: Rag | None = None
    maturity: Maturity = Maturity.AUTOMATIC
    parts: Mapping[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = [self.value, self.numerator, self.denominator, *self.parts.values()]
        if self.interval is not None:
            numbers += [self.interval.low, self.interval.high]
        # A NaN is beyond no line and would be drawn as amber.
        if not all(each is None or isfinite(each) for each in numbers):
            raise ValueError("The numbers of a value are finite")
        if self.coverage is not None and not 0 <= self.coverage <= 1:
            raise ValueError("A coverage lies between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The target in force: at `green` or better it is green, beyond `red` red. A sample below `min_n` or `min_coverage` is grey.

    Raises:
        ValueError: red would be better than green, or a line is not finite.
    """

    green: float
    red: float
    better: Better
    min_n: int = 0
    min_coverage: float = 0.0

    def __post_init__(self) -> None:
        if not (isfinite(self.green) and isfinite(self.red)):
            raise ValueError("Lines are finite")
        if (self.red > self.green) if self.better is Better.UP else (self.red < self.green):
            raise ValueError("The red line is not better than the green one")

    def of_part(self, part: float) -> Lines:
        """Those of a part of the time that they were said for: what is summed over half of it may be half as much."""
        return replace(self, green=self.green * part, red=self.red * part)

    def reached(self, value: float) -> bool:
        return value >= self.green if self.better is Better.UP else value <= self.green

    def missed(self, value: float) -> bool:
        """Beyond the red line."""
        return value < self.red if self.better is Better.UP else value > self.red


def share(
    k: int,
    n: int,
    *,
    coverage: float | None = None,
    excluded: int = 0,
    forced: Rag | None = None,
    maturity: Maturity = Maturity.AUTOMATIC,
    parts: Mapping[str, float | None] | None = None,
) -> Value:
    """`k` of `n` with Wilson's interval; None of nothing, whatever is forced."""
    return Value(
        value=k / n if n else None,
        numerator=k if n else None,
        denominator=n if n else None,
        interval=share_interval(k, n),
        n=n,
        coverage=coverage,
        excluded=excluded,
        lacking=None if n else Lacking.NOTHING,
        forced=forced if n else None,
        maturity=maturity,
        parts=parts or {},
    )


def count(
    k: int,
    *,
    coverage: float | None = None,
    excluded: int = 0,
    forced: Rag | None = None,
    maturity: Maturity = Maturity.AUTOMATIC,
    parts: Mapping[str, float | None] | None = None,
) -> Value:
    """A count is known where someone counts: 0 is a value, with the exact Poisson interval of its mean."""
    return Value(
        value=k,
        numerator=k,
        interval=count_interval(k),
        n=k,
        coverage=coverage,
        excluded=excluded,
        forced=forced,
        maturity=maturity,
        parts=parts or {},
    )


def forced(value: Value, colour: Rag) -> Value:
    """With the colour that a rule of counts gives."""
    return replace(value, forced=colour)


def lack(value: Value, lines: Lines | None) -> Lacking | None:
    """Why the value earns no colour; None where it does. Where lines ask for coverage, an unknown one is too low."""
    if value.lacking is not None or value.value is None:
        return value.lacking or Lacking.NOTHING
    if lines is None:
        return None if value.forced else Lacking.NO_TARGET
    if value.n < lines.min_n:
        return Lacking.FEW
    grey = value.at_best is Rag.GREY and lines.reached(value.value)
    if grey or lines.min_coverage > (value.coverage or 0.0):
        return Lacking.LOW_COVERAGE
    return None


def rag(value: Value, lines: Lines | None) -> Rag:
    """Red only where the whole interval lies beyond the red line, or a rule of counts says so; else amber beyond green."""
    if value.value is None or lack(value, lines) is not None:
        return Rag.GREY
    if value.forced is not None or lines is None:
        return value.forced or Rag.GREY
    return worst((_between(value.value, value.interval, lines), value.at_best or Rag.GREEN))


def _between(value: float, interval: Interval | None, lines: Lines) -> Rag:
    if lines.reached(value):
        return Rag.GREEN
    ends = (interval.low, interval.high) if interval else (value,)
    return Rag.RED if all(lines.missed(end) for end in ends) else Rag.AMBER


def worst(colours: Iterable[Rag]) -> Rag:
    """Of a group; nothing is grey."""
    return min(colours, key=lambda each: each.rank, default=Rag.GREY)
