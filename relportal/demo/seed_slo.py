"""Perronova's source, indicators and objectives, through the portal's own actions."""

from __future__ import annotations

import datetime as dt

from relportal.core.models import Service, Team
from relportal.core.permissions import SYSTEM
from relportal.demo.indicators import INDICATORS, DemoIndicator
from relportal.demo.objectives import OBJECTIVES, DemoObjective
from slo.actions.indicators import IndicatorFields, create_indicator
from slo.actions.objectives import ObjectiveFields, create_objective
from slo.actions.sources import SourceFields, create_source
from slo.models import Indicator, IndicatorKind, Objective, Source

PROMETHEUS = "prometheus"
PUSHED = "pushed"


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

    A source that is pushed to gets those that count events of the company, as pushed indicators.
    """
    there = set(Indicator.objects.values_list("slug", flat=True))
    services = {row.slug: row for row in Service.objects.all()}
    teams = {row.slug: row for row in Team.objects.all()}
    made = []
    for each in INDICATORS:
        if each.slug in there or (of.kind == PUSHED and not each.counts_events):
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
