"""Perronova's source, indicators and objectives, through the portal's own actions."""

from __future__ import annotations

import datetime as dt
from typing import Final

from relportal.core import work
from relportal.core.models import Service, Team
from relportal.core.permissions import SYSTEM
from relportal.demo.indicators import INDICATORS, DemoIndicator
from relportal.demo.objectives import OBJECTIVES, DemoObjective
from relportal.demo.seed_pushed import PUSHED
from slo.actions.backfill import request_backfill
from slo.actions.indicators import IndicatorFields, create_indicator
from slo.actions.objectives import ObjectiveFields, create_objective
from slo.actions.sources import SourceFields, create_source
from slo.models import Backfill, Indicator, IndicatorKind, Objective, Source

PROMETHEUS = "prometheus"
OLDER_HISTORY: Final = "demo.older_history"
# What the longest window needs, a quarter, comes first and is waited for; the rest of the two years follows.
FIRST_DAYS: Final = 95
ALL_DAYS: Final = 725
PAUSE: Final = dt.timedelta(seconds=30)


def source(*, url: str, at: dt.datetime) -> Source:
    """The company's Prometheus at `url`; the address of one that is there already is left as it is."""
    row = Source.objects.filter(slug=PROMETHEUS).first()
    if row is not None:
        return row
    fields = SourceFields(name="Perronova Prometheus", url=url, scrape_interval_s=60)
    return create_source(SYSTEM, slug=PROMETHEUS, fields=fields, at=at)


def pushed_source(*, at: dt.datetime) -> Source:
    row = Source.objects.filter(slug=PUSHED).first()
    if row is not None:
        return row
    return create_source(SYSTEM, slug=PUSHED, fields=SourceFields(name="Pushed counts", kind="pushed"), at=at)


def indicators(of: Source, *, at: dt.datetime) -> list[Indicator]:
    """Creates those that are not there yet, and answers with the new ones.

    A source that is pushed to gets those of the company, as pushed indicators; the portal cannot push its own.
    """
    there = set(Indicator.objects.values_list("slug", flat=True))
    services = {row.slug: row for row in Service.objects.all()}
    teams = {row.slug: row for row in Team.objects.all()}
    made = []
    for each in INDICATORS:
        if each.slug in there or (of.kind == PUSHED and each.family is None):
            continue
        row = create_indicator(
            SYSTEM,
            slug=each.slug,
            fields=_fields(each, source=of, team=teams[each.team]),
            services={slug: services[slug] for slug in each.services},
            at=at,
        )
        made.append(row)
    return made


def objectives(*, at: dt.datetime) -> list[Objective]:
    """Creates, for the indicators that are there, the promises that never were; answers with the new ones."""
    there = set(Objective.objects.values_list("service__slug", "indicator__slug"))
    services = {row.slug: row for row in Service.objects.all()}
    rows = {row.slug: row for row in Indicator.objects.all()}
    return [
        create_objective(
            SYSTEM, service=services[each.service], indicator=rows[each.indicator], fields=_promise(each), at=at
        )
        for each in OBJECTIVES
        if each.indicator in rows and (each.service, each.indicator) not in there
    ]


def request_history(of: list[Indicator], *, at: dt.datetime) -> None:
    """Asks for the history that the pages need first, and makes the older one due."""
    for row in of:
        request_backfill(SYSTEM, row, days=FIRST_DAYS, at=at)
    if of:
        work.enqueue(OLDER_HISTORY, "once", at=at + PAUSE, queue="tick")


def request_older_history(*, at: dt.datetime) -> dt.timedelta | None:
    """Asks for all of the two years once nothing is being read; when to try again, or None when that is done."""
    if Backfill.objects.filter(state=Backfill.State.RUNNING).exists():
        return PAUSE
    for row in Indicator.objects.filter(source__slug=PROMETHEUS):
        request_backfill(SYSTEM, row, days=ALL_DAYS, at=at)
    return None


def _fields(of: DemoIndicator, *, source: Source, team: Team) -> IndicatorFields:
    if source.kind == PUSHED:
        return IndicatorFields(
            name=of.name, source=source, kind=IndicatorKind.PUSHED, description=of.description, team=team
        )
    return IndicatorFields(
        name=of.name,
        source=source,
        kind=of.kind,
        description=of.description,
        team=team,
        good=of.good,
        bad=of.bad,
        total=of.total,
        histogram=of.histogram,
        latency_s=of.latency_s,
        value=of.value,
        operator=of.operator,
        limit=of.limit,
    )


def _promise(of: DemoObjective) -> ObjectiveFields:
    return ObjectiveFields(
        name=of.name,
        target=of.target,
        window_kind=of.window.kind,
        window_days=of.window.days,
        window_zone=of.window.zone,
        counting=of.counting,
        slice_target=of.slice_target,
    )
