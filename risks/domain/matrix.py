"""The scale of risks: steps of likelihood and impact, criteria, and the level of each pair. Everything is found by its key.

A scale that is not whole is refused with every fault it has: a hole, a level that falls where likelihood or impact rises, ranges
that do not meet. Positions count from 1, the least.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import isfinite
from typing import Final, Protocol, TypeVar

FEWEST: Final = 2
MOST: Final = 10
FAR: Final = 2
"""A likelihood that is this many steps away from the suggested one needs a reason."""


@dataclass(frozen=True, slots=True)
class Step:
    """Of likelihood: events a year in [low, high), None without that end. An impact has no range of its own."""

    key: str
    name: str
    low: float | None = None
    high: float | None = None

    @property
    def has_range(self) -> bool:
        return self.low is not None or self.high is not None


@dataclass(frozen=True, slots=True)
class Criterion:
    """What an impact means in a column, in words, and as [low, high) of the column's unit where it has one."""

    words: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A way to see an impact; `criteria` by the key of the impact."""

    key: str
    name: str
    criteria: Mapping[str, Criterion]


@dataclass(frozen=True, slots=True)
class Level:
    key: str
    name: str
    symbol: str
    review_days: int
    needs_plan: bool = False
    needs_ask: bool = False


@dataclass(frozen=True, slots=True)
class Worst:
    """The impact that counts, and the column that decided it: of equal ones the first."""

    impact: str
    column: str


class FaultKind(StrEnum):
    FEW = "few"
    MANY = "many"
    KEY_TWICE = "key_twice"
    NO_NAME = "no_name"
    NAME_TWICE = "name_twice"
    RANGE_LACKS = "range_lacks"
    RANGE_BAD = "range_bad"
    RANGE_EMPTY = "range_empty"
    RANGE_GAP = "range_gap"
    RANGE_OVERLAP = "range_overlap"
    RANGE_FLOOR = "range_floor"
    RANGE_CEILING = "range_ceiling"
    CRITERION_LACKS = "criterion_lacks"
    HOLE = "hole"
    NO_LEVEL = "no_level"
    STRAY = "stray"
    FALLS = "falls"
    REVIEW = "review"
    REVIEW_RARER = "review_rarer"


class Axis(StrEnum):
    """What a fault is about; also the first part of the name of a form's field."""

    LIKELIHOOD = "likelihood"
    IMPACT = "impact"
    COLUMN = "column"
    LEVEL = "level"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Fault:
    """`at` holds the keys of what is wrong (a step; likelihood and impact of a cell; column and impact), `names` what a
    sentence about it names: the same things, then what they are compared with."""

    kind: FaultKind
    axis: Axis
    at: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        return ".".join((self.axis.value, *self.at))


@dataclass(frozen=True, slots=True)
class Scale:
    """`likelihoods`, `impacts` and `levels` from the least up; `cells`: (likelihood, impact) -> level, all by key."""

    likelihoods: tuple[Step, ...]
    impacts: tuple[Step, ...]
    columns: tuple[Column, ...]
    levels: tuple[Level, ...]
    cells: Mapping[tuple[str, str], str]

    def level(self, likelihood: str, impact: str) -> Level:
        """Raises: KeyError for a step that the scale does not have, and for a hole."""
        return by_key(self.levels, self.cells[likelihood, impact])

    def worst(self, chosen: Mapping[str, str]) -> Worst:
        """Of impacts that were chosen by column; those that do not apply are not in it.

        Raises: KeyError for a column or an impact that the scale does not have; ValueError where nothing was chosen.
        """
        unknown = chosen.keys() - {one.key for one in self.columns}
        if unknown:
            raise KeyError(min(unknown))
        applying = [one.key for one in self.columns if one.key in chosen]
        if not applying:
            raise ValueError("no column applies")
        # `max` keeps the first of equal ones.
        decided = max(applying, key=lambda column: position(self.impacts, chosen[column]))
        return Worst(chosen[decided], decided)

    def likelihood_of(self, rate: float) -> Step | None:
        """The step of so many events a year; None where the axis has no ranges or the rate is none."""
        if not (isfinite(rate) and rate >= 0):
            return None
        return next((one for one in self.likelihoods if one.has_range and _within(rate, one.low, one.high)), None)

    def far(self, likelihood: str, suggested: str) -> bool:
        """Whether the two are so far apart that it needs a reason."""
        return abs(distance(self.likelihoods, likelihood, suggested)) >= FAR

    def rises(self, before: str, now: str) -> int:
        """By how many levels `now` is above `before`; negative where it is below."""
        return distance(self.levels, before, now)


