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

    `has_cost`: somebody has said what it costs, and the unit is money; else only what it saves means anything.
    """

    treatment: Treatment
    row: RiskEstimate
    benefit: Benefit | None
    has_cost: bool

    @property
    def pays(self) -> float | None:
        """The probability that it saves more than it costs; None where either is not known."""
        return self.benefit.pays if self.benefit is not None and self.has_cost else None


def has_effect(row: Treatment) -> bool:
    return row.rate_factor_low is not None or row.loss_factor_low is not None


def has_cost(row: Treatment) -> bool:
    return row.one_off_low is not None or row.yearly_low is not None


def worths(rows: list[Treatment], estimate: RiskEstimate) -> tuple[Worth, ...]:
    """Of those that are not dropped, in their order. Each is taken alone: two together save less than their sum."""
    return tuple(worth_of(row, estimate) for row in rows if row.state != TreatmentState.DROPPED)


def worth_of(row: Treatment, estimate: RiskEstimate) -> Worth:
    in_money = estimate.unit == Unit.MONEY
    if not has_effect(row):
        return Worth(row, estimate, None, in_money and has_cost(row))
    found = worth(estimate_of(estimate), effect(row, in_money=in_money), seed=estimate.seed)
    return Worth(row, estimate, found, in_money and has_cost(row))


def effect(row: Treatment, *, in_money: bool) -> Effect:
    """As the domain takes it; costs are money, and nothing where losses are minutes."""
    return Effect(
        key=f"TREATMENT-{row.pk}",
        rate=_range(row.rate_factor_low, row.rate_factor_high, UNCHANGED),
        loss=_range(row.loss_factor_low, row.loss_factor_high, UNCHANGED),
        one_off=_range(row.one_off_low, row.one_off_high, NOTHING) if in_money else NOTHING,
        yearly=_range(row.yearly_low, row.yearly_high, NOTHING) if in_money else NOTHING,
        years=row.years,
    )


def _range(low: float | None, high: float | None, otherwise: Range) -> Range:
    return otherwise if low is None or high is None else Range(low, high)
