"""Connecting the tools that send, and what they sent."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.actions.deliveries import replay
from incidents.actions.integrations import Issued, create_integration, rotate_secret, update_integration
from incidents.forms.integrations import IntegrationForm, RotateForm
from incidents.models import Delivery, Integration
from incidents.queries.alerts import delivery_page, integration_rows
from incidents.webhooks import HOOKS
from relportal.core.editing import attempt
from relportal.core.exceptions import Missing
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer

SHOWN_CHARACTERS = 50_000


@require_safe
def integration_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "integration.view")
    rows = integration_rows(at=timezone.now())
    failing = sum(bool(row.failed) for row in rows)
    title = _("All deliveries of the last day were read") if rows else _("Integrations")
    if failing:
        words = ngettext("%(n)d tool sends what cannot be read", "%(n)d tools send what cannot be read", failing)
        title = words % {"n": failing}
    context = {
        "rows": [(row, label_of(row.integration)) for row in rows],
        "title": title,
        "may_edit": allowed(user, "integration.edit"),
    }
    return render(request, "incidents/integration_list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def integration_create(request: HttpRequest) -> HttpResponse:
    """Answers with the page of the new integration, which shows its secret this once."""
    user = viewer(request)
    require(user, "integration.edit")
    form = IntegrationForm(request.POST or None, initial={"kind": request.GET.get("kind", "alertmanager")})
    context: dict[str, Any] = {
        "form": form,
        "title": _("Connect a tool"),
        "cancel": reverse("incidents:integration-list"),
    }
    status = 200
    if request.method == "POST":
        made: list[Issued] = []

        def create() -> Integration:
            issued = create_integration(
                user,
                slug=form.cleaned_data["slug"],
                kind=form.cleaned_data["kind"],
                fields=form.integration_fields(),
                secret=form.cleaned_data["secret"],
                at=timezone.now(),
            )
            made.append(issued)
            return issued.integration

        done = attempt(form, create)
        if done.saved:
            return _detail(request, made[0].integration, issued=made[0])
        status, context = done.status, context | done.context
    return render(request, "incidents/integration_form.html", context, status=status)


@require_safe
def integration_detail(request: HttpRequest, slug: str) -> HttpResponse:
    require(viewer(request), "integration.view")
    return _detail(request, find(slug))


@require_http_methods(["GET", "HEAD", "POST"])
def integration_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    require(user, "integration.edit")
    row = find(slug)
    form = IntegrationForm(request.POST or None, integration=row)
    context: dict[str, Any] = {
        "form": form,
        "integration": row,
        "title": _("Edit %(name)s") % {"name": row},
        "cancel": row.get_absolute_url(),
    }
    status = 200
    if request.method == "POST":
        done = attempt(
            form,
            lambda: update_integration(
                user,
                row,
                version=form.cleaned_data["version"],
                fields=form.integration_fields(),
                at=timezone.now(),
            ),
            theirs=lambda current: IntegrationForm(integration=current),
        )
        if done.saved:
            messages.success(request, _("%(name)s is saved.") % {"name": done.saved})
            return redirect(done.saved)
        status, context = done.status, context | done.context
    return render(request, "incidents/integration_form.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def integration_rotate(request: HttpRequest, slug: str) -> HttpResponse:
    """Answers with the page of the integration, which shows the new secret this once."""
    user = viewer(request)
    require(user, "integration.edit")
    row = find(slug)
    form = RotateForm(request.POST or None)
    context: dict[str, Any] = {
        "form": form,
        "integration": row,
        "title": _("A new secret for %(name)s") % {"name": row},
        "cancel": row.get_absolute_url(),
        "submit": _("Rotate"),
    }
    status = 200
    if request.method == "POST":
        made: list[Issued] = []

        def rotate() -> Integration:
            overlap = dt.timedelta(hours=form.cleaned_data["overlap"])
            made.append(
                rotate_secret(user, row, secret=form.cleaned_data["secret"], overlap=overlap, at=timezone.now())
            )
            return made[0].integration

        done = attempt(form, rotate)
        if done.saved:
            return _detail(request, made[0].integration, issued=made[0])
        status, context = done.status, context | done.context
    return render(request, "incidents/integration_form.html", context, status=status)


@require_safe
def delivery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "integration.view")
    row = find_delivery(pk)
    body = readable(bytes(row.body))
    context = {
        "delivery": row,
        "integration": row.integration,
        "body": body[:SHOWN_CHARACTERS],
        "cut": max(0, len(body) - SHOWN_CHARACTERS),
        "size": len(bytes(row.body)),
        "band": BANDS[row.result],
        "may_edit": allowed(user, "integration.edit"),
    }
    return render(request, "incidents/delivery.html", context)


@require_POST
def delivery_replay(request: HttpRequest, pk: int) -> HttpResponse:
    row = replay(viewer(request), find_delivery(pk), at=timezone.now())
    messages.success(
        request, _("Read again: %(result)s. %(detail)s") % {"result": row.get_result_display(), "detail": row.detail}
    )
    return redirect(row)


BANDS = {
    Delivery.Result.WAITING.value: "no_data",
    Delivery.Result.TAKEN.value: "healthy",
    Delivery.Result.IGNORED.value: "no_data",
    Delivery.Result.FAILED.value: "breached",
}


def find(slug: str) -> Integration:
    row = Integration.objects.select_related("default_service").filter(slug=slug).first()
    if row is None:
        raise Missing(_("There is no integration %(slug)s.") % {"slug": slug})
    return row


def find_delivery(pk: int) -> Delivery:
    row = Delivery.objects.select_related("integration").filter(pk=pk).first()
    if row is None:
        raise Missing(_("This delivery is not there any more."))
    return row


def label_of(row: Integration) -> str:
    return str(HOOKS[row.kind].label) if row.kind in HOOKS else row.kind


def readable(body: bytes) -> str:
    """Indented where it is JSON, else as it came; what is no text is shown as replaced."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _detail(request: HttpRequest, row: Integration, *, issued: Issued | None = None) -> HttpResponse:
    user = viewer(request)
    result = request.GET.get("result", "")
    number = request.GET.get("page", "1")
    page = delivery_page(
        row,
        result=result if result in Delivery.Result.values else "",
        page=int(number) if number.isdecimal() and len(number) < 7 else 1,
    )
    context = {
        "integration": row,
        "kind_label": label_of(row),
        "issued": issued,
        "hook_url": f"{settings.BASE_URL}{reverse('incidents:hook', args=[row.slug])}",
        "page": page,
        "deliveries": [(one, BANDS[one.result]) for one in page],
        "results": Delivery.Result.choices,
        "result": result,
        "mapping": json.dumps(row.mapping, indent=2, ensure_ascii=False) if row.mapping else "",
        "overlapping": row.old_secret_until is not None and row.old_secret_until > timezone.now(),
        "may_edit": allowed(user, "integration.edit"),
        "may_audit": allowed(user, "audit.view"),
    }
    return render(request, "incidents/integration_detail.html", context)
