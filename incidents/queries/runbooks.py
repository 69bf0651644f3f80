"""Runbooks and their use: of a service, in an incident, and on an alert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from incidents.models import Alert, Incident, IncidentService, RunbookRun, RunOutcome
from incidents.queries.impact import affected_services
from relportal.core.models import LinkKind, Service, ServiceLink, User

COUNTED_FOR: Final = dt.timedelta(days=90)
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Runbook:
    """A runbook and its use: `last` None: it was never used; `n` uses in 90 days. `confirmed`: somebody saw it work, or entered
    it, within 180 days. `said` is what was said of it in the incident that is looked at."""

    link: ServiceLink
    confirmed: bool
    last: dt.datetime | None
    n: int
    said: RunbookRun | None = None


@dataclass(frozen=True, slots=True)
class RunbooksOfService:
    """`incidents` that began in 90 days and count, in `covered` of which a runbook was used. `helped` of the `told` uses of 90
    days of which somebody said whether they did."""

    service: Service
    runbooks: tuple[Runbook, ...]
    runs: tuple[RunbookRun, ...]
    helped: int
    told: int
    incidents: int
    covered: int


@dataclass(frozen=True, slots=True)
class RunbooksOfIncident:
    """`runs` are those that tools told of, or people elsewhere; `without` are services that link no runbook."""

    runbooks: tuple[Runbook, ...]
    runs: tuple[RunbookRun, ...]
    without: tuple[Service, ...]


def runs_visible_to(user: User | AnonymousUser) -> QuerySet[RunbookRun]:
    rows = RunbookRun.objects.visible_to(user)
    return rows.select_related("service", "link", "alert", "incident", "by")


def with_runs(rows: QuerySet[Alert], user: User) -> QuerySet[Any]:
    """Alerts, with the `ran` outcome of the newest run that names each (None: there is none), and whether people said so."""
    mine = RunbookRun.objects.visible_to(user).filter(alert=OuterRef("pk"))
    key = Concat(Value("alert:"), Cast(OuterRef("pk"), CharField()))
    newest = mine.order_by("-started_at", "-pk").values("outcome")[:1]
    return rows.annotate(ran=Subquery(newest), ran_by_hand=Exists(mine.filter(source="", external_id=key)))


def runbooks_of_service(user: User, service: Service, *, at: dt.datetime) -> RunbooksOfService | None:
    """None: it links no runbook, and nothing was ever run."""
    links = list(ServiceLink.objects.filter(service=service, kind=LinkKind.RUNBOOK))
    mine = runs_visible_to(user).filter(service=service)
    runs = tuple(mine[:SHOWN])
    if not links and not runs:
        return None
    lately = Q(started_at__gte=at - COUNTED_FOR)
    said = mine.order_by().aggregate(
        helped=Count("pk", filter=lately & Q(outcome=RunOutcome.HELPED)),
        told=Count("pk", filter=lately & Q(outcome__in=(RunOutcome.HELPED, RunOutcome.NO_HELP))),
    )
    counted = Incident.objects.counted().visible_to(user).filter(declared_at__gte=at - COUNTED_FOR, services=service)
    used = Exists(mine.filter(incident=OuterRef("pk")).exclude(outcome=RunOutcome.NOT_NEEDED))
    of = counted.aggregate(n=Count("pk"), covered=Count("pk", filter=used))
    return RunbooksOfService(
        service, _runbooks(links, mine, at=at), runs, said["helped"], said["told"], of["n"], of["covered"]
    )


def runbooks_of_incident(user: User, incident: Incident, *, at: dt.datetime) -> RunbooksOfIncident:
    linked = IncidentService.objects.filter(incident=incident).values_list("service", flat=True)
    hit = {*linked, *affected_services(list(incident.segments.all()))}
    services = list(Service.objects.visible_to(user).filter(pk__in=hit).order_by("tier", "name"))
    place = {service.pk: number for number, service in enumerate(services)}
    links = list(ServiceLink.objects.filter(service__in=services, kind=LinkKind.RUNBOOK).select_related("service"))
    links.sort(key=lambda link: (place[link.service_id], link.pk))
    here = list(runs_visible_to(user).filter(incident=incident))
    keys = {said_in(incident, link): link.pk for link in links}
    said = {keys[row.external_id]: row for row in here if not row.source and row.external_id in keys}
    rest = tuple(row for row in here if row not in said.values())
    known = _runbooks(links, runs_visible_to(user).filter(service__in=services), at=at, said=said)
    covered = {link.service_id for link in links}
    return RunbooksOfIncident(known, rest, tuple(each for each in services if each.pk not in covered))


def said_on(alert: Alert) -> str:
    """The `external_id` of what people say of an alert."""
    return f"alert:{alert.pk}"


def said_in(incident: Incident, link: ServiceLink) -> str:
    """That of what they say of a runbook in the room of an incident."""
    return f"incident:{incident.pk}:{link.pk}"


def _runbooks(
    links: Sequence[ServiceLink],
    runs: QuerySet[RunbookRun],
    *,
    at: dt.datetime,
    said: Mapping[int, RunbookRun] = MappingProxyType({}),
) -> tuple[Runbook, ...]:
    used = runs.filter(link__in=links).exclude(outcome=RunOutcome.NOT_NEEDED).order_by().values("link")
    counted = used.annotate(last=Max("started_at"), n=Count("pk", filter=Q(started_at__gte=at - COUNTED_FOR)))
    found = {row["link"]: (row["last"], row["n"]) for row in counted}
    return tuple(
        Runbook(link, link.is_confirmed(at), *found.get(link.pk, (None, 0)), said.get(link.pk)) for link in links
    )
