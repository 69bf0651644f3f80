"""The list of the alerts that other tools told of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from incidents.actions.verdicts import judge
from incidents.forms import integrations as forms
from incidents.models import Integration
from incidents.queries.alerts import PAGE_SIZE, AlertList, alert_rows, alerts_visible_to
from relportal.core.csvexport import Cell
from relportal.core.models import Service, Team, User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage

CSV_HEADER: Final = (
    "id", "name", "service", "team", "severity", "integration", "started_at", "acknowledged_at", "ended_at", "summary",
    "incident", "url", "verdict", "runbook",
)  # fmt: skip


def _csv_rows(listed: AlertList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one, service = row.alert, row.alert.service
        yield (
            one.pk,
            one.name,
            service.slug if service else "",
            service.team.slug if service and service.team else "",
            one.severity,
            one.integration.slug,
            one.started_at,
            one.acknowledged_at,
            one.ended_at,
            one.summary,
            row.incident.short_id if row.incident else "",
            one.url,
            one.verdict,
            row.ran or "",
        )


def _claim(listed: AlertList) -> str:
    if not listed.firing:
        return _("No alert fires")
    return ngettext("%(n)d alert fires", "%(n)d alerts fire", listed.firing) % {"n": listed.firing}


def _may(user: User) -> dict[str, Any]:
    return {
        "may_connect": allowed(user, "integration.edit"),
        "may_declare": allowed(user, "incident.declare"),
        "may_judge": allowed(user, "incident.run"),
    }


LIST: Final = ListPage(
    name="alerts",
    template="incidents/alert_list.html",
    page_size=PAGE_SIZE,
    read=forms.read,
    rows=alert_rows,
    choices={"integration": Integration, "service": Service, "team": Team},
    controls=forms.controls,
    title=_claim,
    label=gettext_lazy("Alerts"),
    hint=gettext_lazy("Alert, service"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=_may,
)


@require_safe
def alert_list(request: HttpRequest) -> HttpResponseBase:
    require(viewer(request), "incident.view")
    return LIST.answer(request)


@require_POST
def judged(request: HttpRequest, pk: int) -> HttpResponse:
    """`verdict` actionable or noise; empty takes it back. Answers htmx with the cell, a form with the page that it stood on:
    `back` is the address of that, on this site."""
    user = viewer(request)
    require(user, "incident.run")
    one = alerts_visible_to(user).filter(pk=pk).first()
    if one is None:
        raise Http404
    row = judge(user, one, request.POST.get("verdict", ""), at=timezone.now())
    if request.headers.get("HX-Request"):
        context = {"one": row, "may_judge": True, "back": request.POST.get("back", "")}
        return render(request, "incidents/alert_verdict.html", context)
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "incidents:alert-list")
