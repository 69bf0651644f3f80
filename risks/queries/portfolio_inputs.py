"""What a portfolio is simulated from: the newest estimate of every risk that can still happen, what is planned, and tolerated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from risks.domain.benefit import Treatment as Effect
from risks.domain.lognormal import Refused
from risks.domain.money import Estimate
from risks.domain.treatment_states import PENDING
from risks.models import Risk, RiskEstimate, Treatment, Unit
from risks.queries.benefits import effect, has_effect
from risks.queries.estimates import estimate_of, key_of
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
    of `unfit` no distribution fits. `currency` is empty for minutes. `plan` are the treatments of those that are held, as far as
    they are planned or in progress and somebody said what they change, by the key of the estimate; of `silent` nobody said.
    """

    unit: Unit
    currency: str
    held: tuple[Input, ...]
    missing: tuple[int, ...]
    other_currency: tuple[int, ...]
    unfit: tuple[int, ...]
    curve: Curve | None
    plan: Mapping[str, tuple[Effect, ...]] = field(default_factory=dict)
    silent: int = 0

    @property
    def stamp(self) -> str:
        """The same for the same inputs."""
        estimates = [each.row.pk for each in self.held]
        curve = self.curve.version if self.curve is not None else None
        plan = sorted((each.key, each.rate, each.loss) for found in self.plan.values() for each in found)
        left_out = (self.missing, self.other_currency, self.unfit)
        said = (self.unit.value, self.currency, estimates, *left_out, curve, plan, self.silent)
        return blake2b(repr(said).encode(), digest_size=8).hexdigest()


def inputs(unit: Unit) -> Inputs:
    """Accepted risks can still happen; closed ones cannot. Five statements at most, whatever the number."""
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
    plan, silent = _plan([each.row.risk_id for each in held])
    return Inputs(
        unit, currency, tuple(held), tuple(missing), tuple(other), tuple(unfit), newest(unit), plan=plan, silent=silent
    )


def _plan(risks: Collection[int]) -> tuple[dict[str, tuple[Effect, ...]], int]:
    """Treatments that are not in place yet: what is in place, the estimate knows already."""
    found: defaultdict[str, tuple[Effect, ...]] = defaultdict(tuple)
    silent = 0
    for row in Treatment.objects.filter(risk__in=risks, state__in=PENDING).order_by("pk"):
        if has_effect(row):
            found[key_of(row.risk_id)] += (effect(row, costs=False),)
        else:
            silent += 1
    return dict(found), silent


def _fitting(row: RiskEstimate) -> Estimate | None:
    try:
        return estimate_of(row)
    except Refused:
        return None
