"""All risks together: the page, and the CSV of what each adds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from relportal.core.csvexport import Cell, csv_response
from relportal.core.permissions import allowed
from risks.charts import portfolio_exceedance
from risks.models import Unit
from risks.queries.portfolio import Shown, portfolio
from risks.queries.portfolio_words import claim, coverage, standing_word
from risks.queries.tolerance import newest
from risks.views.answers import reader

CSV_HEADER: Final = (
    "risk", "title", "unit", "currency", "events_low", "events_high", "loss_low", "loss_high",
    "expected", "share", "p95", "worst_years", "worst_years_share",
)  # fmt: skip
SHOWN: Final = 20
"""Contributors and risks without an estimate on the page; `?all=1` shows every one."""


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """`?unit=minutes` for customer minutes, `?run=` for one of the runs before, `?format=csv`."""
    user, at = reader(request), timezone.now()
    unit = Unit.MINUTES if request.GET.get("unit") == Unit.MINUTES else Unit.MONEY
    wanted = request.GET.get("run", "")
    shown = portfolio(user, unit, at=at, run=int(wanted) if wanted.isdecimal() and len(wanted) < 19 else None)
    if request.GET.get("format") == "csv":
        return csv_response(f"portfolio-{unit.value}-{at:%Y-%m-%d}.csv", CSV_HEADER, _csv_rows(shown))
    every = bool(request.GET.get("all"))
    context = {
        "shown": shown,
        "found": shown.result,
        "title": claim(shown),
        "word": standing_word(shown),
        "coverage": coverage(shown.result) if shown.result is not None else "",
        "chart": portfolio_exceedance(shown),
        "tolerance": newest(unit) if shown.result is not None and shown.result.tolerance else None,
        "units": [{"label": one.label, "url": f"?unit={one.value}", "active": one == unit} for one in Unit],
        "past": bool(wanted),
        "cut": "" if every else f":{SHOWN}",
        "more": 0 if every else len(shown.contributors) - SHOWN,
        "may_edit": allowed(user, "risk.settings"),
        "may_estimate": allowed(user, "risk.edit"),
    }
    return render(request, "risks/portfolio.html", context)


def _csv_rows(shown: Shown) -> Iterator[tuple[Cell, ...]]:
    for each in shown.contributors:
        row = each.estimate
        ranges: tuple[Cell, ...] = (
            ("", "", "", "") if row is None else (row.rate_low, row.rate_high, row.loss_low, row.loss_high)
        )
        yield (
            each.risk.short_id if each.risk is not None else "",
            each.risk.title if each.risk is not None else _("A risk that you may not see"),
            shown.unit.value,
            shown.result.currency if shown.result is not None else "",
            *ranges,
            each.figures.expected,
            each.share,
            each.figures.p95,
            each.figures.tail,
            each.tail_share,
        )
