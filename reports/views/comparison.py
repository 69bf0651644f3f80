"""Teams side by side for one KPI: a distribution, never a ranking."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from relportal.core.csvexport import csv_response
from reports.kpis import KPIS
from reports.queries.asked import period_asked
from reports.queries.comparison import Comparison, comparison
from reports.queries.kpi_words import period_name, written
from reports.views.answers import reader

CSV_HEADER: Final = ("tier", "team", "kpi", "period", "value", "low", "high", "n", "lacking")
FIRST: Final = "action_closure"


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """`?kpi=toil`, `?period=quarter:2026-10-01`, `?format=csv`."""
    reader(request)
    kpi = KPIS.get(request.GET.get("kpi", "")) or KPIS[FIRST]
    period, periods = period_asked(request.GET.get("period", ""), at=timezone.now())
    found = comparison(kpi, period)
    if request.GET.get("format") == "csv":
        rows = (
            (
                group.name, dot.team.slug, kpi.key, period.key, dot.value, dot.low, dot.high,
                dot.row.n if dot.row is not None and dot.value is not None else None, dot.lacking,
            )
            for group in found.groups for dot in group.dots
        )  # fmt: skip
        return csv_response(f"teams-{kpi.key}-{period.first}.csv", CSV_HEADER, rows)
    context = {
        "found": found,
        "kpi": kpi,
        "kpis": KPIS.values(),
        "period": period,
        "periods": periods,
        "title": claim(found),
        "ticks": [(tick, found.axis.place(tick)) for tick in found.axis.ticks],
    }
    return render(request, "reports/comparison.html", context)


def claim(found: Comparison) -> str:
    """Where the middle is, and whether the sample sets any team apart; never which."""
    words = {"kpi": found.kpi.title, "period": period_name(found.period)}
    if found.spread is None:
        return _("%(kpi)s, %(period)s: no team has a figure") % words
    unit = found.kpi.unit
    words |= {"n": str(found.spread.n), "median": written(found.spread.median, unit)}
    if found.spread.low is None:
        return _("%(kpi)s, %(period)s: %(n)s teams, the middle at %(median)s") % words
    words |= {"low": written(found.spread.low, unit), "high": written(found.spread.high, unit)}
    return _("%(kpi)s, %(period)s: half of the %(n)s teams lie between %(low)s and %(high)s") % words
