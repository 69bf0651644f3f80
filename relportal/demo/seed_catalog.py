"""Fills the catalog with Perronova's services and journeys, through the portal's own actions."""

from __future__ import annotations

import datetime as dt
import graphlib
from typing import Final

from relportal.core.actions.catalog import (
    JourneyFields,
    ServiceFields,
    create_journey,
    create_service,
    update_service,
)
from relportal.core.actions.catalog_parts import Edge, Link
from relportal.core.models import Journey, Lifecycle, LinkKind, Service, Team
from relportal.core.permissions import SYSTEM
from relportal.demo.catalog import JOURNEYS, SERVICES, DemoService
from relportal.demo.indicators import PORTAL

ITSELF = DemoService(
    slug=PORTAL,
    name="relportal",
    tier=3,
    team="platform",
    description="This portal: it measures itself as it measures the others.",
    missing=("dashboard", "traces"),
)
STALE: Final = dt.timedelta(days=190)


def services(*, at: dt.datetime) -> None:
    """Creates the services that are not there yet, callees first; what a visitor changed stays."""
    by_slug = {each.slug: each for each in (*SERVICES, ITSELF)}
    order = graphlib.TopologicalSorter({slug: {*each.hard, *each.soft} for slug, each in by_slug.items()})
    there = {row.slug: row for row in Service.objects.all()}
    teams = {row.slug: row for row in Team.objects.all()}
    for slug in order.static_order():
        if slug not in there:
            there[slug] = _create(by_slug[slug], teams=teams, there=there, at=at)


def journeys(*, at: dt.datetime) -> None:
    there = set(Journey.objects.values_list("slug", flat=True))
    rows = {row.slug: row for row in Service.objects.all()}
    teams = {row.slug: row for row in Team.objects.all()}
    for each in JOURNEYS:
        if each.slug not in there:
            fields = JourneyFields(
                name=each.name,
                description=each.description,
                team=teams[each.team],
                services=tuple(rows[slug] for slug in each.services),
            )
            create_journey(SYSTEM, slug=each.slug, fields=fields, at=at)


def _create(of: DemoService, *, teams: dict[str, Team], there: dict[str, Service], at: dt.datetime) -> Service:
    edges = [Edge(there[slug], hard=True) for slug in of.hard] + [Edge(there[slug], hard=False) for slug in of.soft]
    fields = ServiceFields(
        name=of.name,
        tier=of.tier,
        team=teams[of.team],
        lifecycle=Lifecycle(of.lifecycle),
        description=of.description,
        aliases=of.aliases,
    )
    links = [Link(LinkKind(kind), url) for kind, url in of.links.items()]
    old = [link for link in links if link.kind in of.stale]
    if not old:
        return create_service(SYSTEM, slug=of.slug, fields=fields, links=links, dependencies=edges, at=at)
    row = create_service(SYSTEM, slug=of.slug, fields=fields, links=old, dependencies=edges, at=at - STALE)
    return update_service(SYSTEM, row, version=None, fields=fields, links=links, at=at)
