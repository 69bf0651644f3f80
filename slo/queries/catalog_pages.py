"""What the service page and the journey pages show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from django.db.models import F, Q
from django.utils.translation import gettext as _

from relportal.core.exceptions import Missing
from relportal.core.models import (
    Dependency,
    Journey,
    JourneyService,
    Service,
    ServiceLink,
    User,
)
from slo.domain.bands import Band, worst
from slo.models import BurnAlert, MaintenanceWindow, Objective, Status
from slo.queries.catalog import service_states
from slo.queries.catalog_state import ServiceState, whole_budget
from slo.queries.catalog_words import Advice, advice, journey_claim, service_claim
from slo.queries.maintenance import next_maintenance
from slo.queries.objectives import status_of

RECENT: Final = dt.timedelta(days=30)
ALERTS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class ObjectiveLine:
    """An active objective; `whole` is its budget as time."""

    objective: Objective
    status: Status
    whole: dt.timedelta

    @property
    def band(self) -> Band:
        return Band(self.status.band)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The other end of a dependency; `hard` when the caller cannot answer its users without the called."""

    state: ServiceState
    hard: bool


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link of the service; `confirmed` when somebody entered it, or saw it work, lately enough."""

    link: ServiceLink
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ServicePage:
    """`dependencies` is what the service calls, `dependents` what calls it; both worst first. `maintenance` runs, or is the first
    of the next seven days."""

    service: Service
    state: ServiceState
    claim: str
    objectives: tuple[ObjectiveLine, ...]
    alerts: tuple[BurnAlert, ...]
    dependencies: tuple[Neighbour, ...]
    dependents: tuple[Neighbour, ...]
    journeys: tuple[Journey, ...]
    links: tuple[LinkLine, ...]
    missing: tuple[Advice, ...]
    maintenance: MaintenanceWindow | None
    at: dt.datetime

    @property
    def last_verified(self) -> ServiceLink | None:
        """The link that was entered or confirmed last; None: there is none, or none of them ever was."""
        known = [(one.link.verified_at, one.link) for one in self.links if one.link.verified_at is not None]
        return max(known, key=itemgetter(0))[1] if known else None

    @property
    def ailing_dependencies(self) -> tuple[Neighbour, ...]:
        """What may be the cause: called services that are breached or at risk."""
        bad = (Band.BREACHED, Band.AT_RISK)
        return tuple(one for one in self.dependencies if one.state.band in bad)


def service_page(user: User, slug: str, *, at: dt.datetime) -> ServicePage:
    """Raises: Missing when there is no such service, or the viewer has no role."""
    service = Service.objects.visible_to(user).filter(slug=slug).select_related("team").first()
    if service is None:
        raise Missing(_("There is no service %(slug)s.") % {"slug": slug})
    edges = Dependency.objects.filter(service=service) | Dependency.objects.filter(depends_on=service)
    pairs = list(edges.values_list("service_id", "depends_on_id", "hard"))
    states = service_states({service.pk, *(i for pair in pairs for i in pair[:2])})
    state = states[service.pk]
    return ServicePage(
        service=service,
        state=state,
        claim=service_claim(state),
        objectives=_objectives(service, at=at),
        alerts=_alerts(service, at=at),
        dependencies=_neighbours((states[called], hard) for caller, called, hard in pairs if caller == service.pk),
        dependents=_neighbours((states[caller], hard) for caller, called, hard in pairs if called == service.pk),
        journeys=tuple(service.journeys.all()),
        links=_links(service, at=at),
        missing=advice(state),
        maintenance=next_maintenance(service, at=at),
        at=at,
    )


def _objectives(service: Service, *, at: dt.datetime) -> tuple[ObjectiveLine, ...]:
    lines = []
    for objective in (
        service.objectives.active().select_related("status", "indicator", "indicator__source").order_by("name")
    ):
        status = status_of(objective, at=at)
        whole = whole_budget(objective.target, objective.window, at=status.at)
        lines.append(ObjectiveLine(objective, status, whole))
    return tuple(sorted(lines, key=_urgency))


def _links(service: Service, *, at: dt.datetime) -> tuple[LinkLine, ...]:
    return tuple(LinkLine(link, link.is_confirmed(at)) for link in service.links.select_related("verified_by"))


def _urgency(line: ObjectiveLine) -> tuple[int, float, str]:
    left = line.status.remaining
    return (line.band.rank, 1.0 if left is None else left, line.objective.name)


def _alerts(service: Service, *, at: dt.datetime) -> tuple[BurnAlert, ...]:
    """Those that fire now first, then the newest of the last 30 days."""
    told = Q(resolved_at__isnull=True) | Q(fired_at__gte=at - RECENT)
    found = (
        BurnAlert.objects.filter(told, objective__service=service)
        .select_related("objective")
        .order_by(F("resolved_at").desc(nulls_first=True), "-fired_at")
    )
    return tuple(found[:ALERTS_SHOWN])


def _neighbours(found: Iterable[tuple[ServiceState, bool]]) -> tuple[Neighbour, ...]:
    neighbours = [Neighbour(state, hard) for state, hard in found]
    neighbours.sort(key=lambda one: (one.state.band.rank, not one.hard, one.state.name))
    return tuple(neighbours)


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """A journey with its steps in the customer's order; `band` is the worst of them, and nothing else is made of them."""

    journey: Journey
    steps: tuple[ServiceState, ...]
    band: Band
    claim: str
    at: dt.datetime


def journey_rows(user: User, *, at: dt.datetime) -> tuple[JourneyRow, ...]:
    """Every journey, worst first, in three statements."""
    if not user.roles:
        return ()
    rows = journey_states(list(Journey.objects.select_related("team")), at=at)
    return tuple(sorted(rows, key=lambda row: (row.band.rank, row.journey.name)))


def journey_page(user: User, slug: str, *, at: dt.datetime) -> JourneyRow:
    """Raises: Missing when there is no such journey, or the viewer has no role."""
    found = list(Journey.objects.select_related("team").filter(slug=slug))
    if not found or not user.roles:
        raise Missing(_("There is no journey %(slug)s.") % {"slug": slug})
    return journey_states(found, at=at)[0]


def journey_states(journeys: Sequence[Journey], *, at: dt.datetime) -> list[JourneyRow]:
    """These journeys, in this order, in two statements."""
    ids = [journey.pk for journey in journeys]
    steps = list(
        JourneyService.objects.filter(journey__in=ids)
        .order_by("journey", "position", "pk")
        .values_list("journey_id", "service_id")
    )
    states = service_states(service for _journey, service in steps)
    rows = []
    for journey in journeys:
        own = tuple(states[service] for owner, service in steps if owner == journey.pk)
        band = worst([step.band for step in own])
        claim = journey_claim(journey.name, band=band, steps=own)
        rows.append(JourneyRow(journey, own, band, claim, at))
    return rows
