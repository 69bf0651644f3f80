"""Any two reports side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from relportal.core.permissions import require
from relportal.core.views.base import viewer
from reports.models import Report
from reports.payloads import shown
from reports.queries.report_comparison import Pair, compared
from reports.queries.reports import reports


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`?a=18&b=17`; by default the two newest of one scope. What was never drafted cannot be compared."""
    user = viewer(request)
    require(user, "report.view")
    rows = [row for row in reports() if row.drafted_at is not None]
    ids = [row.pk for row in rows]
    first = _asked(request.GET.get("a", ""), ids) or (ids[0] if ids else None)
    second = _asked(request.GET.get("b", ""), ids) or _before(rows, first)
    context: dict[str, Any] = {"rows": rows, "first": first, "second": second, "title": _("Compare two reports")}
    if first is None or second is None:
        return render(request, "reports/report_compare.html", context)
    found = {row.pk: row for row in Report.objects.select_related("supersedes").filter(pk__in=[first, second])}
    one, other = shown(found[first]).payload, shown(found[second]).payload
    if one is None or other is None:
        return render(request, "reports/report_compare.html", context)
    pairs = compared(one, other)
    context |= {
        "one": one,
        "other": other,
        "a": found[first],
        "b": found[second],
        "pairs": pairs,
        "title": _title(pairs),
    }
    return render(request, "reports/report_compare.html", context)


def _title(pairs: tuple[Pair, ...]) -> str:
    return _("%(n)d of %(all)d KPIs differ") % {"n": sum(each.differs for each in pairs), "all": len(pairs)}


def _asked(text: str, ids: list[int]) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    return number if number in ids else None


def _before(rows: list[Report], pk: int | None) -> int | None:
    """The report of the same scope of the quarter before, or else any other."""
    newest = next((row for row in rows if row.pk == pk), None)
    if newest is None:
        return None
    others = [row for row in rows if row.pk != pk]
    same = [
        row for row in others if (row.scope, row.number) == (newest.scope, newest.number) and row.first < newest.first
    ]
    return (same or others)[0].pk if others else None
