"""Recovery: all services and how they stand, one with its history, and setting what it promises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core import company
from relportal.core.csvexport import Cell
from relportal.core.editing import Attempt, attempt
from relportal.core.models import Service, Team, User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage
from risks.actions.recovery import promise
from risks.forms.recovery import PromiseForm, controls, read
from risks.models import RecoveryObjective
from risks.queries.recovery.detail import of_service
from risks.queries.recovery.listing import PAGE_SIZE, RecoveryList, recovery_rows

CSV_HEADER: Final = (
    "service", "name", "tier", "team", "status", "because", "rto_s", "rto_objective_s", "rpo_s", "rpo_objective_s",
    "test", "kind", "environment", "held_at", "data_verified_at", "approved", "next_due",
)  # fmt: skip


def _csv_rows(listed: RecoveryList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        service, objective, result, test = row.service, row.objective, row.result, row.test
        yield (
            service.slug,
            service.name,
            row.tier,
            service.team.slug if service.team else "",
            row.standing.value,
            row.why,
            result.rto_s if result else None,
            objective.rto_s if objective else None,
            result.rpo_s if result else None,
            objective.rpo_s if objective else None,
            test.short_id if test else "",
            test.kind if test else "",
            test.environment if test else "",
            test.held_at if test else None,
            result.verified_at if result else None,
            test.approved_at is not None if test else None,
            row.stood.due,
        )


def _claim(listed: RecoveryList) -> str:
    tally = listed.tally
    if not tally.n:
        return _("No service of tier 1 is in the catalog")
    return _("%(met)d of %(n)d tier-1 services recovered within their objectives when last tested") % {
        "met": tally.met, "n": tally.n,
    }  # fmt: skip


LIST: Final = ListPage(
    name="recovery",
    template="risks/recovery_list.html",
    page_size=PAGE_SIZE,
    read=read,
    rows=recovery_rows,
    choices={"team": Team},
    controls=controls,
    title=_claim,
    label=gettext_lazy("Recovery"),
    hint=gettext_lazy("Service"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=lambda user: {"may_record": allowed(user, "recovery.record")},
    ability="risk.view",
)


@require_safe
def recovery_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    require(user, "risk.view")
    one = visible_service(user, slug)
    return render(
        request, "risks/recovery_service.html", {"one": one, "shown": of_service(user, one, at=timezone.now())}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def objective(request: HttpRequest, slug: str) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "recovery.record")
    one = visible_service(user, slug)
    require(user, "recovery.record", one)
    today = company.day(at)
    before = RecoveryObjective.objects.filter(service=one).in_force(today).first()
    form = PromiseForm(request.POST or None, before=before, today=today)
    tried = Attempt()
    if request.method == "POST":
        tried = attempt(form, lambda: promise(user, one, form.promised(), at=at))
        if tried.saved is not None:
            messages.success(request, _("Saved. What was promised before stays in the history."))
            return redirect("risks:recovery-service", one.slug)
    context = {"one": one, "form": form, "before": before, **tried.context}
    return render(request, "risks/recovery_objective.html", context, status=tried.status)


def visible_service(user: User, slug: str) -> Service:
    return get_object_or_404(Service.objects.visible_to(user).select_related("team"), slug=slug)