class Keyed(Protocol):
    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...


K = TypeVar("K", bound=Keyed)


def by_key(things: Iterable[K], key: str) -> K:
    """Raises: KeyError."""
    for one in things:
        if one.key == key:
            return one
    raise KeyError(key)


def position(things: Sequence[K], key: str) -> int:
    """From 1, the least. Raises: KeyError."""
    return things.index(by_key(things, key)) + 1


def distance(things: Sequence[K], start: str, end: str) -> int:
    """Steps up from `start` to `end`; negative is down. Raises: KeyError."""
    return position(things, end) - position(things, start)


def by_sum(
    likelihoods: Sequence[str],
    impacts: Sequence[str],
    *,
    bounds: Sequence[tuple[int, str]],
    floors: Mapping[str, str],
) -> dict[tuple[str, str], str]:
    """Cells whose level follows from the sum of the two positions.

    `bounds` rise: from which sum on a level holds; the first begins at or below 2. `floors`: the mildest level that an impact
    has at all, however rare, and so any worse one. Products of positions would order money wrongly. Source: docs/risks.md.

    Raises: ValueError where bounds do not rise or leave the least sum without a level; KeyError for a floor of no level.
    """
    if not bounds or bounds[0][0] > FEWEST or any(one[0] >= other[0] for one, other in pairwise(bounds)):
        raise ValueError("bounds must rise from 2 or below")
    names = [level for _, level in bounds]
    ranks = {level: rank for rank, level in enumerate(names)}
    cells, floor = {}, 0
    for column, impact in enumerate(impacts, 1):
        if impact in floors:
            floor = max(floor, ranks[floors[impact]])
        for row, likelihood in enumerate(likelihoods, 1):
            reached = max(rank for rank, (start, _) in enumerate(bounds) if row + column >= start)
            cells[likelihood, impact] = names[max(floor, reached)]
    return cells


def faults(scale: Scale) -> tuple[Fault, ...]:
    """Everything that keeps a scale from being put in force; empty: it is whole."""
    found = [
        *_steps(Axis.LIKELIHOOD, scale.likelihoods),
        *_steps(Axis.IMPACT, scale.impacts),
        *_steps(Axis.LEVEL, scale.levels),
        *_steps(Axis.COLUMN, scale.columns, fewest=1),
        *_ranges(Axis.LIKELIHOOD, [_Range((one.key,), (one.name,), one.low, one.high) for one in scale.likelihoods]),
        *_criteria(scale),
        *_reviews(scale.levels),
        *_cells(scale),
    ]
    return tuple(found)


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value < high)


def _steps(axis: Axis, things: Sequence[Keyed], *, fewest: int = FEWEST) -> Iterator[Fault]:
    if len(things) < fewest:
        yield Fault(FaultKind.FEW, axis, names=(str(fewest),))
    if len(things) > MOST:
        yield Fault(FaultKind.MANY, axis, names=(str(MOST),))
    yield from (Fault(FaultKind.KEY_TWICE, axis, (one.key,), (one.name,)) for one in _twice(things, lambda it: it.key))
    yield from (Fault(FaultKind.NO_NAME, axis, (one.key,), (one.key,)) for one in things if not one.name.strip())
    named = [one for one in things if one.name.strip()]
    again = _twice(named, lambda it: it.name.strip().casefold())
    yield from (Fault(FaultKind.NAME_TWICE, axis, (one.key,), (one.name,)) for one in again)


def _twice(things: Iterable[K], of: Callable[[K], Hashable]) -> Iterator[K]:
    seen: set[Hashable] = set()
    for one in things:
        if of(one) in seen:
            yield one
        seen.add(of(one))


@dataclass(frozen=True, slots=True)
class _Range:
    at: tuple[str, ...]
    names: tuple[str, ...]
    low: float | None
    high: float | None


