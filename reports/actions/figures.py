"""KPIs are computed for every scope and period at once and kept, so that no page has to compute one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import connection, transaction
from django.db.models import Q

from relportal.core import company, work
from relportal.core.garbage import uncollected
from relportal.core.models import Journey, Team
from reports.actions.fresh_values import World, fresh
from reports.actions.kept_values import Kept, keep
from reports.domain.periods import Period
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.kpis import KPIS
from reports.kpis._base import AnyKpi, Frame
from reports.models import Edition, KpiComment, KpiRun, KpiValue, ReportSettings
from reports.queries.calendar import calendar, kept_periods
from reports.queries.places import places
from reports.queries.targets import Targets

logger = structlog.get_logger(__name__)

FIGURES: Final = "reports.figures"
EVERY: Final = dt.timedelta(hours=1)
LOOKS_BACK: Final = 4
"""A rule of counts compares with so many periods before."""
LOCK: Final = 740_601
"""Held while figures are written; no other code uses this number."""
TIERS: Final = (1, 2, 3, 4)


@dataclass(slots=True)
class Computed:
    """`written` rows are those that say something new. `failed`: KPI -> what went wrong; its values stay as they were."""

    values: int = 0
    written: int = 0
    failed: dict[str, str] = field(default_factory=dict)


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
    began = _began(at)
    world = _world(periods, at=at)
    done = Computed()
    for key, kpi in KPIS.items():
        try:
            with uncollected(), transaction.atomic():
                kept = _write(kpi, world, began=began)
            done.values, done.written = done.values + kept.values, done.written + kept.written
        except Exception as error:
            # The boundary of plug-ins: whatever one raises must not keep the others from being computed.
            logger.exception("kpi failed", kpi=key)
            done.failed[key] = f"{type(error).__name__}: {error}"[:500]
            KpiRun.objects.update_or_create(kpi=key, defaults={"problem": done.failed[key], "failed_at": at})
    return done


def _began(at: dt.datetime) -> dt.date:
    """The day of the first computation of all."""
    row, _made = ReportSettings.objects.get_or_create(pk=1)
    if row.began_on is None:
        row.began_on = company.day(at)
        row.save(update_fields=["began_on"])
    return row.began_on


def _world(periods: Sequence[Period], *, at: dt.datetime) -> World:
    cuts = calendar()
    before = {each: tuple(cuts.before(each, n) for n in range(1, LOOKS_BACK + 1)) for each in periods}
    frame = Frame([*periods, *(each for row in before.values() for each in row)], zone=company.zone(), at=at)
    ends = {period: min(end, at) for period, (_start, end) in frame.bounds.items()}
    teams = Team.objects.order_by("pk").values_list("pk", flat=True)
    journeys = Journey.objects.order_by("pk").values_list("pk", flat=True)
    return World(
        frame=frame,
        wanted=periods,
        places=places(ends),
        before=before,
        targets=Targets(),
        always=frozenset(
            (
                COMPANY,
                *(Scope(ScopeKind.TIER, tier) for tier in TIERS),
                *(Scope(ScopeKind.TEAM, pk) for pk in teams),
                *(Scope(ScopeKind.JOURNEY, pk) for pk in journeys),
            )
        ),
        commented=frozenset(KpiComment.objects.values_list("kpi", "cut", "first", "scope", "number")),
        allowed=ReportSettings.objects.get(pk=1).allowed_minutes,
    )


def _write(kpi: AnyKpi, world: World, *, began: dt.date) -> Kept:
    """What is due to be closed is closed with the values of now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    at, today = world.frame.at, company.day(world.frame.at)
    due = [each for each in world.wanted if began <= each.closes_on <= today]
    asked = Q()
    for each in due:
        asked |= Q(cut=each.cut, first=each.first)
    closed = KpiValue.objects.filter(asked, kpi=kpi.key, edition=Edition.CLOSED, scope=ScopeKind.COMPANY)
    done = set(closed.values_list("cut", "first")) if due else set()
    closing = [each for each in due if (each.cut, each.first) not in done]
    kept = keep(kpi.key, fresh(kpi, world), periods=world.wanted, closing=closing, at=at)
    KpiRun.objects.update_or_create(kpi=kpi.key, defaults={"at": at, "problem": "", "failed_at": None})
    return kept
