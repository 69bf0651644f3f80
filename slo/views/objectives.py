"""The SLO catalog and the page of an objective."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from relportal.core import panels, units
from relportal.core.conditional import unchanged_since
from relportal.core.csvexport import Cell
from relportal.core.exceptions import Missing
from relportal.core.filters import Option, Select
from relportal.core.models import Team
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage
from slo import charts
from slo.forms import objective_filters
from slo.models import Indicator
from slo.queries.budget_history import budget_history
from slo.queries.objective_words import list_claim, objective_claim, query_texts, reason_words
from slo.queries.objectives import PAGE_SIZE, ObjectiveList, objective_page, objective_rows
from slo.queries.version import data_version

CSV_HEADER: Final = (
    "id", "service", "team", "tier", "name", "indicator", "target", "window", "method", "band", "reason", "sli", "remaining",
    "bad", "total", "coverage", "burn_1h", "burn_6h", "burn_3d", "firing", "exhausted_at", "watermark",
)  # fmt: skip


def _csv_rows(listed: ObjectiveList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one, status = row.objective, row.status
        yield (
            one.short_id,
            one.service.slug,
            one.service.team.slug if one.service.team else None,
            one.service.tier,
            one.name,
            one.indicator.slug,
            float(one.target),
            f"{one.window_days}d" if one.window_days else f"{one.window_kind}@{one.window_zone}",
            one.counting,
            status.band,
            status.reason,
            status.sli,
            status.remaining,
            status.bad,
            status.total,
            status.coverage,
            status.burn_1h,
            status.burn_6h,
            status.burn_3d,
            status.firing,
            status.exhausted_at,
            status.at,
        )


def _controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    return objective_filters.selects(query, teams=options["team"], indicators=options["indicator"])


LIST: Final = ListPage(
    name="objectives",
    template="slo/objective_list.html",
    page_size=PAGE_SIZE,
    read=objective_filters.read,
    rows=objective_rows,
    choices={"team": Team, "indicator": Indicator},
    controls=_controls,
    title=list_claim,
    label=gettext_lazy("SLOs"),
    hint=gettext_lazy("Name, service, team, indicator"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    bulk=("objective.edit", "slo:objectives-bulk"),
    context=lambda user: {"may_create": allowed(user, "objective.edit")},
)


@require_safe
@unchanged_since(data_version)
def objective_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
def objective_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    at = timezone.now()
    shown = objective_page(user, pk, at=at)
    if shown is None:
        raise Missing(_("There is no objective SLO-%(pk)d.") % {"pk": pk})
    objective, status = shown.objective, shown.status
    history = None
    if status.at is not None and status.window_start is not None:
        history = budget_history(objective, start=status.window_start, end=status.at)
    context: dict[str, Any] = {
        "shown": shown,
        "objective": objective,
        "service": objective.service,
        "status": status,
        "claim": objective_claim(shown),
        "reason": reason_words(status.reason),
        "history": history,
        "burn_down": charts.burn_down(history, alerts=shown.alerts) if history else None,
        "sli_chart": charts.sli_over_time(history, objective=objective) if history else None,
        "inputs": _inputs(shown),
        "may_edit": allowed(user, "objective.edit", objective),
        "may_audit": allowed(user, "audit.view"),
        "queries": query_texts(objective.indicator),
        "panels": panels.shown(panels.Page.OBJECTIVE, user, objective, at=at),
    }
    return render(request, "slo/objective_detail.html", context)


def _inputs(shown: Any) -> tuple[tuple[str, str, str], ...]:
    """(name, value, address) of what the budget is computed from."""
    status, objective = shown.status, shown.objective
    unit = _("events") if objective.counting == "occurrences" else _("slices")
    return (
        (_("target"), units.target(float(objective.target)), ""),
        (_("error budget = 1 − target"), units.percent(shown.error_budget, 4), ""),
        (_("bad %(unit)s") % {"unit": unit}, units.exact_count(status.bad), ""),
        (_("all %(unit)s") % {"unit": unit}, units.exact_count(status.total), ""),
        (_("allowed bad = error budget × all"), units.exact_count(shown.allowed_bad), ""),
        (_("method"), str(status.get_via_display() or units.no_data()), objective.indicator.get_absolute_url()),
    )
