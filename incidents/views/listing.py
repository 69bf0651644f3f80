"""The list of incidents, and declaring one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from incidents.actions.incidents import declare
from incidents.forms.analytics import day
from incidents.forms.incidents import DeclareForm
from incidents.models import Detection, Kind, Severity, State
from incidents.queries.correlation import Candidate, candidate_of
from incidents.queries.listing import PAGE_SIZE, WITHOUT, IncidentFilters, IncidentList, incident_list
from incidents.queries.suggestion import suggested
from relportal.core.csvexport import Cell, csv_response
from relportal.core.editing import Attempt, attempt
from relportal.core.filters import Reader, chips, selects, slug, texts
from relportal.core.models import Team, User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from slo.models import Objective

CSV_HEADER = (
    "id", "title", "state", "severity", "kind", "declared_at", "team", "services", "commander", "impact_minutes",
    "customer_minutes", "failed_requests", "budget_spent",
)  # fmt: skip
ONGOING = "ongoing"


def read(query: QueryDict) -> tuple[IncidentFilters, int, tuple[str, ...]]:
    """What the address asks for: filters, page, and sentences about what it asks in vain."""
    reader = Reader(query)
    filters = IncidentFilters(
        text=reader.text,
        states=reader.several("state", lambda text: text if text == ONGOING else State(text).value),
        severities=reader.several("severity", _level),
        kinds=reader.several("kind", lambda text: Kind(text).value),
        teams=reader.several("team", slug),
        services=reader.several("service", slug),
        failure_modes=reader.several("mode", slug),
        detections=reader.several("detection", lambda text: Detection(text).value),
        without=reader.several("without", _without),
        since=next(iter(reader.several("since", day)), None),
        until=next(iter(reader.several("until", day)), None),
        began_since=next(iter(reader.several("began_since", day)), None),
        began_until=next(iter(reader.several("began_until", day)), None),
        counted=bool(query.get("counted")),
    )
    page = query.get("page", "1")
    return filters, int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1, tuple(reader.wrong)


def _level(text: str) -> int:
    level = int(text)
    if not 0 <= level < 10:
        raise ValueError(text)
    return level


def _without(text: str) -> str:
    if text not in WITHOUT:
        raise ValueError(text)
    return text


def _linked(query: QueryDict) -> tuple[tuple[str, str], ...]:
    """(key, words) of the filters that other pages link with and that have no control here."""
    words = {
        "service": _("Service"),
        "mode": _("Failure mode"),
        "detection": _("Noticed by"),
        "without": _("Without"),
        "since": _("Declared from"),
        "until": _("Declared until"),
        "began_since": _("Began from"),
        "began_until": _("Began until"),
    }
    found = [(key, f"{label}: {', '.join(texts(query, key))}") for key, label in words.items() if texts(query, key)]
    return (*found, ("counted", _("Counted in figures"))) if query.get("counted") else tuple(found)


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    user = viewer(request)
    require(user, "incident.view")
    filters, page, wrong = read(request.GET)
    if request.GET.get("format") == "csv":
        everything = incident_list(user, filters=filters, size=None)
        return csv_response(f"incidents-{timezone.now():%Y-%m-%d}.csv", CSV_HEADER, _csv(everything))
    listed = incident_list(user, filters=filters, page=page)
    controls, linked = selects(request.GET, _offered()), _linked(request.GET)
    query = request.GET.copy()
    query["format"] = "csv"
    context = {
        "listed": listed,
        "title": _claim(listed),
        "controls": controls,
        "chips": (*chips(request.GET, controls), *linked),
        "linked": [(key, request.GET.get(key, "")) for key, _words in linked],
        "wrong": wrong,
        "page": Paginator(range(listed.total), PAGE_SIZE).page(listed.page),
        "csv": f"?{query.urlencode()}",
        "may_declare": allowed(user, "incident.declare"),
        "now": timezone.now(),
    }
    return render(request, "incidents/list.html", context)


def _offered() -> tuple[tuple[str, str, str, list[tuple[str, str]]], ...]:
    states = [(ONGOING, _("Going on")), *((each.value, str(each.label)) for each in State)]
    return (
        ("state", _("State"), _("Any state"), states),
        (
            "severity",
            _("Severity"),
            _("All severities"),
            [(str(each.level), str(each)) for each in Severity.objects.all()],
        ),
        ("kind", _("Kind"), _("All kinds"), [(each.value, str(each.label)) for each in Kind]),
        ("team", _("Team"), _("All teams"), list(Team.objects.values_list("slug", "name"))),
    )


def _claim(listed: IncidentList) -> str:
    if not listed.ongoing:
        return _("No incident is going on")
    return ngettext("%(n)d incident is going on", "%(n)d incidents are going on", listed.ongoing) % {
        "n": listed.ongoing
    }


def _csv(listed: IncidentList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one, figures = row.incident, row.figures
        yield (
            one.short_id,
            one.title,
            one.state,
            None if one.severity is None else str(one.severity),
            one.kind,
            one.declared_at,
            one.team.slug if one.team else "",
            ", ".join(row.services),
            str(row.commander or ""),
            None if figures is None else figures.impact_minutes,
            None if figures is None else figures.customer_minutes,
            None if figures is None else figures.failed_requests,
            None if figures is None else figures.budget_spent,
        )


@require_http_methods(["GET", "HEAD", "POST"])
def declare_page(request: HttpRequest) -> HttpResponse:
    """A title and Enter; an objective (`?objective=12`) or a firing alert (`?alert=7`) in the address fills in the rest."""
    user = viewer(request)
    require(user, "incident.declare")
    alerts = _candidate(user, request.GET)
    form = DeclareForm(request.POST or None, initial=_prefilled(request.GET, alerts))
    tried = Attempt()
    if request.method == "POST":
        tried = attempt(form, lambda: declare(user, form.declaration(), at=timezone.now()))
    if tried.saved:
        return redirect(tried.saved)
    context = {"form": form, "known": _known(request.GET, alerts), **tried.context}
    return render(request, "incidents/declare.html", context, status=tried.status)


def _numbers(query: QueryDict, name: str) -> list[int]:
    return [int(text) for text in query.getlist(name) if text.isascii() and text.isdigit() and len(text) < 19]


def _objectives(query: QueryDict) -> list[Objective]:
    numbers = _numbers(query, "objective")
    return list(Objective.objects.active().filter(pk__in=numbers).select_related("service"))


def _candidate(user: User, query: QueryDict) -> Candidate | None:
    """The alerts that belong together with the one in the address, as they are now."""
    numbers = _numbers(query, "alert")
    return candidate_of(user, numbers[0], at=timezone.now()) if numbers else None


def _prefilled(query: QueryDict, alerts: Candidate | None) -> dict[str, Any]:
    if alerts is not None:
        services = [one.pk for one in alerts.services]
        return {"title": alerts.title[:200], "services": services, "alerts": alerts.ids, "source": "alert"}
    objectives = _objectives(query)
    found = suggested(objectives) if objectives else None
    return {
        "title": query.get("title", "") or (f"{objectives[0]}"[:200] if objectives else ""),
        "objectives": [each.pk for each in objectives],
        "services": [each.service_id for each in objectives] or _numbers(query, "service"),
        "impact_started": found and found.burning_since,
        "source": "slo" if objectives else query.get("from", "")[:40],
    }


def _known(query: QueryDict, alerts: Candidate | None) -> str:
    """What the portal knows already, as a sentence above the form."""
    if alerts is not None:
        return _("From %(alerts)s; they are attached to it.") % {"alerts": alerts.because}
    objectives = _objectives(query)
    if not objectives:
        return ""
    found = suggested(objectives)
    if found.level is None:
        return _("For %(objective)s; it does not burn too fast now.") % {"objective": objectives[0]}
    return _("SEV-%(level)d is suggested: %(because)s.") % {"level": found.level, "because": found.because}
