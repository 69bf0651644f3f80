"""What this app shows on the pages of other apps: the overview, services, journeys, objectives, incidents, actions and teams."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem, Incident
from relportal.core.models import Journey, Service, Team, User
from relportal.core.panels import Page, Panel, register
from relportal.core.permissions import allowed
from risks.models import ExceptionKind
from risks.queries.exceptions.of_subject import OfSubject, of_subject
from risks.queries.panels import RisksOf, Top, risks_of, risks_of_incident, top_risks
from risks.queries.recovery.listing import GRAVE
from risks.queries.recovery.standings import ServiceRecovery, standings
from slo.models import Objective

# Exceptions: an objective that is not kept for a while, an action that may be late.


def exceptions_of_objective(user: User, objective: Any, at: dt.datetime) -> OfSubject | None:
    one: Objective = objective
    ask = "" if one.retired_at is not None else f"{reverse('risks:exception-create')}?objective={one.pk}"
    return of_subject(user, Q(objective=one), request=ask, at=at)


def exceptions_of_action(user: User, action: Any, at: dt.datetime) -> OfSubject | None:
    one: ActionItem = action
    ask = f"{reverse('risks:exception-create')}?action={one.pk}" if one.is_unfinished else ""
    return of_subject(user, Q(action=one, kind=ExceptionKind.ACTION), request=ask, at=at)


for page, query in ((Page.OBJECTIVE, exceptions_of_objective), (Page.ACTION, exceptions_of_action)):
    register(
        Panel(
            key="exceptions",
            page=page,
            title=_("Exceptions"),
            template="risks/exceptions_panel.html",
            query=query,
            position=30,
        )
    )

# Recovery of a service.


def recovery_of_service(user: User, service: Any, at: dt.datetime) -> ServiceRecovery | None:
    one: Service = service
    if not allowed(user, "risk.view"):
        return None
    [now] = standings([one], at=at)
    told = now.objective is not None or now.result is not None or one.tier <= GRAVE[-1]
    return now if told else None


register(
    Panel(
        key="recovery",
        page=Page.SERVICE,
        title=_("Recovery"),
        template="risks/recovery_panel.html",
        query=recovery_of_service,
        position=27,
    )
)

# Risks.


def _create(user: User, query: str = "") -> str:
    return f"{reverse('risks:create')}{query}" if allowed(user, "risk.edit") else ""


def _all(query: str) -> str:
    return f"{reverse('risks:list')}?state=alive&{query}"


def risks_of_service(user: User, service: Any, _at: dt.datetime) -> RisksOf | None:
    one: Service = service
    create = _create(user, f"?service={one.slug}")
    return risks_of(user, Q(services=one), all_of_them=_all(f"service={one.slug}"), create=create)


def risks_of_journey(user: User, journey: Any, _at: dt.datetime) -> RisksOf | None:
    one: Journey = journey
    return risks_of(user, Q(journeys=one))


def risks_of_objective(user: User, objective: Any, _at: dt.datetime) -> RisksOf | None:
    one: Objective = objective
    return risks_of(user, Q(pk__in=one.risk_links.values("risk")))


def risks_in_incident(user: User, incident: Any, _at: dt.datetime) -> RisksOf | None:
    one: Incident = incident
    return risks_of_incident(user, one, create=_create(user, f"?incident={one.short_id}"))


def risks_of_team(user: User, team: Any, _at: dt.datetime) -> RisksOf | None:
    one: Team = team
    return risks_of(user, Q(team=one), all_of_them=_all(f"team={one.slug}"))


def worst_risks(user: User, _none: Any, at: dt.datetime) -> Top | None:
    return top_risks(user, at=at)


for page, risks in (
    (Page.SERVICE, risks_of_service),
    (Page.JOURNEY, risks_of_journey),
    (Page.OBJECTIVE, risks_of_objective),
    (Page.INCIDENT, risks_in_incident),
    (Page.TEAM, risks_of_team),
):
    register(Panel(key="risks", page=page, title=_("Risks"), template="risks/panel.html", query=risks, position=25))
register(
    Panel(
        key="risks",
        page=Page.OVERVIEW,
        title=_("Top risks"),
        template="risks/overview_panel.html",
        query=worst_risks,
        position=20,
    )
)
