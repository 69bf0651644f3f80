"""What the treatments of a risk are worth: the same simulated years with each of them and without."""

from __future__ import annotations

from dataclasses import dataclass

from risks.domain.benefit import NOTHING, UNCHANGED, Benefit
from risks.domain.benefit import Treatment as Effect
from risks.domain.lognormal import Range
from risks.models import RiskEstimate, Treatment, TreatmentState, Unit
from risks.queries.estimates import estimate_of, worth


@dataclass(frozen=True, slots=True)
class Worth:
    """Of a treatment by one estimate. `benefit` None: nobody has said what it changes.

    `has_cost`: somebody has said what it costs, in the currency of the estimate; else only what it saves means anything.
    """

    treatment: Treatment
    row: RiskEstimate
    benefit: Benefit | None
    has_cost: bool

    @property
    def pays(self) -> float | None:
        """The probability that it saves more than it costs; None where either is not known."""
        return self.benefit.pays if self.benefit is not None and self.has_cost else None

    @property
    def foreign(self) -> str:
        """The currency of what it costs, where that is not the one of the estimate."""
        said = has_cost(self.treatment) and self.row.unit == Unit.MONEY
        return self.treatment.cost_currency if said and not self.has_cost else ""


def has_effect(row: Treatment) -> bool:
    return row.rate_factor_low is not None or row.loss_factor_low is not None


def has_cost(row: Treatment) -> bool:
    return row.one_off_low is not None or row.yearly_low is not None


def worths(rows: list[Treatment], estimate: RiskEstimate) -> tuple[Worth, ...]:
    """Of those that are not dropped, in their order. Each is taken alone: two together save less than their sum."""
    return tuple(worth_of(row, estimate) for row in rows if row.state != TreatmentState.DROPPED)


def worth_of(row: Treatment, estimate: RiskEstimate) -> Worth:
    """Nothing is subtracted from losses in another currency."""
    costs = estimate.unit == Unit.MONEY and estimate.currency == row.cost_currency and has_cost(row)
    if not has_effect(row):
        return Worth(row, estimate, None, costs)
    found = worth(estimate_of(estimate), effect(row, costs=costs), seed=estimate.seed)
    return Worth(row, estimate, found, costs)


def effect(row: Treatment, *, costs: bool) -> Effect:
    """As the domain takes it; `costs`: they are in the unit of the losses."""
    return Effect(
        key=f"TREATMENT-{row.pk}",
        rate=_range(row.rate_factor_low, row.rate_factor_high, UNCHANGED),
        loss=_range(row.loss_factor_low, row.loss_factor_high, UNCHANGED),
        one_off=_range(row.one_off_low, row.one_off_high, NOTHING) if costs else NOTHING,
        yearly=_range(row.yearly_low, row.yearly_high, NOTHING) if costs else NOTHING,
        years=row.years,
    )


def _range(low: float | None, high: float | None, otherwise: Range) -> Range:
    return otherwise if low is None or high is None else Range(low, high)
