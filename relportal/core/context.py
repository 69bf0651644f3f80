"""What base.html needs on every page, under the one name `ui`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from relportal.core import saved
from relportal.core.health import shown_staleness
from relportal.core.models import User
from relportal.core.permissions import allowed


@dataclass(frozen=True, slots=True)
class NavItem:
    """`key` is the letter of the `g` jump, `active` whether the current page lies below it."""

    label: str
    url: str
    icon: str
    key: str
    active: bool


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


PRIMARY = (
    ("Overview", "slo:overview", "layout-dashboard", "o", "catalog.view"),
    ("Services", "slo:service-list", "server", "v", "catalog.view"),
    ("Journeys", "slo:journey-list", "route", "j", "catalog.view"),
    ("SLOs", "slo:objective-list", "target", "s", "catalog.view"),
    ("Incidents", "incidents:list", "flame", "i", "incident.view"),
    ("Postmortems", "incidents:postmortem-list", "notebook", "m", "incident.view"),
    ("Actions", "incidents:action-list", "checkbox", "x", "incident.view"),
    ("Alerts", "incidents:alert-list", "bell", "l", "incident.view"),
    ("Deploys", "incidents:deploy-list", "rocket", "r", "incident.view"),
    ("Risks", "risks:list", "shield", "h", "risk.view"),
    ("Readiness", "reports:readiness-list", "circle-check", "f", "report.view"),
    ("Exceptions", "risks:exception-list", "clock", "w", "risk.view"),
    ("Scorecards", "reports:scorecard", "chart-line", "c", "report.view"),
    ("Reviews", "reports:review-list", "calendar", "b", "report.view"),
    ("Reports", "reports:report-list", "report-analytics", "q", "report.view"),
    ("Decisions", "reports:decision-list", "list-check", "z", "report.view"),
    ("Indicators", "slo:indicator-list", "activity", "n", "catalog.view"),
    ("Sources", "slo:source-list", "database", "d", "catalog.view"),
)
ALSO_BELOW = {"reports:readiness-list": "risks:recovery-list"}
"""Entry -> another part of it that has an address of its own."""
SETTINGS = (
    ("Teams", "core:team-list", "users", "t", "catalog.view"),
    ("Integrations", "incidents:integration-list", "plug", "e", "integration.view"),
    ("Severities", "incidents:severities", "adjustments-horizontal", "y", "incident.settings"),
    ("Audit", "core:audit", "history", "a", "audit.view"),
    ("API tokens", "core:token-list", "key", "k", "catalog.view"),
    ("Operations", "core:operations", "heartbeat", "p", "work.view"),
)


def ui(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that a fragment or an error page which uses none of it pays for none of it."""
    return {"ui": SimpleLazyObject(lambda: _ui(request))}


def _ui(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    return {
        "company": settings.COMPANY_NAME,
        "theme": request.COOKIES.get("theme") or (person.theme if person else "auto"),
        "zone": timezone.get_current_timezone_name(),
        "teams": _teams(person),
        "declare_url": _declare(person),
        "nav": _items(PRIMARY, request, person),
        "settings_nav": _items(SETTINGS, request, person),
        "single_keys": person.single_key_shortcuts if person else False,
        "stale": shown_staleness(request) if person else None,
        "demo": settings.DEMO,
        "demo_logins": settings.DEMO_LOGINS if person is None else (),
    }


def _teams(person: User | None) -> tuple[Link, ...]:
    """The services of each of the viewer's teams; nothing for whoever is in none."""
    if person is None or not saved.known("services"):
        return ()
    return tuple(Link(name, saved.address("services", f"team={slug}")) for _pk, slug, name in person.teams)


def _declare(person: User | None) -> str:
    """Where an incident is declared, from every page; empty for who may not."""
    if person is None or not allowed(person, "incident.declare"):
        return ""
    try:
        return reverse("incidents:declare")
    except NoReverseMatch:
        return ""


def _items(entries: tuple[tuple[str, ...], ...], request: HttpRequest, person: User | None) -> list[NavItem]:
    if person is None:
        return []
    items = []
    for label, name, icon, key, ability in entries:
        if not allowed(person, ability):
            continue
        try:
            url = reverse(name)
            below = (url, reverse(ALSO_BELOW[name])) if name in ALSO_BELOW else (url,)
        except NoReverseMatch:
            continue
        active = request.path == url if url == "/" else request.path.startswith(below)
        items.append(NavItem(_(label), url, icon, key, active))
    return items
