"""KPIs are computed for every scope and period at once and kept, so that no page has to compute one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.db.models import Q

from relportal.core import company, work
from relportal.core.models import Journey, Team
from reports.domain.periods import Period
from reports.domain.scopes import COMPANY, Place, Scope, ScopeKind, grouped
from reports.domain.values import Value, lack, rag
from reports.kpis import KPIS
from reports.kpis._base import AnyKpi, Frame
from reports.models import Edition, KpiValue, ReportSettings
from reports.queries.calendar import calendar, kept_periods
from reports.queries.places import places
from reports.queries.targets import Targets

logger = structlog.get_logger(__name__)

FIGURES: Final = "reports.figures"
EVERY: Final = dt.timedelta(hours=1)
BATCH: Final = 5000
LOOKS_BACK: Final = 4
"""A rule of counts compares with so many periods before."""
LOCK: Final = 740_601
"""Held while figures are written; no other code uses this number."""
TIERS: Final = (1, 2, 3, 4)


@dataclass(slots=True)
class Computed:
    """`failed`: KPI -> what went wrong; its values stay as they were."""

    values: int = 0
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _World:
    """What is the same for every KPI. `wanted` are the periods of which values are kept."""

    frame: Frame
    wanted: Sequence[Period]
    places: Mapping[Period, Mapping[int, Place]]
    before: Mapping[Period, tuple[Period, ...]]
    targets: Targets
    always: tuple[Scope, ...]
    began_on: dt.date


def schedule_figures(*, at: dt.datetime) -> None:
    with transaction.atomic():
        work.enqueue(FIGURES, "all", at=at, every=EVERY)


def compute_kept(*, at: dt.datetime) -> Computed:
    """Those of `kept_periods`."""
    return compute(kept_periods(at), at=at)


def compute(periods: Sequence[Period], *, at: dt.datetime) -> Computed:
    """Writes the values of every KPI for every scope, and closes the periods whose time has come.

    Each KPI has a transaction of its own: one that fails takes back nothing of the others.
    """
    world = _world(periods, at=at)
    done = Computed()
    for key, kpi in KPIS.items():
        try:
            with transaction.atomic():
                _lock()
                done.values += _write(kpi, world)
        except Exception as error:
            # The boundary of plug-ins: whatever one raises must not keep the others from being computed.
            logger.exception("kpi failed", kpi=key)
            done.failed[key] = f"{type(error).__name__}: {error}"[:500]
    return done


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _began(at: dt.datetime) -> dt.date:
    """The day of the first computation of all."""
    row, _made = ReportSettings.objects.get_or_create(pk=1)
    if row.began_on is None:
        row.began_on = company.day(at)
        row.save(update_fields=["began_on"])
    return row.began_on


def _world(periods: Sequence[Period], *, at: dt.datetime) -> _World:
    cuts = calendar()
    before = {each: tuple(cuts.before(each, n) for n in range(1, LOOKS_BACK + 1)) for each in periods}
    frame = Frame([*periods, *(each for row in before.values() for each in row)], zone=company.zone(), at=at)
    ends = {period: min(end, at) for period, (_start, end) in frame.bounds.items()}
    teams = Team.objects.order_by("pk").values_list("pk", flat=True)
    journeys = Journey.objects.order_by("pk").values_list("pk", flat=True)
    return _World(
        frame=frame,
        wanted=periods,
        places=places(ends),
        before=before,
        targets=Targets(),
        began_on=_began(at),
        always=(
            COMPANY,
            *(Scope(ScopeKind.TIER, tier) for tier in TIERS),
            *(Scope(ScopeKind.TEAM, pk) for pk in teams),
            *(Scope(ScopeKind.JOURNEY, pk) for pk in journeys),
        ),
    )


def _write(kpi: AnyKpi, world: _World) -> int:
    """Values of services are kept where there was anything to see; of all other scopes always."""
    wanted = Q()
    for each in world.wanted:
        wanted |= Q(cut=each.cut, first=each.first)
    kept = KpiValue.objects.filter(wanted, kpi=kpi.key)
    closed = set(kept.filter(edition=Edition.CLOSED, scope=ScopeKind.COMPANY).values_list("cut", "first"))
    kept.filter(edition=Edition.LIVE).delete()
    rows = list(_values(kpi, world))
    today = company.day(world.frame.at)
    closing = {
        (each.cut.value, each.first)
        for each in world.wanted
        if world.began_on <= each.closes_on <= today and (each.cut, each.first) not in closed
    }
    rows += [_closed(row) for row in rows if (row.cut, row.first) in closing]
    KpiValue.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _closed(row: KpiValue) -> KpiValue:
    fields = {each.attname: getattr(row, each.attname) for each in KpiValue._meta.concrete_fields}
    return KpiValue(**{**fields, "id": None, "edition": Edition.CLOSED})


def _values(kpi: AnyKpi, world: _World) -> Iterator[KpiValue]:
    facts = grouped(kpi.seen(world.frame), world.places, tiers=kpi.tiers)
    for period in world.wanted:
        scopes = {*world.always, *(scope for scope, each in facts if each == period)}
        for scope in sorted(scopes):
            yield _value(kpi, world, (scope, period), facts)


def _value(
    kpi: AnyKpi, world: _World, of: tuple[Scope, Period], facts: Mapping[tuple[Scope, Period], list[Any]]
) -> KpiValue:
    scope, period = of
    now = facts.get(of, [])
    earlier = [facts.get((scope, each), []) for each in world.before[period]]
    value = kpi.judged(kpi.value(now), now, _since_known(earlier))
    lines = world.targets.lines(kpi, period.last, tier=_tier(scope, world.places[period]))
    return _row(
        KpiValue(
            kpi=kpi.key,
            definition=kpi.definition,
            cut=period.cut,
            first=period.first,
            last=period.last,
            scope=scope.kind,
            number=scope.number,
            computed_at=world.frame.at,
            rag=rag(value, lines),
            lacking=lack(value, lines) or "",
            green=lines.green if lines is not None else None,
            red=lines.red if lines is not None else None,
            before=kpi.value(earlier[0]).value,
            change=kpi.trend(now, earlier[0], exposure=_exposure(world, period)).change,
        ),
        value,
    )


def _since_known(earlier: Sequence[list[Any]]) -> list[list[Any]]:
    """Without the oldest periods of which nothing was seen: then nobody was counting yet. A later empty one is a true zero."""
    known = list(earlier)
    while known and not known[-1]:
        known.pop()
    return known


def _row(row: KpiValue, value: Value) -> KpiValue:
    row.value, row.numerator, row.denominator = value.value, value.numerator, value.denominator
    row.low = value.interval.low if value.interval is not None else None
    row.high = value.interval.high if value.interval is not None else None
    row.n, row.coverage, row.excluded = value.n, value.coverage, value.excluded
    row.maturity, row.parts = value.maturity, dict(value.parts)
    return row


def _exposure(world: _World, period: Period) -> float:
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
