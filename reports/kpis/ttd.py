"""KPI 7: how long it takes to notice."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, distribution, durations_changed, median, p90
from incidents.queries.analytics import SELF_DETECTED
from incidents.queries.behind import Behind, durations
from relportal.core import units
from reports.domain.values import Better, Lacking, Lines, Rag, Unit, Value
from reports.kpis._base import Beside, Heading, Words
from reports.kpis._incidents import IncidentKpi

SEVERITIES = range(5)
P90_S = 900
"""One in ten may take longer than this, in seconds."""
MIN_FOR_P90 = 10
"""Of fewer, it would be the longest or near it."""


def _of_severity(level: int) -> tuple[Beside, ...]:
    def words(before: Words) -> Words:
        return format_lazy("SEV-{}: {}", level, before)

    return (
        Beside(f"n_sev_{level}", words(_("timed")), optional=True),
        Beside(f"known_sev_{level}", words(_("of all timed")), Unit.SHARE, optional=True),
        Beside(f"sev_{level}", words(_("median")), Unit.DURATION, optional=True),
        Beside(f"p90_sev_{level}", words(_("90th percentile")), Unit.DURATION, optional=True),
    )


class TimeToDetect(IncidentKpi):
    key = "ttd"
    number = 7
    title = _("Time to detect (median)")
    about = _(
        "Detected minus impact started, over the incidents of which both are known: the median with its bootstrap interval, "
        "the 90th percentile, and how many are known. On target with a median of at most 5 minutes and a 90th percentile of at "
        "most 15. A mean is not shown: one long incident would carry it. A start that was set to the time of the alert makes the "
        "time 0: how many such there are stands beside it. Severities with fewer than ten have no 90th percentile of their own."
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
        Beside("p90", _("90th percentile"), Unit.DURATION, listed=True),
        Beside("at_once", _("detected the moment it began: is the start that of the alert?")),
        *(each for level in SEVERITIES for each in _of_severity(level)),
    )

    def value(self, facts: Sequence[Behind]) -> Value:
        everything = durations(facts, "time_to_detect")
        found = distribution(everything)
        known = [one for one in facts if one.detected_by]
        ours = sum(one.detected_by in SELF_DETECTED for one in known)
        parts: dict[str, float | None] = {
            "p90": found.p90,
            "self_detected": ours / len(known) if known else None,
            "at_once": float(sum(each == 0 for each in everything)),
        }
        for level in SEVERITIES:
            took = durations([one for one in facts if one.severity == level], "time_to_detect")
            parts[f"sev_{level}"] = median(took)
            n = sum(each is not None for each in took)
            parts[f"p90_sev_{level}"] = p90(took) if n >= MIN_FOR_P90 else None
            parts[f"n_sev_{level}"] = float(n) if took else None
            parts[f"known_sev_{level}"] = n / len(took) if took else None
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
