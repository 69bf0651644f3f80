"""KPI 7: how long it takes to notice."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, distribution, durations_changed, median
from incidents.queries.analytics import SELF_DETECTED
from incidents.queries.behind import Behind, durations
from relportal.core import units
from reports.domain.values import Better, Lacking, Lines, Unit, Value
from reports.kpis._base import Heading, Words
from reports.kpis._incidents import IncidentKpi


class TimeToDetect(IncidentKpi):
    key = "ttd"
    number = 7
    title = _("Time to detect (median)")
    about = _(
        "Detected minus impact started, over the incidents of which both are known: the median with its bootstrap interval, "
        "the 90th percentile, and how many are known. A mean is not shown: one long incident would carry it."
    )
    connect = _("Say on each incident when its impact started and when it was detected.")
    guard = _("Noticed by us, before a customer")
    heading = Heading.OPERATIONS
    unit = Unit.DURATION
    better = Better.DOWN
    lines = Lines(green=300, red=900, better=Better.DOWN, min_n=10, min_coverage=0.7)

    def value(self, facts: Sequence[Behind]) -> Value:
        found = distribution(durations(facts, "time_to_detect"))
        known = [one for one in facts if one.detected_by]
        ours = sum(one.detected_by in SELF_DETECTED for one in known)
        by_severity = {
            f"sev_{level}": median(durations([one for one in facts if one.severity == level], "time_to_detect"))
            for level in range(5)
        }
        return Value(
            value=found.median,
            interval=found.interval,
            n=found.n,
            coverage=found.coverage,
            lacking=None if found.n else Lacking.NOTHING,
            parts={"p90": found.p90, "self_detected": ours / len(known) if known else None} | by_severity,
        )

    def trend(self, now: Sequence[Behind], before: Sequence[Behind], *, exposure: float) -> Trend:
        _unused = exposure
        return durations_changed(durations(now, "time_to_detect"), durations(before, "time_to_detect"))

    def says(self, fact: Behind) -> Words:
        took = fact.times.time_to_detect
        return units.duration(took) if took is not None else _("not known")


PLUGIN = TimeToDetect()
