"""KPI 3: whether customers could do what they came for.

Events fail together: a test that takes them one by one would call any difference clear, and none is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lacking, Rag, Unit, Value, forced
from reports.kpis._base import Beside, Frame, Heading, Row
from reports.kpis._objectives import TWICE, Kept, ObjectiveKpi, traffic


class JourneyAvailability(ObjectiveKpi):
    key = "journey_availability"
    number = 3
    title = _("Availability of journeys (weakest step)")
    about = _(
        "Good events of all events at the weakest step of each journey, which no customer can do better than; for the company, "
        "of the weakest journey. Green when the objective of that step was met, amber up to twice its budget, red beyond. Slow "
        "is no outage: latency has a figure of its own. Announced maintenance counts, for customers feel it, and stands beside."
    )
    connect = _("Write down what customers do as journeys, and give their services objectives.")
    guard = _("Share of the traffic that belongs to a journey")
    heading = Heading.CUSTOMERS
    unit = Unit.SHARE
    better = Better.UP
    lines = None
    definition = 3
    untested = True
    beside = (
        Beside("covered", _("of the traffic on journeys"), Unit.SHARE, guard=True),
        Beside("down", _("as minutes of the period"), Unit.MINUTES),
        Beside("maintenance", _("announced maintenance of the weakest step"), Unit.MINUTES),
        Beside("without", _("availability outside of that maintenance"), Unit.SHARE),
        Beside("consumed", _("of the budget of the weakest step spent"), Unit.SHARE),
        Beside("target", _("objective of the weakest step"), Unit.SHARE),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Kept]]:
        """Those on no journey stand beside the figure, as the traffic that it does not speak for."""
        return (one for one in super().seen(frame) if one.fact.threshold_s is None)

    def value(self, facts: Sequence[Kept]) -> Value:
        steps = [one for one in facts if one.on_journey]
        known = [one for one in steps if one.sli is not None]
        everything = traffic(facts)
        covered = traffic(steps) / everything if everything else None
        if not known:
            lacking = Lacking.LOW_COVERAGE if steps else Lacking.NOTHING
            return Value(lacking=lacking, coverage=0.0 if steps else None, parts={"covered": covered})
        # The weakest by its promise: a step of 99 % that has 99.2 % keeps its word, one of 99.99 % that has 99.9 % does not.
        weakest = max(known, key=lambda one: one.consumed or 0.0)
        spent = weakest.consumed or 0.0
        found = Value(
            value=weakest.sli,
            numerator=weakest.total - weakest.bad,
            denominator=weakest.total,
            n=len(known),
            coverage=len(known) / len(steps),
            parts={
                "covered": covered,
                "down": weakest.minutes * weakest.bad / weakest.total,
                "maintenance": weakest.planned.minutes,
                "without": _without(weakest),
                "consumed": spent,
                "target": float(weakest.target),
            },
        )
        return forced(found, Rag.GREEN if weakest.met else Rag.AMBER if spent <= TWICE else Rag.RED)

    def rows(self, fact: Kept) -> Sequence[Row]:
        return super().rows(fact) if fact.on_journey else ()


def _without(one: Kept) -> float | None:
    """The share of good events outside of maintenance; None where there was none, or nothing happened outside of it."""
    total = one.total - one.planned.total
    return 1 - (one.bad - one.planned.bad) / total if one.planned.total > 0 and total > 0 else None


PLUGIN = JourneyAvailability()