def _ranges(axis: Axis, ranges: Sequence[_Range]) -> Iterator[Fault]:
    """All of them or none: from the least without a lower end to the greatest without an upper one, each where the last ends."""
    if all(one.low is None and one.high is None for one in ranges):
        return
    for one in ranges:
        yield from _range(axis, one)
    if ranges[0].low is not None:
        yield Fault(FaultKind.RANGE_FLOOR, axis, ranges[0].at, ranges[0].names)
    if ranges[-1].high is not None:
        yield Fault(FaultKind.RANGE_CEILING, axis, ranges[-1].at, ranges[-1].names)
    for less, more in pairwise(ranges):
        yield from _meeting(axis, less, more)


def _range(axis: Axis, one: _Range) -> Iterator[Fault]:
    ends = [end for end in (one.low, one.high) if end is not None]
    if not ends:
        yield Fault(FaultKind.RANGE_LACKS, axis, one.at, one.names)
    elif not all(isfinite(end) and end > 0 for end in ends):
        yield Fault(FaultKind.RANGE_BAD, axis, one.at, one.names)
    elif len(ends) == 2 and ends[0] >= ends[1]:
        yield Fault(FaultKind.RANGE_EMPTY, axis, one.at, one.names)


def _meeting(axis: Axis, less: _Range, more: _Range) -> Iterator[Fault]:
    names = (*more.names, less.names[-1])
    if less.high is None or more.low is None:
        # A range without ends at all lacks them, which is said already.
        if (less.low, less.high) != (None, None) and (more.low, more.high) != (None, None):
            kind = FaultKind.RANGE_FLOOR if more.low is None else FaultKind.RANGE_OVERLAP
            yield Fault(kind, axis, more.at, names)
    elif less.high < more.low:
        yield Fault(FaultKind.RANGE_GAP, axis, more.at, names)
    elif less.high > more.low:
        yield Fault(FaultKind.RANGE_OVERLAP, axis, more.at, names)


def _criteria(scale: Scale) -> Iterator[Fault]:
    for column in scale.columns:
        ranges = []
        for impact in scale.impacts:
            at, names = (column.key, impact.key), (column.name, impact.name)
            found = column.criteria.get(impact.key)
            if found is None or not found.words.strip():
                yield Fault(FaultKind.CRITERION_LACKS, Axis.COLUMN, at, names)
            if found is not None:
                ranges.append(_Range(at, names, found.low, found.high))
        yield from _ranges(Axis.COLUMN, ranges)


def _reviews(levels: Sequence[Level]) -> Iterator[Fault]:
    for one in levels:
        if one.review_days < 1:
            yield Fault(FaultKind.REVIEW, Axis.LEVEL, (one.key,), (one.name,))
    for less, more in pairwise(levels):
        if more.review_days > less.review_days:
            yield Fault(FaultKind.REVIEW_RARER, Axis.LEVEL, (more.key,), (more.name, less.name))


def _cells(scale: Scale) -> Iterator[Fault]:
    ranks = {one.key: rank for rank, one in enumerate(scale.levels)}
    known = {(row.key, column.key) for row in scale.likelihoods for column in scale.impacts}
    for stray in sorted(scale.cells.keys() - known):
        yield Fault(FaultKind.STRAY, Axis.CELL, stray, stray)
    for row in scale.likelihoods:
        for column in scale.impacts:
            level = scale.cells.get((row.key, column.key))
            at, names = (row.key, column.key), (row.name, column.name)
            if level is None:
                yield Fault(FaultKind.HOLE, Axis.CELL, at, names)
            elif level not in ranks:
                yield Fault(FaultKind.NO_LEVEL, Axis.CELL, at, (*names, level))
    yield from _falls(scale, ranks)


def _falls(scale: Scale, ranks: Mapping[str, int]) -> Iterator[Fault]:
    """Cells that are milder than the one below them on either axis."""

    def rank(row: Step, column: Step) -> int | None:
        return ranks.get(scale.cells.get((row.key, column.key), ""))

    pairs = [((less, column), (more, column)) for column in scale.impacts for less, more in pairwise(scale.likelihoods)]
    pairs += [((row, less), (row, more)) for row in scale.likelihoods for less, more in pairwise(scale.impacts)]
    for below, above in pairs:
        under, over = rank(*below), rank(*above)
        if under is not None and over is not None and over < under:
            names = (*(one.name for one in above), *(one.name for one in below))
            yield Fault(FaultKind.FALLS, Axis.CELL, tuple(one.key for one in above), names)
