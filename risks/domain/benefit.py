"""What a treatment saves, less what it costs: the same years with it and without it."""

from __future__ import annotations

from collections.abc import Sequence
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
    before = drawn(estimate, trials=trials, seed=seed, years=treatment.years)
    after = treated(estimate, [treatment], trials=trials, seed=seed, years=treatment.years)
    cost = _chosen(treatment.one_off, "one-off cost", of=treatment, trials=trials, seed=seed)
    cost = cost + treatment.years * _chosen(treatment.yearly, "yearly cost", of=treatment, trials=trials, seed=seed)
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


def treated(estimate: Estimate, treatments: Sequence[Treatment], *, trials: int, seed: int, years: float = 1) -> Floats:
    """The loss of `years` for each trial where all of the treatments work: their factors multiply, so that two together save
    less than their sum. The trials are those of `money.drawn` without them.
    """
    rate_factors, loss_factors = np.ones(trials), np.ones(trials)
    for one in treatments:
        rate_factors *= _factors(one.rate, "rate factor", of=one, trials=trials, seed=seed)
        loss_factors *= _factors(one.loss, "loss factor", of=one, trials=trials, seed=seed)
    return drawn(estimate, trials=trials, seed=seed, years=years, rate_factors=rate_factors) * loss_factors


def _factors(interval: Range, purpose: str, *, of: Treatment, trials: int, seed: int) -> Floats:
    factors = _chosen(interval, purpose, of=of, trials=trials, seed=seed)
    return np.minimum(factors, 1.0) if interval.high <= 1 else factors


def _chosen(interval: Range, purpose: str, *, of: Treatment, trials: int, seed: int) -> Floats:
    if interval.is_point:
        return np.full(trials, float(interval.low))
    shape = fitted(interval)
    numbers = np.arange(trials, dtype=np.int64)
    return np.asarray(np.exp(shape.mu + shape.sigma * stream(seed, of.key, purpose).normal(numbers)))


def _spread(values: Floats) -> Spread:
    p5, p50, p95 = (float(each) for each in np.quantile(values, (0.05, 0.5, 0.95)))
    return Spread(p5, p50, p95, float(values.mean()), float(values.std()) / sqrt(values.size))
