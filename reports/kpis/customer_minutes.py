"""KPI 6: how long customers were affected."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, sums_changed
from incidents.queries.behind import Behind
from relportal.core import units
from reports.domain.values import Better, Lacking, Rag, Unit, Value
from reports.kpis._base import Beside, Heading, Words
from reports.kpis._incidents import IncidentKpi

MIN_KNOWN = 0.7
"""Share of incidents with a known reach from which on a small sum says that little was lost."""


class CustomerMinutes(IncidentKpi):
    key = "customer_minutes"
    number = 6
    title = _("Customer minutes impacted")
    about = _(
        "The sum over the impact of each incident of its length times the customers affected, overlaps merged. An incident "
        "whose reach nobody knows is unknown, not 0: the coverage says how many are known, and below 70 % the sum is on no "
        "target, though it may miss one. Where somebody said how sure the customers are, the sum of all lowest and of all "
        "highest stands beside it. On target below half of what the promise to all customers allows in the period, missed "
        "beyond all of it."
    )
    connect = _("Say on each incident how many customers it affected, and for how long.")
    guard = _("Share of incidents whose reach was counted, not guessed")
    heading = Heading.CUSTOMERS
    unit = Unit.MINUTES
    better = Better.DOWN
    lines = None
    by_allowance = True
    definition = 2
    beside = (
        Beside("measured", _("of the incidents with a counted reach"), Unit.SHARE, guard=True),
        Beside(
            "ranged",
            _("with the range of its customers"),
            Unit.MINUTES,
            between=("low", "high"),
            listed=True,
            optional=True,
        ),
        Beside("known", _("of the incidents with a known reach"), Unit.SHARE),
        Beside("unknown", _("incidents of unknown reach")),
        Beside("largest", _("of it by one incident"), Unit.SHARE, listed=True),
    )

    def value(self, facts: Sequence[Behind]) -> Value:
        known = [one.customer_minutes for one in facts if one.customer_minutes is not None]
        if facts and not known:
            return Value(
                n=0,
                coverage=0.0,
                lacking=Lacking.LOW_COVERAGE,
                parts={"measured": 0.0, "known": 0.0, "unknown": float(len(facts))},
            )
        total = sum(known)
        return Value(
            value=total,
            numerator=total,
            n=len(known),
            coverage=len(known) / len(facts) if facts else None,
            at_best=Rag.GREY if len(known) < MIN_KNOWN * len(facts) else None,
            parts={
                "measured": sum(one.reach_measured is True for one in facts) / len(facts) if facts else None,
                "known": len(known) / len(facts) if facts else None,
                "unknown": float(len(facts) - len(known)),
                "largest": max(known) / total if total else None,
                **_range(facts, total),
            },
        )

    def trend(self, now: Sequence[Behind], before: Sequence[Behind], *, exposure: float) -> Trend:
        return sums_changed(
            [one.customer_minutes for one in now], [one.customer_minutes for one in before], exposure=exposure
        )

    def says(self, fact: Behind) -> Words:
        if fact.customer_minutes is None:
            return _("unknown reach")
        return gettext("%(n)s customer minutes") % {"n": units.count(round(fact.customer_minutes))}


def _range(facts: Sequence[Behind], total: float) -> dict[str, float | None]:
    """Of those with a known reach; nothing where nobody gave a range."""
    known = [(one, one.customer_minutes) for one in facts if one.customer_minutes is not None]
    low = sum(best if one.customer_minutes_low is None else one.customer_minutes_low for one, best in known)
    high = sum(best if one.customer_minutes_high is None else one.customer_minutes_high for one, best in known)
    return {"ranged": total, "low": low, "high": high} if low < high else {}


PLUGIN = CustomerMinutes()
