"""KPI 5: how many incidents there were."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Change, Trend, counts_changed
from incidents.queries.behind import Behind
from reports.domain.values import Better, Rag, Unit, Value, count, forced
from reports.kpis._base import Heading
from reports.kpis._incidents import IncidentKpi

BASE = 4
"""Periods whose mean the count is compared with."""


class Incidents(IncidentKpi):
    key = "incidents"
    number = 5
    title = _("Incidents")
    about = _(
        "Incidents whose impact began in the period (or that were declared in it, where nobody said when it began), by their "
        "final severity. Drills, tests, near misses and false alarms do not count. Green at or below the mean of the four "
        "periods before, red when significantly above it, amber between."
    )
    connect = _("Declare incidents here, or connect a tool that does.")
    guard = _("Noticed by customers first")
    heading = Heading.CUSTOMERS
    unit = Unit.COUNT
    better = Better.DOWN
    lines = None

    def value(self, facts: Sequence[Behind]) -> Value:
        by_severity = {f"sev_{level}": float(sum(one.severity == level for one in facts)) for level in range(5)}
        customers = sum(one.detected_by in ("customer", "third_party") for one in facts)
        return count(len(facts), parts=by_severity | {"by_customers": float(customers)})

    def trend(self, now: Sequence[Behind], before: Sequence[Behind], *, exposure: float) -> Trend:
        return counts_changed(len(now), len(before), exposure=exposure)

    def judged(self, value: Value, facts: Sequence[Behind], before: Sequence[Sequence[Behind]]) -> Value:
        if not before:
            return value
        mean = fmean(len(each) for each in before[:BASE])
        if len(facts) <= mean:
            return forced(value, Rag.GREEN)
        risen = counts_changed(len(facts), round(mean)).change is Change.UP
        return forced(value, Rag.RED if risen else Rag.AMBER)


PLUGIN = Incidents()
