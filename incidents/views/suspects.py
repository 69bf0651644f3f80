"""The deploys behind an incident: a panel of its room that is also a page, and the buttons in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from incidents.actions import suspects as acts
from incidents.models import SuspectVerdict
from incidents.queries.deploy_words import ANCHORS
from incidents.queries.room import visible as visible_incident
from incidents.queries.suspects import suspects, visible
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer


@require_safe
@vary_on_headers("HX-Request")
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    require(viewer(request), "incident.view")
    return _drawn(request, pk)


@require_POST
def mark(request: HttpRequest, pk: int, deploy: int) -> HttpResponse:
    """`verdict` cause, fix or dismissed; empty takes it back."""
    user, at = viewer(request), timezone.now()
    require(user, "incident.run")
    incident, row = visible_incident(user, pk), visible(user, deploy)
    verdict = request.POST.get("verdict", "")
    try:
        if verdict:
            if verdict not in acts.MARKS:
                raise Invalid({"verdict": acts.choose()})
            acts.mark(user, incident, row, SuspectVerdict(verdict), at=at)
        else:
            acts.unmark(user, incident, row, at=at)
    except (Invalid, Conflict) as error:
        if request.headers.get("HX-Request"):
            return _drawn(request, pk, refused=str(error))
        messages.error(request, str(error))
    if request.headers.get("HX-Request"):
        return _drawn(request, pk)
    return redirect("incidents:suspects", pk)


def _drawn(request: HttpRequest, pk: int, **more: Any) -> HttpResponse:
    """The panel alone for htmx, a page around it for everybody else."""
    user = viewer(request)
    incident = visible_incident(user, pk)
    found = suspects(user, incident, at=timezone.now())
    context = {
        "incident": incident,
        "found": found,
        "anchored": ANCHORS[found.anchored],
        "may_run": allowed(user, "incident.run"),
        **more,
    }
    template = "incidents/suspects_panel.html" if request.headers.get("HX-Request") else "incidents/suspects.html"
    return render(request, template, context)
