"""Which lines were in force on a day, for a tier."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from reports.domain.values import Lines
from reports.kpis._base import AnyKpi
from reports.models import KpiTarget


class Targets:
    """All targets of all KPIs, read once."""

    def __init__(self) -> None:
        self._rows: defaultdict[tuple[str, int | None], list[KpiTarget]] = defaultdict(list)
        for row in KpiTarget.objects.order_by("since", "pk"):
            self._rows[row.kpi, row.tier].append(row)

    def lines(self, kpi: AnyKpi, day: dt.date, *, tier: int | None) -> Lines | None:
        """Of the tier, else those for all tiers, else the default of the KPI. None: it is judged by nothing, or by a rule of
        counts of its own."""
        for key in dict.fromkeys((tier, None)):
            row = next((one for one in reversed(self._rows[kpi.key, key]) if one.since <= day), None)
            if row is not None and not row.retired and row.green is not None and row.red is not None:
                default = kpi.lines
                return Lines(
                    green=row.green,
                    red=row.red,
                    better=kpi.better,
                    min_n=default.min_n if default is not None else 0,
                    min_coverage=default.min_coverage if default is not None else 0.0,
                )
        return kpi.lines
