"""What a risk costs a year: a Poisson number of events, each with a lognormal loss.

The rate of events is itself known as a range only: one is drawn for each simulated year, so that what nobody knows widens the
result (a mixed Poisson). A rate that is a point stays fixed. Losses may be money or customer minutes: the unit is the caller's.
Figures that have a closed form are not simulated.

Source: Klugman, Panjer and Willmot 2019, Loss Models, 5th edition, chapters 7 (mixed frequency) and 9 (aggregate losses);
The Open Group 2021, Risk Analysis (O-RA) 2.0.1, which is FAIR.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, pi, sqrt
from typing import Final

import numpy as np

from risks.domain.draws import Floats, Ints, poisson, stream
from risks.domain.lognormal import Lognormal, Range, Refused, Unfit, fitted

TRIALS: Final = 100_000
MOST_TRIALS: Final = 1_000_000
MOST_OFTEN: Final = 1_000.0
"""Events a year. What happens more often is no risk but a rate, and has an SLO."""
MOST_DRAWN: Final = 10_000
"""Events that are drawn in a trial; where there are more, these stand for all: the mean stays, the spread grows."""
MOST_EVENTS: Final = 4_000_000
"""Events that are drawn for one answer, about; with more, fewer years are simulated, and the standard error says so."""
FEWEST_TRIALS: Final = 2_000
_BLOCK: Final = 1 << 16
_PLACES: Final = 20
"""Bits of an event's number; above them stands the trial's."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`rate` in events a year, `loss` per event. What has the same `key` shares its draws: keep it from before to after.

    Raises:
        Refused: no distribution fits.
    """

    key: str
    rate: Range
    loss: Range

    def __post_init__(self) -> None:
        if self.rate.low == 0 or self.loss.low == 0:
            raise Refused(
                Unfit.NOT_POSITIVE, "The low end must be above zero: give the smallest that would not surprise."
            )
        if self.rate.high > MOST_OFTEN:
            raise Refused(
                Unfit.TOO_OFTEN, f"More than {MOST_OFTEN:,.0f} events a year are no risk but a rate: set an SLO."
            )
        if self.loss.is_point:
            raise Refused(Unfit.LOW_NOT_BELOW_HIGH, "The low end must be below the high end.")

    @property
    def expected(self) -> float:
        """The mean loss of a year, in closed form."""
        return fitted(self.rate).mean * fitted(self.loss).mean

    @property
    def variance(self) -> float:
        """Of a year's loss, in closed form."""
        rate, loss = fitted(self.rate), fitted(self.loss)
        return rate.mean * loss.second_moment + rate.variance * loss.mean**2

    @property
    def zero_year(self) -> float:
        """The chance of a year without an event, without simulation."""
        rate = fitted(self.rate)
        if not rate.sigma:
            return exp(-rate.mean)
        z, step = np.linspace(-9, 9, 1_801, retstep=True)
        chance = np.exp(-z * z / 2 - np.exp(rate.mu + rate.sigma * z))
        return float(chance.sum() * step) / sqrt(2 * pi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of a year. `expected` and `zero_year` are exact; `mean` is what the trials gave, `standard_error` how far it may be off."""

    expected: float
    zero_year: float
    mean: float
    standard_error: float
    p50: float
    p80: float
    p95: float
    p99: float
    trials: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """`losses` of each trial's year, ascending."""

    figures: Figures
    losses: Floats

    def exceedance(self, loss: float) -> float:
        """The chance that a year costs more than `loss`."""
        return 1 - float(np.searchsorted(self.losses, loss, side="right")) / self.losses.size

    def curve(self, points: int) -> tuple[tuple[float, float], ...]:
        """(loss, the chance that a year costs more), evenly over the logarithm of the loss and ever rarer; none where no trial
        has an event.

        It begins where nearly every year with an event costs more, and ends at one year in a thousand.
        """
        hit = self.losses[np.searchsorted(self.losses, 0, side="right") :]
        if not hit.size:
            return ()
        first, last = np.quantile(hit, 0.01), max(np.quantile(hit, 0.99), np.quantile(self.losses, 0.999))
        return tuple((float(loss), self.exceedance(float(loss))) for loss in np.geomspace(first, last, points))


def simulated(estimate: Estimate, *, trials: int = TRIALS, seed: int) -> Simulated:
    losses = np.sort(drawn(estimate, trials=trials, seed=seed))
    return Simulated(figures(losses, expected=estimate.expected, zero_year=estimate.zero_year, seed=seed), losses)


def enough(rate: Range, *, years: float = 1) -> int:
    """How many trials an answer is worth: TRIALS, and fewer where they would draw more than MOST_EVENTS."""
    shape = fitted(rate)
    z = np.linspace(-4, 4, 161)
    events = np.minimum(np.exp(shape.mu + shape.sigma * z) * years, MOST_DRAWN)
    mean = float((events * np.exp(-z * z / 2)).sum() / np.exp(-z * z / 2).sum())
    return int(min(TRIALS, max(FEWEST_TRIALS, MOST_EVENTS / mean)))


def figures(losses: Floats, *, expected: float, zero_year: float, seed: int) -> Figures:
    p50, p80, p95, p99 = (float(each) for each in np.quantile(losses, (0.5, 0.8, 0.95, 0.99)))
    trials = losses.size
    return Figures(
        expected=expected,
        zero_year=zero_year,
        mean=float(losses.mean()),
        standard_error=float(losses.std()) / sqrt(trials),
        p50=p50,
        p80=p80,
        p95=p95,
        p99=p99,
        trials=trials,
        seed=seed,
    )


def drawn(
    estimate: Estimate,
    *,
    trials: int,
    seed: int,
    years: float = 1,
    rate_factors: Floats | float = 1.0,
    only: Ints | None = None,
) -> Floats:
    """The loss of `years` for each trial, in the trials' order; `rate_factors`: what the rate is multiplied with, each or all.

    One rate holds for all years of a trial: what nobody knows does not average out over time. `only`: the numbers of the trials
    that are wanted again; they lose what they lost among all.

    Raises:
        ValueError: `trials` are none or too many.
    """
    if not 1 <= trials <= MOST_TRIALS:
        raise ValueError(f"1 to {MOST_TRIALS:,} trials")
    numbers = np.arange(trials, dtype=np.int64) if only is None else only
    rate = fitted(estimate.rate)
    rates = np.full(numbers.size, rate.mean * years)
    if rate.sigma:
        rates = np.exp(rate.mu + rate.sigma * stream(seed, estimate.key, "rate").normal(numbers)) * years
    rates = rates * rate_factors
    events = poisson(stream(seed, estimate.key, "events").uniform(numbers), rates)
    return _summed(events, fitted(estimate.loss), trials=numbers, seed=seed, key=estimate.key)


def _summed(events: Ints, loss: Lognormal, *, trials: Ints, seed: int, key: str) -> Floats:
    losses = np.zeros(events.size)
    source = stream(seed, key, "loss")
    hit = np.flatnonzero(events)
    numbers = np.minimum(events[hit], MOST_DRAWN)
    for begin, end in _blocks(numbers):
        count = numbers[begin:end]
        starts = np.cumsum(count) - count
        index = np.repeat((trials[hit[begin:end]] << _PLACES) - starts, count)
        index += np.arange(index.size)
        each = source.normal(index)
        each *= loss.sigma
        each += loss.mu
        np.exp(each, out=each)
        losses[hit[begin:end]] = np.add.reduceat(each, starts)
    losses[hit] *= events[hit] / numbers
    return losses


def _blocks(numbers: Ints) -> Iterator[tuple[int, int]]:
    """Slices with about as many events as fit into the processor's cache, so that memory stays small."""
    ends = np.cumsum(numbers)
    begin = 0
    while begin < numbers.size:
        before = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _BLOCK, side="right")))
        yield begin, end
        begin = end
