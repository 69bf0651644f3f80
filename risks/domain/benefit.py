"""What a treatment saves, less what it costs: the same years with it and without it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from risks.domain.draws import Floats, stream
from risks.domain.lognormal import Range, Refused, Unfit, fitted
from risks.domain.money import TRIALS, Estimate, drawn

LONGEST: Final = 30
STRONGEST: Final = 10.0
"""Some measures make what happens rarely worse when it does; ten times is a new risk."""
UNCHANGED: Final = Range(1, 1)
NOTHING: Final = Range(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """`rate` and `loss` are factors: a rate of 0.2 to 0.5 means that between half and four fifths of the events stay away.

    A factor whose high end is at most 1 is never drawn above 1: what is said to help never harms. Costs are in the unit of
    the loss, `one_off` once and `yearly` in each of `years`; neither costs nor savings are discounted.

    Raises:
        Refused: the factors or the years have no meaning.
    """

    key: str
    rate: Range = UNCHANGED
    loss: Range = UNCHANGED
    one_off: Range = NOTHING
    yearly: Range = NOTHING
    years: int = 1

    def __post_init__(self) -> None:
        if max(self.rate.high, self.loss.high) > STRONGEST:
            raise Refused(Unfit.TOO_LARGE, f"What grows more than {STRONGEST:.0f} times is a new risk.")
        if not 1 <= self.years <= LONGEST:
            raise Refused(Unfit.NO_YEARS, f"Benefits are counted over 1 to {LONGEST} years.")


@dataclass(frozen=True, slots=True)
class Spread:
    p5: float
    p50: float
    p95: float
    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """Over `years`. `pays` is the chance that the treatment saves more than it costs."""

    saved: Spread
    cost: Spread
    net: Spread
    pays: float
    years: int
    trials: int
    seed: int


def benefit(estimate: Estimate, treatment: Treatment, *, trials: int = TRIALS, seed: int) -> Benefit:
    numbers = np.arange(trials, dtype=np.int64)

    def chosen(interval: Range, purpose: str) -> Floats:
        if interval.is_point:
            return np.full(trials, float(interval.low))
        shape = fitted(interval)
        return np.asarray(np.exp(shape.mu + shape.sigma * stream(seed, treatment.key, purpose).normal(numbers)))

    rate_factors = _capped(chosen(treatment.rate, "rate factor"), treatment.rate)
    loss_factors = _capped(chosen(treatment.loss, "loss factor"), treatment.loss)
    before = drawn(estimate, trials=trials, seed=seed, years=treatment.years)
    after = drawn(estimate, trials=trials, seed=seed, years=treatment.years, rate_factors=rate_factors) * loss_factors
    cost = chosen(treatment.one_off, "one-off cost") + treatment.years * chosen(treatment.yearly, "yearly cost")
    saved = before - after
    net = saved - cost
    return Benefit(
        saved=_spread(saved),
        cost=_spread(cost),
        net=_spread(net),
        pays=float((net > 0).mean()),
        years=treatment.years,
        trials=trials,
        seed=seed,
    )


def _capped(factors: Floats, interval: Range) -> Floats:
    return np.minimum(factors, 1.0) if interval.high <= 1 else factors


def _spread(values: Floats) -> Spread:
    p5, p50, p95 = (float(each) for each in np.quantile(values, (0.05, 0.5, 0.95)))
    return Spread(p5, p50, p95, float(values.mean()), float(values.std()) / sqrt(values.size))
