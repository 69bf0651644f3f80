"""Scorecards, and the page of one KPI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from relportal.core import units
from relportal.core.csvexport import Cell, csv_response
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from reports.actions.inputs import owned
from reports.charts import history
from reports.domain.periods import Cut, Period
from reports.domain.values import Maturity, Rag
from reports.kpis import KPIS
from reports.kpis._entered import EnteredKpi
from reports.models import KpiRun, KpiValue
from reports.queries.asked import offered_scopes, period_asked, scope_named
from reports.queries.beside import beside
from reports.queries.given import given
from reports.queries.initiatives.listing import initiative_lines, of_scope
from reports.queries.kpi_words import CUTS, MATURITIES, period_name
from reports.queries.ladder.overview import attained
from reports.queries.scorecard import Scorecard, as_of, scorecard
from reports.queries.values import values_beside, values_of, year_before

CSV_HEADER: Final = (
    "kpi", "title", "period", "scope", "value", "unit", "numerator", "denominator", "low", "high", "n", "coverage",
    "lacking", "rag", "green", "red", "before", "change", "restated", "definition", "computed_at",
    "excluded", "maturity", "comment",
)  # fmt: skip


SWITCH: Final = (Cut.QUARTER, Cut.MONTH, Cut.WEEK, Cut.DAYS_90, Cut.DAYS_28, Cut.DAYS_7)


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """`?of=team:payments`, `?period=quarter:2026-10-01`, `?format=csv`."""
    user, at = viewer(request), timezone.now()
    require(user, "report.view")
    named = scope_named(request.GET.get("of", ""))
    period, periods = period_asked(request.GET.get("period", ""), at=at)
    found = scorecard(named.scope, period, earlier=periods)
    if request.GET.get("format") == "csv":
        return csv_response(f"scorecard-{period.first}.csv", CSV_HEADER, _csv(found, named.key))
    context = {
        "found": found,
        "named": named,
        "period": period,
        "periods": periods,
        "before": max((each for each in periods if each.last < period.first), default=None),
        "scopes": offered_scopes(),
        "cuts": _cuts(named.key, period),
        "title": claim(found),
        "attained": attained(named.scope),
        "ladder_query": ladder_query(named.key),
        "initiatives": initiative_lines(of_scope(named.scope), at=at),
        "ends": not period.last < timezone.localdate(),
        "query": urlencode({"of": named.key, "period": period.key}),
        "may_cut": allowed(user, "kpi.target"),
        "at": at,
    }
    return render(request, "reports/scorecard.html", context)


def ladder_query(key: str) -> str:
    """What shows the services of a scope on the ladder."""
    kind, _colon, short = key.partition(":")
    return "?" + urlencode({"q" if kind == "service" else kind: short}) if short else ""


def claim(found: Scorecard) -> str:
    """How many are missed, how many fall short, and when: the answer before the table."""
    missed, short, grey = (found.counts.get(each, 0) for each in (Rag.RED, Rag.AMBER, Rag.GREY))
    judged = len(found.lines) - grey
    when = period_name(found.period)
    if not judged:
        return _("%(when)s: none of %(n)d KPIs can be judged") % {"when": when, "n": len(found.lines)}
    if not missed and not short:
        words = ngettext("the only KPI judged is on target", "all %(n)d KPIs judged are on target", judged) % {
            "n": judged
        }
    else:
        words = _("%(missed)d of %(n)d KPIs missed, %(short)d short of target") % {
            "missed": missed, "short": short, "n": judged,
        }  # fmt: skip
    return f"{when}: {words}"


def _cuts(key: str, period: Period) -> list[dict[str, Any]]:
    return [
        {
            "label": CUTS[cut],
            "url": "?" + urlencode({"of": key, "period": cut.value}),
            "active": period.cut is cut,
        }
        for cut in SWITCH
    ]


def _csv(found: Scorecard, key: str) -> Iterator[Sequence[Cell]]:
    for line in found.lines:
        row = line.value
        if row is None:
            continue
        yield (
            row.kpi, str(line.kpi.title), found.period.key, key or "company", row.value, line.kpi.unit.value, row.numerator,
            row.denominator, row.low, row.high, row.n, row.coverage, row.lacking, row.rag, row.green, row.red, row.before,
            row.change, line.restated.value if line.restated is not None else None, row.definition, row.computed_at,
            row.excluded, row.maturity, line.comment.text if line.comment is not None else None,
        )  # fmt: skip


@require_safe
def kpi(request: HttpRequest, key: str) -> HttpResponseBase:
    """One KPI of a scope, from stored values: its history, how it is computed, what stands beside it; the rows behind it are read
    by an address of their own."""
    user, at = viewer(request), timezone.now()
    require(user, "report.view")
    if key not in KPIS:
        raise Http404
    one = KPIS[key]
    named = scope_named(request.GET.get("of", ""))
    period, periods = period_asked(request.GET.get("period", ""), at=at)
    rows = values_of(one, named.scope, periods)
    shown = rows.get(period)
    runs = KpiRun.objects.in_bulk([key])
    told = given(one, named.scope, period)
    around = values_beside(one, named.scope, period, own=shown)
    context = {
        "kpi": one,
        "named": named,
        "period": period,
        "periods": periods,
        "scopes": offered_scopes(),
        "cuts": _cuts(named.key, period),
        "shown": shown,
        "chart": history(one, rows, period=period, targets=told.targets)
        if any(each.value.value is not None for each in rows.values())
        else None,
        "query": urlencode({"of": named.key, "period": period.key}),
        "inputs": _inputs(shown.value) if shown is not None else (),
        "beside": beside(one, around) if shown is not None else (),
        "computed": as_of(shown.value, runs) if shown is not None else None,
        "problem": runs[key].problem if key in runs else "",
        "given": told,
        "year_before": year_before(rows, period),
        "may_enter": isinstance(one, EnteredKpi) and allowed(user, "kpi.enter"),
        "may_target": allowed(user, "kpi.target"),
        "may_comment": allowed(user, "kpi.comment", owned(named.scope)),
        "at": at,
    }
    return render(request, "reports/kpi.html", context)


def _inputs(row: KpiValue) -> tuple[tuple[str, str, str], ...]:
    """What stands in the panel that explains the value."""
    found = ((_("Numerator"), row.numerator), (_("Denominator"), row.denominator))
    said = [(name, units.count(round(value, 4)), "") for name, value in found if value is not None]
    said += [(_("n"), units.count(row.n), ""), (_("Left out"), units.count(row.excluded), "")]
    return (*said, (_("Data"), str(MATURITIES[Maturity(row.maturity)]), ""))
