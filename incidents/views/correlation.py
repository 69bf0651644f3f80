"""Firing alerts as candidate incidents, and the alerts of an incident: a panel of its room that is also a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from incidents.actions import correlation as acts
from incidents.forms.incidents import ids
from incidents.models import Incident
from incidents.queries.correlation import attached, candidates
from incidents.queries.room import visible
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer


@require_safe
def candidate_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "incident.view")
    found = candidates(user, at=timezone.now())
    title = ngettext("%(n)d candidate for an incident", "%(n)d candidates for incidents", found.total)
    context = {
        "found": found,
        "title": title % {"n": found.total} if found.total else _("Every alert that fires is in an incident"),
        "may_run": allowed(user, "incident.run"),
        "may_declare": allowed(user, "incident.declare"),
    }
    return render(request, "incidents/candidates.html", context)


@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The line on the page of the alerts."""
    user = viewer(request)
    require(user, "incident.view")
    return render(request, "incidents/candidate_count.html", {"found": candidates(user, at=timezone.now(), shown=0)})


@require_safe
@vary_on_headers("HX-Request")
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    require(viewer(request), "incident.view")
    return _drawn(request, pk)


@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """`alerts` such as 12,14."""
    return _act(request, pk, lambda user, row, given: acts.attach(user, row, given, at=timezone.now()))


@require_POST
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda user, row, given: acts.detach(user, row, given, at=timezone.now()))


def _act(request: HttpRequest, pk: int, do: Callable[[User, Incident, tuple[int, ...]], object]) -> HttpResponse:
    user = viewer(request)
    require(user, "incident.run")
    incident, refused = visible(user, pk), ""
    try:
        given = ids(request.POST.get("alerts", ""))
        if not given:
            raise Invalid(_("Choose alerts."))
        do(user, incident, given)
    except (Invalid, Conflict) as error:
        refused = str(error)
    if request.headers.get("HX-Request"):
        return _drawn(request, pk, refused=refused)
    if refused:
        messages.error(request, refused)
        return redirect("incidents:alerts", pk)
    return redirect(incident)


def _drawn(request: HttpRequest, pk: int, **more: Any) -> HttpResponse:
    """The panel alone for htmx, a page around it for everybody else."""
    user = viewer(request)
    incident = visible(user, pk)
    context = {
        "incident": incident,
        "found": attached(user, incident, at=timezone.now()),
        "may_run": allowed(user, "incident.run"),
        **more,
    }
    template = "incidents/alerts_panel.html" if request.headers.get("HX-Request") else "incidents/alerts.html"
    return render(request, template, context)
