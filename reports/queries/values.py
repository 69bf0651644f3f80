"""The values of one KPI of a scope, over periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from reports.domain.periods import Period
from reports.domain.scopes import Scope
from reports.kpis._base import AnyKpi
from reports.models import Edition, KpiValue
from reports.queries.scorecard import differs


@dataclass(frozen=True, slots=True)
class Stood:
    """`value` is the one to print: of a closed period as it was closed; `restated` the one of now, where it differs."""

    value: KpiValue
    restated: KpiValue | None


def values_of(kpi: AnyKpi, scope: Scope, periods: Sequence[Period]) -> dict[Period, Stood]:
    """Oldest first; a period that was never computed is not in it. One statement."""
    asked = Q()
    for each in periods:
        asked |= Q(cut=each.cut, first=each.first)
    rows = KpiValue.objects.filter(asked, kpi=kpi.key, scope=scope.kind, number=scope.number)
    kept = {(row.first, row.edition): row for row in rows}
    found = {}
    for period in sorted(periods):
        live, closed = kept.get((period.first, Edition.LIVE)), kept.get((period.first, Edition.CLOSED))
        shown = closed or live
        if shown is not None:
            moved = closed is not None and live is not None and differs(closed, live)
            found[period] = Stood(shown, live if moved else None)
    return found
