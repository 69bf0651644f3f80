"""The rows behind a KPI: the one thing of a scorecard that is read when it is asked for."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from relportal.core.csvexport import csv_response
from relportal.core.permissions import require
from relportal.core.views.base import viewer
from reports.kpis import KPIS
from reports.queries.asked import period_asked, scope_named
from reports.queries.behind_value import behind_value

CSV_HEADER: Final = ("kpi", "period", "scope", "kind", "what", "counted_as", "against", "url")


@require_safe
@vary_on_headers("HX-Request")
def rows(request: HttpRequest, key: str) -> HttpResponseBase:
    """`?of=` and `?period=` as on the scorecard, `?page=2`, `?format=csv`; a fragment for htmx, else a page."""
    user, at = viewer(request), timezone.now()
    require(user, "report.view")
    if key not in KPIS:
        raise Http404
    kpi = KPIS[key]
    named = scope_named(request.GET.get("of", ""))
    period, _periods = period_asked(request.GET.get("period", ""), at=at)
    of = (named.scope, period)
    if request.GET.get("format") == "csv":
        found = behind_value(user, kpi, of, at=at, size=None)
        host = request.build_absolute_uri("/").rstrip("/")
        lines = (
            (key, period.key, named.key or "company", row.kind, row.label, str(row.says), row.against, host + row.url)
            for row in found.rows
        )
        return csv_response(f"{key}-{period.first}.csv", CSV_HEADER, lines)
    context: dict[str, Any] = {
        "kpi": kpi,
        "named": named,
        "period": period,
        "behind": behind_value(user, kpi, of, at=at, page=request.GET.get("page", "1")),
        "query": urlencode({"of": named.key, "period": period.key}),
    }
    template = "reports/kpi_rows_panel.html" if request.headers.get("HX-Request") else "reports/kpi_rows.html"
    return render(request, template, context)
