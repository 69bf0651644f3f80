"""The values of one KPI of a scope, over periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from reports.domain.periods import Cut, Period
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


def year_before(rows: Mapping[Period, Stood], period: Period) -> Stood | None:
    """The same months of the year before; None where they were never computed, or of no month or quarter."""
    return next(
        (
            rows[each]
            for each in rows
            if (each.cut, each.first.month, each.first.year) == (period.cut, period.first.month, period.first.year - 1)
            and each.cut in (Cut.MONTH, Cut.QUARTER)
        ),
        None,
    )


def values_beside(kpi: AnyKpi, scope: Scope, period: Period, *, own: Stood | None) -> dict[str, KpiValue | None]:
    """Those of the period that the KPI is read with, by KPI, as closed where they are; no statement where there are none."""
    found: dict[str, KpiValue | None] = {kpi.key: own.value if own is not None else None}
    others = {one.of for one in kpi.beside if one.of}
    if others:
        rows = KpiValue.objects.filter(
            kpi__in=others, cut=period.cut, first=period.first, scope=scope.kind, number=scope.number
        )
        found |= {row.kpi: row for row in sorted(rows, key=lambda row: row.edition == Edition.CLOSED)}
    return found
