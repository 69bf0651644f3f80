"""KPI 18: how far forecasts of capacity were off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from reports.domain.values import Better, Lacking, Lines, Maturity, Rag, Unit, Value, forced
from reports.kpis._base import Beside, Heading
from reports.kpis._entered import Field, RatedKpi, total, total_of

UNDER = 0.2
"""A tier-1 resource that needed so much more than was forecast is red, whatever the rest."""


class ForecastAccuracy(RatedKpi):
    key = "forecast_accuracy"
    number = 18
    title = _("Capacity forecast error")
    about = _(
        "The sum of the absolute errors of all resources by the sum of what was used (weighted absolute percentage error), of "
        "forecasts that were frozen at least a quarter before; beside it the bias: above 0, more was forecast than used."
    )
    connect = _("Enter or push forecast and use of each resource.")
    guard = _("Incidents from saturation, and what stood idle")
    heading = Heading.ENGINEERING
    unit = Unit.SHARE
    better = Better.DOWN
    lines = Lines(green=0.10, red=0.20, better=Better.DOWN)
    beside = (
        Beside("idle", _("of what was provided idle"), Unit.SHARE, guard=True),
        Beside("saturated", _("incidents from saturation"), guard=True),
        Beside("bias", _("bias: above 0, more was forecast than used"), Unit.SHARE),
    )
    fields = (
        Field(name="forecast", label=_("Forecast")),
        Field(name="actual", label=_("Used"), low=1e-9),
        Field(name="provided", label=_("Provided"), required=False),
        Field(name="saturated", label=_("Incidents from saturation"), whole=True, required=False),
        Field(name="tier_1", label=_("Of a tier-1 service (1) or not (0)"), high=1, whole=True, required=False),
    )

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        used = total(numbers, "actual")
        if not used:
            return Value(lacking=Lacking.NOTHING, maturity=maturity)
        error = float(sum(abs(each["forecast"] - each["actual"]) for each in numbers))
        bias = (total(numbers, "forecast") - used) / used
        found = Value(
            value=error / used,
            numerator=error,
            denominator=used,
            n=len(numbers),
            maturity=maturity,
            parts={"bias": bias, "idle": _idle(numbers), "saturated": total_of(numbers, "saturated")},
        )
        short = any(each.get("tier_1") and each["actual"] > each["forecast"] * (1 + UNDER) for each in numbers)
        return forced(found, Rag.RED) if short else found

    def rate(self, numbers: Mapping[str, float]) -> float | None:
        return abs(numbers["forecast"] - numbers["actual"]) / numbers["actual"] if numbers["actual"] else None


def _idle(numbers: Sequence[Mapping[str, float]]) -> float | None:
    """Of the resources of which somebody said what was provided."""
    known = [each for each in numbers if each.get("provided")]
    provided = total(known, "provided")
    return 1 - total(known, "actual") / provided if provided else None


PLUGIN = ForecastAccuracy()
