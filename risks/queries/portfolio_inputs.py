"""What a portfolio is simulated from: the newest estimate of every risk that can still happen, and what is tolerated."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from risks.domain.lognormal import Refused
from risks.domain.money import Estimate
from risks.models import Risk, RiskEstimate, Unit
from risks.queries.estimates import estimate_of
from risks.queries.tolerance import Curve, money_settings, newest

WORK: Final = "risks.portfolio"
"""The kind of the work that simulates; its key is the unit."""


@dataclass(frozen=True, slots=True)
class Input:
    row: RiskEstimate
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Inputs:
    """Ids of risks in their order. `missing` have no estimate in the unit, `other_currency` one in another than `currency`;
    of `unfit` no distribution fits. `currency` is empty for minutes.
    """

    unit: Unit
    currency: str
    held: tuple[Input, ...]
    missing: tuple[int, ...]
    other_currency: tuple[int, ...]
    unfit: tuple[int, ...]
    curve: Curve | None

    @property
    def stamp(self) -> str:
        """The same for the same inputs."""
        estimates = [each.row.pk for each in self.held]
        curve = self.curve.version if self.curve is not None else None
        said = (self.unit.value, self.currency, estimates, self.missing, self.other_currency, self.unfit, curve)
        return blake2b(repr(said).encode(), digest_size=8).hexdigest()


def inputs(unit: Unit) -> Inputs:
    """Accepted risks can still happen; closed ones cannot. Four statements at most, whatever the number."""
    alive = Risk.objects.alive().order_by("pk")
    currency = money_settings().currency if unit == Unit.MONEY else ""
    rows = {row.risk_id: row for row in RiskEstimate.objects.filter(pk__in=alive.order_by().values(unit.value))}
    held, missing, other, unfit = [], [], [], []
    for risk in alive.values_list("pk", flat=True):
        row = rows.get(risk)
        if row is None:
            missing.append(risk)
        elif row.currency != currency:
            other.append(risk)
        elif (estimate := _fitting(row)) is None:
            unfit.append(risk)
        else:
            held.append(Input(row, estimate))
    return Inputs(unit, currency, tuple(held), tuple(missing), tuple(other), tuple(unfit), newest(unit))


def _fitting(row: RiskEstimate) -> Estimate | None:
    try:
        return estimate_of(row)
    except Refused:
        return None
