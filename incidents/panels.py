"""Incidents and deploys on the pages of services, incidents on those of journeys and objectives, and the way to declare one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from incidents.queries.deploys import DeployRow, latest_of
from incidents.queries.runbooks import RunbooksOfService, runbooks_of_service
from relportal.core.models import Journey, Service, User
from relportal.core.panels import Page, Panel, register
from relportal.core.permissions import allowed
from slo.models import Objective

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Listed:
    """The newest incidents, and where one is declared (empty: not by this viewer)."""

    incidents: tuple[Incident, ...]
    declare: str


def _listed(user: User, touching: Q, **prefill: int) -> Listed | None:
    rows = Incident.objects.visible_to(user).filter(touching).exclude(state="merged")
    found = tuple(rows.select_related("severity").distinct().order_by("-declared_at")[:SHOWN])
    declare = ""
    if allowed(user, "incident.declare"):
        declare = f"{reverse('incidents:declare')}?{urlencode(prefill)}" if prefill else reverse("incidents:declare")
    return Listed(found, declare) if found or declare else None


def of_service(user: User, service: Any, _at: dt.datetime) -> Listed | None:
    one: Service = service
    return _listed(user, Q(services=one) | Q(segments__service=one), service=one.pk)


def of_journey(user: User, journey: Any, _at: dt.datetime) -> Listed | None:
    one: Journey = journey
    return _listed(user, Q(segments__journey=one))


def of_objective(user: User, objective: Any, _at: dt.datetime) -> Listed | None:
    one: Objective = objective
    return _listed(user, Q(objectives=one), objective=one.pk)


@dataclass(frozen=True, slots=True)
class Deployed:
    service: Service
    rows: tuple[DeployRow, ...]


def deploys_of_service(user: User, service: Any, _at: dt.datetime) -> Deployed | None:
    one: Service = service
    rows = latest_of(user, one, SHOWN) if allowed(user, "incident.view") else ()
    return Deployed(one, rows) if rows else None


def runbooks(user: User, service: Any, at: dt.datetime) -> RunbooksOfService | None:
    one: Service = service
    return runbooks_of_service(user, one, at=at) if allowed(user, "incident.view") else None


for page, query in ((Page.SERVICE, of_service), (Page.JOURNEY, of_journey), (Page.OBJECTIVE, of_objective)):
    register(
        Panel(
            key="incidents", page=page, title=_("Incidents"), template="incidents/panel.html", query=query, position=20
        )
    )
register(
    Panel(
        key="deploys",
        page=Page.SERVICE,
        title=_("Deploys"),
        template="incidents/deploys_panel.html",
        query=deploys_of_service,
        position=25,
    )
)
register(
    Panel(
        key="runbooks",
        page=Page.SERVICE,
        title=_("Runbooks"),
        template="incidents/runbooks_of_service.html",
        query=runbooks,
        position=27,
    )
)
