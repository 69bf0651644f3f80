"""KPIs are computed for every scope and period at once and kept, so that no page has to compute one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import connection, transaction
from django.db.models import Q

from relportal.core import company, work
from relportal.core.garbage import uncollected
from relportal.core.models import Journey, Team
from reports.actions.fresh_values import World, frame_of, fresh, looking_back
from reports.actions.kept_values import Kept, forget, keep
from reports.domain.periods import ROLLING, Period, by_cut
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.kpis import KPIS
from reports.kpis._base import AnyKpi
from reports.models import Edition, KpiComment, KpiRun, KpiValue, ReportSettings
from reports.queries.calendar import calendar, kept_periods
from reports.queries.places import places
from reports.queries.targets import Targets

logger = structlog.get_logger(__name__)

FIGURES: Final = "reports.figures"
EVERY: Final = dt.timedelta(hours=1)
LOCK: Final = 740_601
"""Held while figures are written; no other code uses this number."""
TIERS: Final = (1, 2, 3, 4)
AT_ONCE: Final = 13
"""How many periods of a cut are looked at together. Each time, all facts of so many and of those before them are in memory."""


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
    """Those of `kept_periods`, and no others of the last so many days."""
    periods = kept_periods(at)
    done = compute(periods, at=at)
    with _locked():
        forget(periods)
    return done


def compute(periods: Sequence[Period], *, at: dt.datetime) -> Computed:
    """Writes the values of every KPI for every scope, and closes the periods whose time has come.

    Periods of one cut at a time: what was seen in them is let go before the next are looked at. Each KPI has a transaction of its
    own: one that fails takes back nothing of the others, nor what it wrote of other periods.
    """
    began = _began(at)
    done = Computed()
    for some in by_cut(periods, most=AT_ONCE):
        world = _world(some, at=at)
        for back in sorted({kpi.looks_back for kpi in KPIS.values()}, reverse=True):
            world = looking_back(world, back)
            for kpi in KPIS.values():
                if kpi.looks_back == back:
                    _compute(kpi, world, done, began=began)
    _ran(done, at=at)
    return done


def _compute(kpi: AnyKpi, world: World, done: Computed, *, began: dt.date) -> None:
    try:
        with uncollected(), _locked():
            kept = _write(kpi, world, began=began)
        done.values, done.written = done.values + kept.values, done.written + kept.written
    except Exception as error:
        # The boundary of plug-ins: whatever one raises must not keep the others from being computed.
        logger.exception("kpi failed", kpi=kpi.key, cut=world.wanted[0].cut.value)
        done.failed.setdefault(kpi.key, f"{type(error).__name__}: {error}"[:500])


def _ran(done: Computed, *, at: dt.datetime) -> None:
    """A KPI that failed for some of the periods was not computed as of now."""
    failed = [KpiRun(kpi=key, problem=problem, failed_at=at) for key, problem in done.failed.items()]
    KpiRun.objects.bulk_create(
        failed, update_conflicts=True, unique_fields=["kpi"], update_fields=["problem", "failed_at"]
    )
    right = [KpiRun(kpi=key, at=at, problem="", failed_at=None) for key in KPIS if key not in done.failed]
    KpiRun.objects.bulk_create(
        right, update_conflicts=True, unique_fields=["kpi"], update_fields=["at", "problem", "failed_at"]
    )


@contextmanager
def _locked() -> Iterator[None]:
    """A transaction that alone writes figures."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield


def _began(at: dt.datetime) -> dt.date:
    """The day of the first computation of all."""
    row, _made = ReportSettings.objects.get_or_create(pk=1)
    if row.began_on is None:
        row.began_on = company.day(at)
        row.save(update_fields=["began_on"])
    return row.began_on


def _world(periods: Sequence[Period], *, at: dt.datetime) -> World:
    cuts = calendar()
    back = max(kpi.looks_back for kpi in KPIS.values())
    before = {each: tuple(cuts.before(each, n) for n in range(1, back + 1)) for each in periods}
    frame = frame_of(before, zone=company.zone(), at=at)
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
    """What is due to be closed is closed with the values of now. The last so many days never are: tomorrow they are others."""
    at, today = world.frame.at, company.day(world.frame.at)
    due = [each for each in world.wanted if each.cut not in ROLLING and began <= each.closes_on <= today]
    asked = Q()
    for each in due:
        asked |= Q(cut=each.cut, first=each.first)
    closed = KpiValue.objects.filter(asked, kpi=kpi.key, edition=Edition.CLOSED, scope=ScopeKind.COMPANY)
    done = set(closed.values_list("cut", "first")) if due else set()
    closing = [each for each in due if (each.cut, each.first) not in done]
    return keep(kpi.key, fresh(kpi, world), periods=world.wanted, closing=closing, at=at)
