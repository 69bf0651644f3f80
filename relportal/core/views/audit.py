"""The audit page and the history of a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from relportal.core.csvexport import Cell, csv_response
from relportal.core.exceptions import Missing
from relportal.core.models import AuditEvent, Team
from relportal.core.permissions import require
from relportal.core.queries.audit import AuditFilters, audit_choices, audit_events, audit_page
from relportal.core.queries.history import history_of, tracked_models
from relportal.core.views.base import viewer

CSV_HEADER: Final = (
    "at",
    "actor",
    "action",
    "object_type",
    "object_key",
    "object_label",
    "team",
    "reason",
    "changes",
    "request_id",
    "token",
)


@require_safe
def audit_list(request: HttpRequest) -> HttpResponseBase:
    require(viewer(request), "audit.view")
    filters = AuditFilters.read(request.GET)
    if request.GET.get("format") == "csv":
        name = f"audit-{timezone.now():%Y-%m-%d}.csv"
        return csv_response(name, CSV_HEADER, _csv_rows(filters))
    before = request.GET.get("before", "")
    page = audit_page(filters, before=before)
    actions, kinds = audit_choices()
    query = request.GET.copy()
    query.pop("before", None)
    query["format"] = "csv"
    context = {
        "page": page,
        "paged": bool(before),
        "filters": filters,
        "actions": actions,
        "kinds": kinds,
        "teams": Team.objects.values_list("slug", "name"),
        "chips": _chips(filters),
        "csv": f"?{query.urlencode()}",
        "tracked": tracked_models().keys(),
    }
    return render(request, "core/audit.html", context)


@require_safe
def history(request: HttpRequest, kind: str, key: str) -> HttpResponseBase:
    require(viewer(request), "audit.view")
    found = history_of(kind, key)
    if found is None:
        raise Missing(_("There is no history of %(kind)s %(key)s.") % {"kind": kind, "key": key[:100]})
    audit_url = f"{reverse('core:audit')}?object={kind}:{key}"
    context = {"history": found, "kind": kind, "key": key, "audit_url": audit_url}
    return render(request, "core/history.html", context)


def _csv_rows(filters: AuditFilters) -> Iterator[tuple[Cell, ...]]:
    for event in audit_events(filters).iterator():
        yield (*(getattr(event, name) for name in _plain()), _changes(event), event.request_id, event.token)


def _plain() -> tuple[str, ...]:
    return ("at", "actor_label", "action", "object_type", "object_key", "object_label", "team", "reason")


def _changes(event: AuditEvent) -> str:
    return "; ".join(f"{field}: {old or '–'} → {new or '–'}" for field, (old, new) in event.changes.items())


def _chips(filters: AuditFilters) -> list[tuple[str, str]]:
    labels = (
        ("actor", _("Who"), filters.actor),
        ("action", _("Action"), filters.action),
        ("object", _("Object"), filters.obj),
        ("team", _("Team"), filters.team),
        ("from", _("From"), filters.first),
        ("to", _("To"), filters.last),
        ("q", _("Text"), filters.text),
    )
    return [(key, f"{label}: {value}") for key, label, value in labels if value]
