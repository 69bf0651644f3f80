"""KPI 18: how far forecasts of capacity were off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from reports.domain.values import Better, Lacking, Lines, Maturity, Rag, Unit, Value, forced
from reports.kpis._base import Beside, Heading
from reports.kpis._entered import Field, RatedKpi, total, total_of

AHEAD = 90
"""Days before the first day of the period by which a forecast must have been frozen: later it is no forecast of a quarter."""
UNDER = 0.2
"""A tier-1 resource that needed so much more than was forecast is red, whatever the rest."""


class ForecastAccuracy(RatedKpi):
    key = "forecast_accuracy"
    number = 18
    title = _("Capacity forecast error")
    about = _(
        "The sum of the absolute errors of all resources by the sum of what was used (weighted absolute percentage error), of "
        "forecasts that were frozen at least 90 days before; beside it the bias: above 0, more was forecast than used. One that "
        "is said to be younger is left out. Red also where a tier-1 resource needed more than 20 % above its forecast."
    )
    connect = _("Enter or push forecast and use of each resource.")
    guard = _("Incidents from saturation, and what stood idle")
    heading = Heading.ENGINEERING
    unit = Unit.SHARE
    better = Better.DOWN
    lines = Lines(green=0.10, red=0.20, better=Better.DOWN)
    definition = 2
    beside = (
        Beside("idle", _("of what was provided idle"), Unit.SHARE, guard=True),
        Beside("saturated", _("incidents from saturation"), guard=True),
        Beside("bias", _("bias: above 0, more was forecast than used"), Unit.SHARE, listed=True),
        Beside("undated", _("forecasts of which nobody said when they were frozen")),
        Beside("under", _("tier-1 resources that needed over 20 % more than was forecast")),
    )
    fields = (
        Field(name="forecast", label=_("Forecast")),
        Field(name="actual", label=_("Used"), low=1e-9),
        Field(name="provided", label=_("Provided"), required=False),
        Field(name="saturated", label=_("Incidents from saturation"), whole=True, required=False),
        Field(name="tier_1", label=_("Of a tier-1 service (1) or not (0)"), high=1, whole=True, required=False),
        Field(name="ahead_days", label=_("Days from its freezing to the first day"), whole=True, required=False),
    )

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        everything, numbers = len(numbers), [each for each in numbers if each.get("ahead_days", AHEAD) >= AHEAD]
        used, young = total(numbers, "actual"), everything - len(numbers)
        if not used:
            return Value(lacking=Lacking.FEW if young else Lacking.NOTHING, excluded=young, maturity=maturity)
        error = float(sum(abs(each["forecast"] - each["actual"]) for each in numbers))
        bias = (total(numbers, "forecast") - used) / used
        short = sum(bool(each.get("tier_1")) and each["actual"] > each["forecast"] * (1 + UNDER) for each in numbers)
        found = Value(
            value=error / used,
            numerator=error,
            denominator=used,
            n=len(numbers),
            excluded=young,
            maturity=maturity,
            parts={
                "bias": bias,
                "idle": _idle(numbers),
                "saturated": total_of(numbers, "saturated"),
                "undated": float(sum("ahead_days" not in each for each in numbers)),
                "under": float(short),
            },
        )
        return forced(found, Rag.RED) if short else found

    def rate(self, numbers: Mapping[str, float]) -> float | None:
        return abs(numbers["forecast"] - numbers["actual"]) / numbers["actual"] if numbers["actual"] else None


def _idle(numbers: Sequence[Mapping[str, float]]) -> float | None:
    """Of the resources of which somebody said what was provided."""
    known = [each for each in numbers if each.get("provided")]
    provided = total(known, "provided")
    return 1 - total(known, "actual") / provided if provided else None


PLUGIN = ForecastAccuracy()
