"""Maintenance: what is announced, what runs, and what failed within what is over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core.editing import Attempt, attempt
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from slo.actions import maintenance as acts
from slo.forms.maintenance import AnnouncementForm
from slo.models import MaintenanceWindow
from slo.queries.maintenance import MaintenancePage, maintenance_page


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    asked = request.GET.get("service", "")
    page = maintenance_page(user, number=request.GET.get("page"), service=asked, at=timezone.now())
    context = {
        "page": page,
        "asked": asked,
        "title": _claim(page),
        "may_declare": allowed(user, "maintenance.declare"),
        "mine": {one.window.pk for one in (*page.now, *page.ahead) if allowed(user, "maintenance.declare", one.window)},
    }
    return render(request, "slo/maintenance_list.html", context)


def _claim(page: MaintenancePage) -> str:
    if page.now:
        words = ngettext("%(n)d service is in maintenance", "%(n)d services are in maintenance", len(page.now))
        return words % {"n": len({one.window.service_id for one in page.now})}
    if page.ahead:
        words = ngettext(
            "No maintenance now, %(n)d window ahead", "No maintenance now, %(n)d windows ahead", len(page.ahead)
        )
        return words % {"n": len(page.ahead)}
    return _("No maintenance is announced")


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "maintenance.declare")
    form = AnnouncementForm(request.POST or None, user=user, initial=_asked_for(request, user))
    tried = Attempt()
    if request.method == "POST":
        made: list[MaintenanceWindow] = []

        def act() -> MaintenanceWindow:
            made.extend(acts.announce(user, list(form.cleaned_data["services"]), form.announcement(), at=at))
            return made[0]

        tried = attempt(form, act)
        if tried.saved is not None:
            text = ngettext("It is announced.", "It is announced for %(n)d services.", len(made))
            messages.success(request, text % {"n": len(made)})
            return redirect("slo:maintenance-list")
    return _page(request, form, tried, {"title": _("Announce maintenance")})


def _asked_for(request: HttpRequest, user: User) -> dict[str, Any]:
    """The service on whose page one asked for it."""
    form = AnnouncementForm(user=user)
    chosen: Any = form.fields["services"]
    return {"services": chosen.queryset.filter(slug=request.GET.get("service", ""))}


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    window = _window(user, pk)
    form = AnnouncementForm(request.POST or None, user=user, window=window)
    tried = Attempt()
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: acts.change(user, window, form.announcement(), at=at, version=form.cleaned_data["version"]),
            theirs=lambda current: AnnouncementForm(user=user, window=current),
        )
        if tried.saved is not None:
            messages.success(request, _("Saved."))
            return redirect("slo:maintenance-list")
    return _page(request, form, tried, {"title": window.title, "window": window, "phase": window.phase(at)})


def _page(request: HttpRequest, form: AnnouncementForm, tried: Attempt, context: dict[str, Any]) -> HttpResponse:
    context |= {"form": form, "cancel": reverse("slo:maintenance-list"), **tried.context}
    return render(request, "slo/maintenance_form.html", context, status=tried.status)


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    acts.finish(user, _window(user, pk), at=timezone.now())
    messages.success(request, _("It is over. What fails from now on is not planned."))
    return redirect("slo:maintenance-list")


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    acts.cancel(user, _window(user, pk), at=timezone.now())
    messages.success(request, _("It is cancelled."))
    return redirect("slo:maintenance-list")


def _window(user: User, pk: int) -> MaintenanceWindow:
    """Raises: NotAllowed; Http404."""
    require(user, "maintenance.declare")
    window = get_object_or_404(MaintenanceWindow.objects.visible_to(user).select_related("service"), pk=pk)
    require(user, "maintenance.declare", window)
    return window
