"""Runbooks in use: the panel of an incident that is also a page, the cell of an alert, and the buttons in both."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from incidents.actions.runbooks import used_in_incident, used_on_alert
from incidents.queries.alerts import alerts_visible_to
from incidents.queries.room import visible
from incidents.queries.runbooks import runbooks_of_incident, with_runs
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import LinkKind, Service, ServiceLink
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer


@require_safe
@vary_on_headers("HX-Request")
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    require(viewer(request), "incident.view")
    return _drawn(request, pk)


@require_POST
def in_incident(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """`outcome` used, helped, no_help or not_needed, with a `note`; empty takes it back."""
    user = viewer(request)
    require(user, "incident.run")
    incident = visible(user, pk)
    links = ServiceLink.objects.filter(kind=LinkKind.RUNBOOK, service__in=Service.objects.visible_to(user))
    runbook = links.select_related("service__team").filter(pk=link).first()
    if runbook is None:
        raise Http404
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "").replace("\0", "").strip()
    try:
        used_in_incident(user, incident, runbook, outcome, note=note, at=timezone.now())
    except (Invalid, Conflict) as error:
        if request.headers.get("HX-Request"):
            return _drawn(request, pk, refused=str(error), refused_at=runbook.pk, note=note)
        messages.error(request, str(error))
    if request.headers.get("HX-Request"):
        return _drawn(request, pk)
    return redirect("incidents:runbooks", pk)


@require_POST
def on_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """As `in_incident`, of what an alert was answered with. Answers htmx with the cell, a form with the page that it stood on:
    `back` is the address of that, on this site."""
    user, back = viewer(request), request.POST.get("back", "")
    require(user, "incident.run")
    rows = with_runs(alerts_visible_to(user).select_related("service__team"), user)
    one, refused = rows.filter(pk=pk).first(), ""
    if one is None:
        raise Http404
    try:
        used_on_alert(user, one, request.POST.get("outcome", ""), at=timezone.now())
    except (Invalid, Conflict) as error:
        refused = str(error)
    if request.headers.get("HX-Request"):
        row = rows.get(pk=pk)
        context = {"one": row, "ran": row.ran, "ran_by_hand": row.ran_by_hand, "refused": refused}
        return render(request, "incidents/alert_runbook.html", {**context, "may_judge": True, "back": back})
    if refused:
        messages.error(request, refused)
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "incidents:alert-list")


def _drawn(request: HttpRequest, pk: int, **more: Any) -> HttpResponse:
    """The panel alone for htmx, a page around it for everybody else."""
    user = viewer(request)
    incident = visible(user, pk)
    context = {
        "incident": incident,
        "found": runbooks_of_incident(user, incident, at=timezone.now()),
        "may_run": allowed(user, "incident.run"),
        **more,
    }
    template = "incidents/runbooks_panel.html" if request.headers.get("HX-Request") else "incidents/runbooks.html"
    return render(request, template, context)
