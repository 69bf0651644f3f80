"""KPI 4: how many requests are fast enough.

Requests are slow together: a test that takes them one by one would call any difference clear, and none is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from relportal.core import units
from reports.domain.values import Better, Lacking, Rag, Unit, Value, forced
from reports.kpis._base import TIER_1, Beside, Heading, Row
from reports.kpis._objectives import TWICE, Kept, ObjectiveKpi, said

PERCENTILES = (("p95", 0.95), ("p99", 0.99))


class Latency(ObjectiveKpi):
    key = "latency"
    number = 4
    title = _("Requests that are fast enough")
    about = _(
        "Requests of tier-1 services below the threshold of their latency objective, of all requests. Green when every latency "
        "objective was met, red where a budget was spent twice over, amber between. Percentiles are never averaged: what is "
        "stored are counts below the thresholds of the objectives, so that a percentile of a service is known to lie at or "
        "below one of them. Shown is that of the slowest service; a dash says that it lies above every threshold."
    )
    connect = _("Give tier-1 services a latency objective on a histogram.")
    guard = _("Error rate: requests that fail fast are quick")
    heading = Heading.CUSTOMERS
    unit = Unit.SHARE
    better = Better.UP
    lines = None
    tiers = TIER_1
    definition = 2
    untested = True
    beside = (
        Beside("error_rate", _("of these services' requests failed"), Unit.SHARE, guard=True),
        Beside("missed", _("latency objectives missed")),
        Beside("p95", _("p95 of the slowest service, at most"), Unit.MILLISECONDS),
        Beside("p99", _("p99 of the slowest service, at most"), Unit.MILLISECONDS),
    )

    def value(self, facts: Sequence[Kept]) -> Value:
        """The other objectives of the same services tell the error rate."""
        mine = [one for one in facts if one.threshold_s is not None]
        known = [one for one in mine if one.is_known]
        if not known:
            return Value(lacking=Lacking.LOW_COVERAGE if mine else Lacking.NOTHING, coverage=0.0 if mine else None)
        events, bad = sum(one.total for one in known), sum(one.bad for one in known)
        found = Value(
            value=1 - bad / events,
            numerator=events - bad,
            denominator=events,
            n=len(known),
            coverage=len(known) / len(mine),
            parts={
                "error_rate": _error_rate(facts, frozenset(one.service for one in known)),
                "missed": float(sum(not one.met for one in known)),
            }
            | {name: _at_most(known, quantile) for name, quantile in PERCENTILES},
        )
        worst = max(one.consumed or 0.0 for one in known)
        missed = any(not one.met for one in known)
        return forced(found, Rag.RED if worst > TWICE else Rag.AMBER if missed else Rag.GREEN)

    def rows(self, fact: Kept) -> Sequence[Row]:
        if fact.threshold_s is None:
            return ()
        words = gettext("%(said)s below %(threshold)s") % {
            "said": said(fact), "threshold": units.duration(fact.threshold_s),
        }  # fmt: skip
        return [Row("objective", fact.pk, words, not fact.met)]


def _error_rate(facts: Sequence[Kept], services: frozenset[int]) -> float | None:
    """Of the series of these services that count failures, each once."""
    rows = {one.series: one for one in facts if one.threshold_s is None and one.service in services}.values()
    events = sum(one.total for one in rows)
    return sum(one.bad for one in rows) / events if events else None


def _at_most(known: Sequence[Kept], quantile: float) -> float | None:
    """Milliseconds. Of each service the lowest threshold that so many requests stay below; None where one has none."""
    bounds: defaultdict[int, list[float]] = defaultdict(list)
    for one in known:
        bounds[one.service] += [one.threshold_s or 0.0] if one.sli is not None and one.sli >= quantile else []
    if not all(bounds.values()):
        return None
    return 1000 * max(min(each) for each in bounds.values())


PLUGIN = Latency()
