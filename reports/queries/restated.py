"""What a published report would say otherwise today: set beside it with an "r", never in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from relportal.core import units
from reports.domain.payload import Payload, Value
from reports.domain.values import Unit
from reports.kpis import KPIS
from reports.models import Edition, KpiValue, Report
from reports.queries.claim_words import told_counted


@dataclass(frozen=True, slots=True)
class Restated:
    """A KPI by its key, as it was told and as it is known now."""

    title: str
    was: str
    now: str


def restated(report: Report, payload: Payload) -> Mapping[str, Restated]:
    """By KPI; of two definitions nothing is compared. One statement."""
    rows = KpiValue.objects.filter(
        cut=report.cut, first=report.first, scope=report.scope, number=report.number, edition=Edition.LIVE
    )
    live = {row.kpi: row for row in rows}
    found = {}
    for one in payload.values:
        row = live.get(one.code)
        if row is None or row.definition != one.version or one.code not in KPIS:
            continue
        if (one.value, one.numerator, one.denominator) != (row.value, row.numerator, row.denominator):
            kpi = KPIS[one.code]
            found[one.code] = Restated(str(kpi.title), value_words(one, kpi.unit), value_words(row, kpi.unit))
    return found


def value_words(one: Value | KpiValue, unit: Unit) -> str:
    """As on the page of the report."""
    if one.value is None:
        return units.no_data()
    return told_counted(one.value, unit, numerator=one.numerator, denominator=one.denominator)
