"""KPI 4: how many requests are fast enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lacking, Rag, Unit, Value, forced
from reports.kpis._base import TIER_1, Frame, Heading
from reports.kpis._objectives import Kept, ObjectiveKpi, seen_objectives
from reports.kpis.journey_availability import LATENCY, TWICE
from slo.models import Indicator


class Latency(ObjectiveKpi):
    key = "latency"
    number = 4
    title = _("Requests that are fast enough")
    about = _(
        "Requests of tier-1 services below the threshold of their latency objective, of all requests. Green when every latency "
        "objective was met, red where a budget was spent twice over, amber between. Percentiles are never averaged: they stand "
        "on the page of each objective."
    )
    connect = _("Give tier-1 services a latency objective on a histogram.")
    guard = _("Error rate: requests that fail fast are quick")
    heading = Heading.CUSTOMERS
    unit = Unit.SHARE
    better = Better.UP
    lines = None
    tiers = TIER_1

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Kept]]:
        kinds = frozenset(Indicator.objects.filter(kind__in=LATENCY).values_list("pk", flat=True))
        return seen_objectives(frame, indicators=kinds)

    def value(self, facts: Sequence[Kept]) -> Value:
        known = [one for one in facts if one.is_known]
        if not known:
            return Value(lacking=Lacking.LOW_COVERAGE if facts else Lacking.NOTHING, coverage=0.0 if facts else None)
        events, bad = sum(one.total for one in known), sum(one.bad for one in known)
        found = Value(
            value=1 - bad / events,
            numerator=events - bad,
            denominator=events,
            n=len(known),
            coverage=len(known) / len(facts),
            parts={"missed": float(sum(not one.met for one in known))},
        )
        worst = max(one.consumed or 0.0 for one in known)
        missed = any(not one.met for one in known)
        return forced(found, Rag.RED if worst > TWICE else Rag.AMBER if missed else Rag.GREEN)


PLUGIN = Latency()
