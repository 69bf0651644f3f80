"""Sources and indicators: lists and pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from relportal.core.exceptions import Missing
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from slo.queries.objective_words import query_texts
from slo.queries.sources import indicator_page, indicator_rows, source_page, source_rows, sources_claim


@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    rows = source_rows(at=timezone.now())
    context = {"rows": rows, "title": sources_claim(rows), "may_create": allowed(user, "source.edit")}
    return render(request, "slo/source_list.html", context)


@require_safe
def source_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Renders `#backfills` alone for htmx, which polls while a backfill runs."""
    user = viewer(request)
    require(user, "catalog.view")
    shown = source_page(slug, at=timezone.now())
    if shown is None:
        raise Missing(_("There is no source %(slug)s.") % {"slug": slug})
    context = {
        "shown": shown,
        "row": shown.row,
        "source": shown.row.source,
        "state": shown.row.state,
        "running": any(one.state == "running" for one in shown.backfills),
        "may_edit": allowed(user, "source.edit"),
        "may_audit": allowed(user, "audit.view"),
    }
    part = "#backfills" if request.headers.get("HX-Request") else ""
    return render(request, f"slo/source_detail.html{part}", context)


@require_safe
def indicator_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    rows = indicator_rows(text=text)
    context = {"rows": rows, "text": text, "may_create": allowed(user, "indicator.edit")}
    return render(request, "slo/indicator_list.html", context)


@require_safe
def indicator_detail(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    shown = indicator_page(user, slug, at=timezone.now())
    if shown is None:
        raise Missing(_("There is no indicator %(slug)s.") % {"slug": slug})
    indicator = shown.row.indicator
    context = {
        "shown": shown,
        "row": shown.row,
        "indicator": indicator,
        "state": shown.row.state,
        "may_edit": allowed(user, "indicator.edit", indicator),
        "may_promise": allowed(user, "objective.edit"),
        "may_backfill": allowed(user, "backfill.request", indicator),
        "may_audit": allowed(user, "audit.view"),
        "queries": query_texts(indicator),
    }
    return render(request, "slo/indicator_detail.html", context)
