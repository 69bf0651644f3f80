"""What this app shows on the pages of other apps: the overview, services, teams, incidents and risks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from relportal.core import company
from relportal.core.models import User
from relportal.core.panels import Page, Panel, register
from relportal.core.permissions import allowed
from reports.queries.asks import AskRow, AskTally, tally, wanted_from
from reports.queries.decided_on import DecidedOn, decided_on
from reports.queries.ladder.panel import InBrief, TeamInBrief, in_brief, team_in_brief
from reports.queries.readiness.panel import LaunchesOf, launches_of


@dataclass(frozen=True, slots=True)
class Wanted:
    rows: tuple[AskRow, ...]
    tally: AskTally


def decisions_wanted(user: User, _none: Any, at: dt.datetime) -> Wanted | None:
    """Of this viewer; nothing where nothing is wanted."""
    if not allowed(user, "report.view"):
        return None
    rows = wanted_from(user, at=at)
    return Wanted(rows, tally(user, today=company.day(at))) if rows else None


register(
    Panel(
        key="asks",
        page=Page.OVERVIEW,
        title=_("Decisions wanted from you"),
        template="reports/asks_panel.html",
        query=decisions_wanted,
        position=5,
    )
)

# The ladder.


def service_on_ladder(user: User, service: Any, _at: dt.datetime) -> InBrief | None:
    return in_brief(service) if allowed(user, "report.view") else None


def team_on_ladder(user: User, team: Any, _at: dt.datetime) -> TeamInBrief | None:
    return team_in_brief(team) if allowed(user, "report.view") else None


for page, template, query in (
    (Page.SERVICE, "reports/ladder_panel.html", service_on_ladder),
    (Page.TEAM, "reports/ladder_team_panel.html", team_on_ladder),
):
    register(Panel(key="ladder", page=page, title=_("Ladder"), template=template, query=query, position=35))

# Launches.


def launches_of_service(user: User, service: Any, at: dt.datetime) -> LaunchesOf | None:
    return launches_of(user, service, at=at) if allowed(user, "report.view") else None


register(
    Panel(
        key="launches",
        page=Page.SERVICE,
        title=_("Launches"),
        template="reports/readiness_panel.html",
        query=launches_of_service,
        position=36,
    )
)

# Decisions that name what the page is about.


def decided_on_this(user: User, one: Any, at: dt.datetime) -> DecidedOn | None:
    return decided_on(one.short_id, today=company.day(at)) if allowed(user, "report.view") else None


for page in (Page.INCIDENT, Page.RISK):
    register(
        Panel(
            key="decisions",
            page=page,
            title=_("Decisions"),
            template="reports/decisions_panel.html",
            query=decided_on_this,
            position=40,
        )
    )
