"""Journeys: what a customer does, as an ordered set of services."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core import panels
from relportal.core.actions.catalog import create_journey, delete_journey, update_journey
from relportal.core.conditional import unchanged_since
from relportal.core.editing import Attempt, attempt
from relportal.core.exceptions import Missing
from relportal.core.models import Journey
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from slo.forms.journeys import JourneyForm
from slo.forms.services import KnownServices, StepFormSet, steps_of
from slo.queries.catalog_pages import journey_page, journey_rows
from slo.queries.catalog_words import journeys_claim
from slo.queries.version import data_version


@require_safe
@unchanged_since(data_version)
def journey_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    rows = journey_rows(user, at=timezone.now())
    context = {
        "rows": rows,
        "title": journeys_claim([row.band for row in rows]),
        "may_edit": allowed(user, "journey.edit"),
    }
    return render(request, "slo/journey_list.html", context)


@require_safe
@unchanged_since(data_version)
def journey_detail(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    at = timezone.now()
    row = journey_page(user, slug, at=at)
    context = {
        "row": row,
        "journey": row.journey,
        "panels": panels.shown(panels.Page.JOURNEY, user, row.journey, at=at),
        "may_edit": allowed(user, "journey.edit"),
        "may_audit": allowed(user, "audit.view"),
    }
    return render(request, "slo/journey_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def journey_create(request: HttpRequest) -> HttpResponse:
    require(viewer(request), "journey.edit")
    return _form(request, None, {"title": _("New journey"), "cancel": reverse("slo:journey-list")})


@require_http_methods(["GET", "HEAD", "POST"])
def journey_edit(request: HttpRequest, slug: str) -> HttpResponse:
    require(viewer(request), "journey.edit")
    journey = _journey(slug)
    title = _("Edit %(name)s") % {"name": journey.name}
    return _form(request, journey, {"title": title, "cancel": journey.get_absolute_url(), "journey": journey})


def _form(request: HttpRequest, journey: Journey | None, context: dict[str, Any]) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    known = KnownServices()
    form = JourneyForm(data, journey=journey)
    steps = StepFormSet(data, initial=_steps(journey), prefix="steps", known=known)
    tried = Attempt()
    if data is not None:
        tried = attempt(form, lambda: _save(request, journey, form, steps)) if steps.is_valid() else Attempt(status=422)
    if tried.saved:
        messages.success(request, _("%(name)s is saved.") % {"name": tried.saved.name})
        return redirect(tried.saved)
    if "current" in tried.context:
        context["current_steps"] = [step["service"] for step in _steps(tried.context["current"])]
    context |= {"form": form, "steps": steps, "known": known, **tried.context}
    return render(request, "slo/journey_form.html", context, status=tried.status)


def _steps(journey: Journey | None) -> list[dict[str, Any]]:
    if journey is None:
        return []
    steps = journey.steps.select_related("service").order_by("position")
    return [{"position": number, "service": step.service} for number, step in enumerate(steps, 1)]


def _save(request: HttpRequest, journey: Journey | None, form: JourneyForm, steps: Any) -> Journey:
    user, at = viewer(request), timezone.now()
    fields = form.journey_fields(steps_of(steps))
    if journey is None:
        return create_journey(user, slug=form.cleaned_data["slug"], fields=fields, at=at)
    return update_journey(user, journey, version=form.cleaned_data["version"], fields=fields, at=at)


@require_POST
def journey_delete(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    journey = _journey(slug)
    delete_journey(user, journey, at=timezone.now())
    messages.success(request, _("%(name)s is deleted; its services are untouched.") % {"name": journey.name})
    return redirect("slo:journey-list")


def _journey(slug: str) -> Journey:
    journey = Journey.objects.filter(slug=slug).first()
    if journey is None:
        raise Missing(_("There is no journey %(slug)s.") % {"slug": slug})
    return journey
