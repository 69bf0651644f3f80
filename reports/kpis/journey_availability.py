"""KPI 3: whether customers could do what they came for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from relportal.core.models import JourneyService
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lacking, Rag, Unit, Value, forced
from reports.kpis._base import Frame, Heading
from reports.kpis._objectives import Kept, ObjectiveKpi, seen_objectives
from slo.models import Indicator, IndicatorKind

TWICE = 2.0
# Slow is no outage: latency has a figure of its own.
LATENCY = (IndicatorKind.LATENCY_CLASSIC, IndicatorKind.LATENCY_NATIVE)


class JourneyAvailability(ObjectiveKpi):
    key = "journey_availability"
    number = 3
    title = _("Availability of journeys (weakest step)")
    about = _(
        "Good events of all events at the weakest step of each journey, which no customer can do better than; for the company, "
        "of the weakest journey. Green when the objective of that step was met, amber up to twice its budget, red beyond."
    )
    connect = _("Write down what customers do as journeys, and give their services objectives.")
    guard = _("Share of services that are part of a journey")
    heading = Heading.CUSTOMERS
    unit = Unit.SHARE
    better = Better.UP
    lines = None

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Kept]]:
        steps = frozenset(JourneyService.objects.values_list("service_id", flat=True))
        kinds = frozenset(Indicator.objects.exclude(kind__in=LATENCY).values_list("pk", flat=True))
        return seen_objectives(frame, services=steps, indicators=kinds)

    def value(self, facts: Sequence[Kept]) -> Value:
        known = [one for one in facts if one.sli is not None]
        if not known:
            return Value(lacking=Lacking.LOW_COVERAGE if facts else Lacking.NOTHING, coverage=0.0 if facts else None)
        # The weakest by its promise: a step of 99 % that has 99.2 % keeps its word, one of 99.99 % that has 99.9 % does not.
        weakest = max(known, key=lambda one: one.consumed or 0.0)
        spent = weakest.consumed or 0.0
        found = Value(
            value=weakest.sli,
            numerator=weakest.total - weakest.bad,
            denominator=weakest.total,
            n=len(known),
            coverage=len(known) / len(facts),
            parts={"consumed": spent, "target": float(weakest.target)},
        )
        return forced(found, Rag.GREEN if weakest.met else Rag.AMBER if spent <= TWICE else Rag.RED)


PLUGIN = JourneyAvailability()
