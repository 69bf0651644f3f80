"""Incidents that are like one: a panel of its room that is also a page, and the buttons that rate them."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from incidents.actions.similar import rate
from incidents.queries.room import visible
from incidents.queries.similar import similar
from relportal.core.exceptions import Invalid
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer

WORDS: Final = {"yes": True, "no": False, "": None}


@require_safe
@vary_on_headers("HX-Request")
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    require(viewer(request), "incident.view")
    return _drawn(request, pk)


@require_POST
def rated(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """`useful` yes or no; empty takes it back."""
    user, refused = viewer(request), ""
    require(user, "incident.run")
    incident, past = visible(user, pk), visible(user, other)
    try:
        if request.POST.get("useful", "") not in WORDS:
            raise Invalid(_("Choose useful or not useful."))
        rate(user, incident, past, useful=WORDS[request.POST.get("useful", "")], at=timezone.now())
    except Invalid as error:
        refused = str(error)
    if request.headers.get("HX-Request"):
        return _drawn(request, pk, refused=refused)
    if refused:
        messages.error(request, refused)
    return redirect("incidents:similar", pk)


def _drawn(request: HttpRequest, pk: int, **more: Any) -> HttpResponse:
    """The panel alone for htmx, a page around it for everybody else."""
    user = viewer(request)
    incident = visible(user, pk)
    context = {
        "incident": incident,
        "rows": similar(user, incident, at=timezone.now()),
        "may_run": allowed(user, "incident.run"),
        **more,
    }
    template = "incidents/similar.html" if request.headers.get("HX-Request") else "incidents/similar_page.html"
    return render(request, template, context)
