"""The values of one KPI for every scope and period, from the facts that it saw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from reports.domain.periods import Period, quarters
from reports.domain.scopes import COMPANY, Place, Scope, ScopeKind, grouped
from reports.domain.values import Lines, Rag, Value, lack, rag
from reports.kpis._base import AnyKpi, Frame
from reports.queries.targets import Targets

SUMMED: Final = (ScopeKind.COMPANY, ScopeKind.TIER)
"""What a target of a sum is said for: of a team or a service nobody said how much of it is theirs."""
Facts = Mapping[Period, Mapping[Scope, list[Any]]]
Commented = frozenset[tuple[str, str, dt.date, str, int]]
"""(kpi, cut, first, scope, number) of the figures on which their owner has said something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is the same for every KPI. `wanted` are the periods of which values are kept, `always` the scopes of which one is
    kept where nothing was seen, too; `allowed` customer minutes a minute of the company, None where nobody has said."""

    frame: Frame
    wanted: Sequence[Period]
    places: Mapping[Period, Mapping[int, Place]]
    before: Mapping[Period, tuple[Period, ...]]
    targets: Targets
    always: frozenset[Scope]
    commented: Commented
    allowed: float | None


def frame_of(before: Mapping[Period, tuple[Period, ...]], *, zone: dt.tzinfo, at: dt.datetime) -> Frame:
    """Of these periods and those before each."""
    return Frame([*before, *(each for row in before.values() for each in row)], zone=zone, at=at)


def looking_back(world: World, back: int) -> World:
    """As seen by KPIs that need no more than so many periods before each; nothing was read in its frame yet."""
    before = {each: row[:back] for each, row in world.before.items()}
    return replace(world, before=before, frame=frame_of(before, zone=world.frame.zone, at=world.frame.at))


def fresh(kpi: AnyKpi, world: World) -> Iterator[tuple[Any, ...]]:
    """Rows as `reports.actions.kept_values.COLUMNS`. Of services there is one where there was anything to see."""
    facts = grouped(kpi.seen(world.frame), world.places, tiers=kpi.tiers)
    figures = _Figures(kpi, world, facts, {}, {period: _exposure(world, period) for period in world.wanted})
    for period in world.wanted:
        for scope in world.always | facts.get(period, {}).keys():
            yield figures.row(scope, period)


@dataclass(frozen=True, slots=True)
class _Figures:
    kpi: AnyKpi
    world: World
    facts: Facts
    values: dict[tuple[Period, Scope], Value]
    exposure: Mapping[Period, float]

    def seen(self, scope: Scope, period: Period) -> list[Any]:
        return self.facts.get(period, {}).get(scope, [])

    def value(self, scope: Scope, period: Period) -> Value:
        """Of this period and, later, as the one before the next."""
        found = self.values.get((period, scope))
        if found is None:
            found = self.values[period, scope] = self.kpi.value(self.seen(scope, period))
        return found

    def row(self, scope: Scope, period: Period) -> tuple[Any, ...]:
        kpi, before = self.kpi, self.world.before[period]
        now, earlier = self.seen(scope, period), [self.seen(scope, each) for each in before]
        value = kpi.judged(self.value(scope, period), now, since_known(earlier))
        lines = self.lines(scope, period)
        return (
            kpi.key, period.cut.value, period.first, scope.kind.value, scope.number, kpi.definition, period.last,
            value.value, value.numerator, value.denominator,
            value.interval.low if value.interval is not None else None,
            value.interval.high if value.interval is not None else None,
            value.n, value.coverage, value.excluded, lack(value, lines) or "", self.colour(value, lines, (scope, period)),
            lines.green if lines is not None else None, lines.red if lines is not None else None,
            self.value(scope, before[0]).value, kpi.trend(now, earlier[0], exposure=self.exposure[period]).change,
            value.maturity, orjson.dumps(dict(value.parts)).decode(),
        )  # fmt: skip

    def lines(self, scope: Scope, period: Period) -> Lines | None:
        tier = _tier(scope, self.world.places[period])
        if tier is None and len(self.kpi.tiers) == 1:
            # It counts services of one tier alone, whose target is the one that was meant.
            (tier,) = self.kpi.tiers
        found = self.world.targets.lines(self.kpi, period.last, tier=tier)
        if not self.kpi.by_allowance:
            return found
        if found is not None:
            return found.of_part(quarters(period)) if scope.kind in SUMMED else None
        if scope != COMPANY or self.world.allowed is None:
            return None
        start, end = self.world.frame.bounds[period]
        return self.kpi.allowance(self.world.allowed * (end - start).total_seconds() / 60)

    def colour(self, value: Value, lines: Lines | None, of: tuple[Scope, Period]) -> Rag:
        """Where a KPI asks for a note only, one that its owner has given makes a red figure amber."""
        found, (scope, period) = rag(value, lines), of
        if found is not Rag.RED or not self.kpi.note_suffices:
            return found
        key = (self.kpi.key, period.cut.value, period.first, scope.kind.value, scope.number)
        return Rag.AMBER if key in self.world.commented else found


def since_known(earlier: Sequence[list[Any]]) -> list[list[Any]]:
    """Without the oldest periods of which nothing was seen: then nobody was counting yet. A later empty one is a true zero."""
    known = list(earlier)
    while known and not known[-1]:
        known.pop()
    return known


def _exposure(world: World, period: Period) -> float:
    """The part of the time of both periods that lies in this one, which may go on still."""
    start, end = world.frame.bounds[period]
    old_start, old_end = world.frame.bounds[world.before[period][0]]
    elapsed = max(0.0, (min(end, world.frame.at) - start).total_seconds())
    return elapsed / (elapsed + (old_end - old_start).total_seconds())


def _tier(scope: Scope, placed: Mapping[int, Place]) -> int | None:
    """Whose target holds; None: that for all tiers."""
    if scope.kind is ScopeKind.TIER:
        return scope.number
    place = placed.get(scope.number) if scope.kind is ScopeKind.SERVICE else None
    return place.tier if place is not None else None
