"""Recovery tests: recording one, reading it, changing it until it is approved, approving and voiding it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core.editing import Attempt, attempt
from relportal.core.models import Service, User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from risks.actions import recovery as acts
from risks.forms.recovery import ApproveForm, RecoveryForm, ServicesForm, VoidForm
from risks.models import RecoveryTest, RecoveryVerdict
from risks.queries.recovery.detail import recovery_detail, visible
from slo.forms.services import writable_services


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "risk.view")
    return _detail(request, user, visible(user, pk))


def _detail(
    request: HttpRequest,
    user: User,
    test: RecoveryTest,
    *,
    void: VoidForm | None = None,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    shown = recovery_detail(user, test)
    context = {
        "test": test,
        "shown": shown,
        "title": _claim(test, len(shown.results)),
        "void": void or VoidForm(initial={"version": test.version}),
        "may_see_history": allowed(user, "audit.view"),
        "refused": refused,
    }
    return render(request, "risks/recovery_test.html", context, status=status)


def _claim(test: RecoveryTest, n: int) -> str:
    if test.voided_at is not None:
        return _("%(test)s is void and counts for nothing") % {"test": test.short_id}
    words = {
        RecoveryVerdict.MET: _("%(kind)s: all objectives of %(n)d services met"),
        RecoveryVerdict.BREACHED: _("%(kind)s: objectives breached"),
        RecoveryVerdict.PARTLY: _("%(kind)s: objectives met in part"),
        RecoveryVerdict.NOT_MEASURED: _("%(kind)s: nothing was measured"),
    }
    if test.verdict == RecoveryVerdict.MET and n == 1:
        return _("%(kind)s: all objectives met") % {"kind": test.get_kind_display()}
    return words[RecoveryVerdict(test.verdict)] % {"kind": test.get_kind_display(), "n": n}


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Which services first, by their names in the address; then a part of the form for each."""
    user, at = viewer(request), timezone.now()
    require(user, "recovery.record")
    services = _chosen(user, request)
    if not services:
        asked = ServicesForm(request.GET if "service" in request.GET else None, user=user)
        return render(request, "risks/recovery_services.html", {"form": asked})
    form = RecoveryForm(request.POST or None, user=user, services=services)
    tried = Attempt()
    if request.method == "POST":
        tried = attempt(form, lambda: acts.record(user, form.held(), at=at))
        if tried.saved is not None:
            messages.success(request, _("Recorded. Somebody else approves it."))
            return redirect(tried.saved)
    return _form(request, form, tried, title=_("Record a recovery test"), cancel=reverse("risks:recovery-list"))


def _chosen(user: User, request: HttpRequest) -> list[Service]:
    """By name; those for which the viewer may not record are left out, as the form offers none of them."""
    slugs = (request.POST if request.method == "POST" else request.GET).getlist("service")
    wanted = [slug for slug in slugs if "\0" not in slug][: acts.MOST_SERVICES]
    return list(writable_services(user, "recovery.record").filter(slug__in=wanted).order_by("name"))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "recovery.record")
    test = visible(user, pk)
    acts.require_of(user, test, "recovery.record")
    services = sorted(acts.of_test(test), key=lambda one: one.name)
    form = RecoveryForm(request.POST or None, user=user, services=services, test=test)
    tried = Attempt()
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: acts.change(user, test, form.held(), at=at, version=form.cleaned_data["version"]),
            theirs=lambda current: RecoveryForm(user=user, services=services, test=current),
        )
        if tried.saved is not None:
            messages.success(request, _("Saved, and judged anew."))
            return redirect(tried.saved)
    return _form(
        request, form, tried, title=_("Change %(test)s") % {"test": test.short_id}, cancel=test.get_absolute_url()
    )


def _form(request: HttpRequest, form: RecoveryForm, tried: Attempt, **context: Any) -> HttpResponse:
    context |= {"form": form, **tried.context}
    return render(request, "risks/recovery_form.html", context, status=tried.status)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """What was read, by its version: what was changed since is shown, and not approved."""
    user = viewer(request)
    require(user, "recovery.approve")
    test = visible(user, pk)
    acts.require_of(user, test, "recovery.approve")
    form = ApproveForm(request.POST)
    tried = attempt(form, lambda: acts.approve(user, test, at=timezone.now(), version=form.cleaned_data["version"]))
    if tried.saved is None:
        refused = tried.context.get("stale") or " ".join(map(str, form.non_field_errors()))
        return _detail(request, user, visible(user, pk), status=tried.status, refused=refused)
    messages.success(request, _("%(test)s is approved.") % {"test": test.short_id})
    return redirect(test)


@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "recovery.record")
    test = visible(user, pk)
    acts.require_of(user, test, "recovery.record")
    form = VoidForm(request.POST)

    def do() -> RecoveryTest:
        given = form.cleaned_data
        return acts.void(user, test, reason=given["reason"], at=timezone.now(), version=given["version"])

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, user, visible(user, pk), void=form, status=tried.status)
    messages.success(request, _("%(test)s is void.") % {"test": test.short_id})
    return redirect(test)
