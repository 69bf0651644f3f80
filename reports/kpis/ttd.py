"""KPI 7: how long it takes to notice."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, distribution, durations_changed, median
from incidents.queries.analytics import SELF_DETECTED
from incidents.queries.behind import Behind, durations
from relportal.core import units
from reports.domain.values import Better, Lacking, Lines, Rag, Unit, Value
from reports.kpis._base import Beside, Heading, Words
from reports.kpis._incidents import IncidentKpi

SEVERITIES = range(5)
P90_S = 900
"""One in ten may take longer than this, in seconds."""


class TimeToDetect(IncidentKpi):
    key = "ttd"
    number = 7
    title = _("Time to detect (median)")
    about = _(
        "Detected minus impact started, over the incidents of which both are known: the median with its bootstrap interval, "
        "the 90th percentile, and how many are known. On target with a median of at most 5 minutes and a 90th percentile of at "
        "most 15. A mean is not shown: one long incident would carry it."
    )
    connect = _("Say on each incident when its impact started and when it was detected.")
    guard = _("Noticed by us, before a customer")
    heading = Heading.OPERATIONS
    unit = Unit.DURATION
    better = Better.DOWN
    lines = Lines(green=300, red=900, better=Better.DOWN, min_n=10, min_coverage=0.7)
    definition = 2
    beside = (
        Beside("self_detected", _("noticed by us, before a customer"), Unit.SHARE, guard=True),
        Beside("p90", _("90th percentile"), Unit.DURATION),
        *(Beside(f"sev_{n}", format_lazy("{} SEV-{}", _("median of"), n), Unit.DURATION) for n in SEVERITIES),
        *(Beside(f"known_sev_{n}", format_lazy("{} SEV-{}", _("known of"), n), Unit.SHARE) for n in SEVERITIES),
    )

    def value(self, facts: Sequence[Behind]) -> Value:
        found = distribution(durations(facts, "time_to_detect"))
        known = [one for one in facts if one.detected_by]
        ours = sum(one.detected_by in SELF_DETECTED for one in known)
        parts: dict[str, float | None] = {"p90": found.p90, "self_detected": ours / len(known) if known else None}
        for level in SEVERITIES:
            took = durations([one for one in facts if one.severity == level], "time_to_detect")
            parts[f"sev_{level}"] = median(took)
            parts[f"known_sev_{level}"] = sum(each is not None for each in took) / len(took) if took else None
        return Value(
            value=found.median,
            interval=found.interval,
            n=found.n,
            coverage=found.coverage,
            lacking=None if found.n else Lacking.NOTHING,
            at_best=Rag.AMBER if found.p90 is not None and found.p90 > P90_S else None,
            parts=parts,
        )

    def trend(self, now: Sequence[Behind], before: Sequence[Behind], *, exposure: float) -> Trend:
        _unused = exposure
        return durations_changed(durations(now, "time_to_detect"), durations(before, "time_to_detect"))

    def says(self, fact: Behind) -> Words:
        took = fact.times.time_to_detect
        return units.duration(took) if took is not None else _("not known")


PLUGIN = TimeToDetect()
