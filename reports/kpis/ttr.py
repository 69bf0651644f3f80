"""KPI 8: whether grave incidents are over within the hour."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, distribution, shares_changed
from incidents.queries.behind import Behind, durations
from relportal.core import units
from reports.domain.values import Better, Lines, Unit, Value, share
from reports.kpis._base import Heading, Words
from reports.kpis._incidents import GRAVE, IncidentKpi

WITHIN_S = 3600


class TimeToRestore(IncidentKpi):
    key = "ttr"
    number = 8
    title = _("Grave incidents restored within 60 min")
    about = _(
        "SEV-0 and SEV-1 incidents that were resolved within 60 minutes of the start of their impact, of those of which both "
        "times are known. The medians of time to mitigate and to restore stand beside it: so few incidents carry no mean."
    )
    connect = _("Say on each grave incident when its impact started and when it was resolved.")
    guard = _("Median and 90th percentile")
    heading = Heading.OPERATIONS
    severities = GRAVE
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.9, red=0.7, better=Better.UP, min_n=5)

    def value(self, facts: Sequence[Behind]) -> Value:
        k, n = _within(facts)
        restored = distribution(durations(facts, "time_to_resolve"))
        mitigated = distribution(durations(facts, "time_to_mitigate"))
        return share(
            k,
            n,
            coverage=n / len(facts) if facts else None,
            parts={"median": restored.median, "p90": restored.p90, "mitigated": mitigated.median},
        )

    def trend(self, now: Sequence[Behind], before: Sequence[Behind], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_within(now), _within(before))

    def says(self, fact: Behind) -> Words:
        took = fact.times.time_to_resolve
        return units.duration(took) if took is not None else _("not known")


def _within(facts: Sequence[Behind]) -> tuple[int, int]:
    known = [each for each in durations(facts, "time_to_resolve") if each is not None]
    return sum(each <= WITHIN_S for each in known), len(known)


PLUGIN = TimeToRestore()
