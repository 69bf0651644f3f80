"""KPI 19: what a thousand requests cost, against the first period that was entered.

A bill is the whole and no sample: no test says whether it changed beyond chance, and none is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lacking, Lines, Maturity, Unit, Value
from reports.kpis._base import Beside, Frame, Heading
from reports.kpis._entered import Entered, EnteredKpi, Field, total
from reports.models import KpiInput

BASE = "base"


class CostEfficiency(EnteredKpi):
    key = "cost_efficiency"
    number = 19
    title = _("Infrastructure cost efficiency")
    about = _(
        "Cost of a thousand requests, as an index: the first period that was entered is 100. Never read it without the SLO "
        "attainment: the cheapest service is one that is off."
    )
    connect = _("Enter or push cost and requests of each month or quarter.")
    guard = _("SLO attainment")
    heading = Heading.ENGINEERING
    unit = Unit.INDEX
    better = Better.DOWN
    lines = Lines(green=100, red=110, better=Better.DOWN)
    beside = (
        Beside("attainment", _("of the tier-1 SLOs met"), Unit.SHARE, guard=True, of="slo_attainment"),
        Beside("per_thousand", _("cost of a thousand requests"), Unit.RATE),
        Beside("observability", _("of the cost for observability"), Unit.SHARE),
    )
    untested = True
    fields = (
        Field(name="cost", label=_("Cost")),
        Field(name="requests", label=_("Requests"), low=1),
        Field(name="observability_cost", label=_("Of this for observability"), required=False),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Entered]]:
        base: dict[tuple[str, int], float] = {}
        for row in KpiInput.objects.filter(kpi=self.key, at__lte=frame.at).order_by("first", "-pk"):
            if row.numbers.get("requests"):
                base.setdefault((row.scope, row.number), row.numbers["cost"] / row.numbers["requests"])
        scopes = {row.pk: (row.scope, row.number) for row in KpiInput.objects.filter(kpi=self.key)}
        for one in super().seen(frame):
            numbers = {**one.fact.numbers, BASE: base.get(scopes[one.fact.pk], 0.0)}
            yield replace(one, fact=replace(one.fact, numbers=numbers))

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        cost, requests = total(numbers, "cost"), total(numbers, "requests")
        expected = float(sum(each[BASE] * each["requests"] for each in numbers))
        if not requests or not expected:
            return Value(lacking=Lacking.NO_BASE, maturity=maturity)
        watched = [each for each in numbers if "observability_cost" in each]
        return Value(
            value=100 * cost / expected,
            numerator=cost,
            denominator=requests,
            n=len(numbers),
            maturity=maturity,
            parts={
                "per_thousand": 1000 * cost / requests,
                "observability": total(watched, "observability_cost") / cost if watched and cost else None,
            },
        )


PLUGIN = CostEfficiency()
