"""All risks together: their sum in each simulated year, and where it goes beyond what is tolerated.

Risks are taken as independent: that one comes true makes no other more likely. Where they share a cause, the tail is longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, log, prod, sqrt
from typing import Final

import numpy as np

from risks.domain.benefit import Treatment, treated
from risks.domain.draws import Floats
from risks.domain.lognormal import Refused, Unfit, fitted
from risks.domain.money import TRIALS, Estimate, Figures, Simulated, drawn, figures

GRID: Final = 200
TAIL: Final = 0.05
"""The share of years that are called the worst: one in twenty."""
RISK_YEARS: Final = 5_000_000
MOST_EVENTS: Final = 40_000_000
FEWEST_TRIALS: Final = 1_000
Z975: Final = 1.959963984540054
NO_PLAN: Final[Mapping[str, Sequence[Treatment]]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """`risks` in the order of the estimates; `tail` is what each of them costs in the mean of the worst years (TAIL of them).

    The parts of the tail add up to its mean, so a risk that seldom comes true, but then with the worst, is seen. Source: Tasche
    1999, Risk contributions and performance measurement, TU München (the expected shortfall, allocated).

    `after_plan` is the sum in the same years where every treatment works; None where there is none.
    """

    risks: tuple[Figures, ...]
    total: Simulated
    tail: tuple[float, ...]
    after_plan: Simulated | None = None


def trials_for(estimates: Sequence[Estimate]) -> int:
    """How many years a portfolio is worth: TRIALS for few risks; fewer for many of them, or for events by the hundred."""
    events = sum(fitted(each.rate).mean for each in estimates)
    most = min(RISK_YEARS / max(1, len(estimates)), MOST_EVENTS / max(1.0, events))
    return int(min(TRIALS, max(FEWEST_TRIALS, most)))


def portfolio(
    estimates: Sequence[Estimate],
    *,
    trials: int = TRIALS,
    seed: int,
    plan: Mapping[str, Sequence[Treatment]] = NO_PLAN,
) -> Portfolio | None:
    """None of nothing. Only one risk's trials are held at a time, beside the sums. `plan`: treatments by the key of an estimate.

    Raises:
        ValueError: two estimates share a key, and so would their draws.
    """
    if len({each.key for each in estimates}) < len(estimates):
        raise ValueError("Each estimate of a portfolio needs a key of its own")
    if not estimates:
        return None
    total, planned = np.zeros(trials), np.zeros(trials)
    each = tuple(_added(one, total, planned, plan=plan.get(one.key, ()), seed=seed) for one in estimates)
    worst = np.sort(np.argsort(total, kind="stable")[-ceil(trials * TAIL) :])
    tail = tuple(float(drawn(one, trials=trials, seed=seed, only=worst).mean()) for one in estimates)
    expected, zero_year = sum(one.expected for one in each), prod(one.zero_year for one in each)
    after = None
    if any(plan.get(one.key) for one in estimates):
        # The exact mean less what the same years save: what they miss of the mean, they miss in both.
        left = expected - float((total - planned).mean())
        after = _summed(planned, expected=left, zero_year=float((planned == 0).mean()), seed=seed)
    return Portfolio(each, _summed(total, expected=expected, zero_year=zero_year, seed=seed), tail, after)


def _summed(total: Floats, *, expected: float, zero_year: float, seed: int) -> Simulated:
    total.sort()
    return Simulated(figures(total, expected=expected, zero_year=zero_year, seed=seed), total)


def _added(estimate: Estimate, total: Floats, planned: Floats, *, plan: Sequence[Treatment], seed: int) -> Figures:
    losses = drawn(estimate, trials=total.size, seed=seed)
    total += losses
    planned += treated(estimate, plan, trials=total.size, seed=seed) if plan else losses
    return figures(losses, expected=estimate.expected, zero_year=estimate.zero_year, seed=seed)


def sure_within(simulation: Simulated, share: float) -> tuple[float, float]:
    """Where the loss that `share` of the years stay below lies with 95 % certainty, whatever the losses are distributed like.

    Source: David and Nagaraja 2003, Order Statistics, 3rd edition, section 7.1.
    """
    n = simulation.losses.size
    middle, half = n * share, Z975 * sqrt(n * share * (1 - share))
    low, high = max(0, floor(middle - half) - 1), min(n - 1, ceil(middle + half))
    return float(simulation.losses[low]), float(simulation.losses[high])


def curve(
    simulation: Simulated, tolerance: Tolerance | None = None, *, points: int = GRID
) -> tuple[tuple[float, float], ...]:
    """(loss, the chance that a year costs more), evenly over the logarithm of the loss; none where no trial has an event.

    From where nearly every year with an event costs more to one year in a thousand, and over all that the tolerance speaks of.
    """
    hit = simulation.losses[np.searchsorted(simulation.losses, 0, side="right") :]
    if not hit.size:
        return ()
    ends = [float(np.quantile(hit, 0.01)), float(np.quantile(hit, 0.99)), float(np.quantile(simulation.losses, 0.999))]
    if tolerance is not None:
        ends += [tolerance.points[0][0], tolerance.points[-1][0]]
    first = min(each for each in ends if each > 0)
    return tuple((float(x), simulation.exceedance(float(x))) for x in np.geomspace(first, max(ends), points))


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Points (loss, the largest chance that a year may cost more), straight between them over the logarithm of the loss.

    Nothing is said of losses below the first point; beyond the last, its chance holds on.

    Raises:
        Refused: the points are no curve.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        for loss, chance in self.points:
            if not (isfinite(loss) and isfinite(chance)):
                raise Refused(Unfit.NOT_A_NUMBER, "Each point is a loss and a chance.")
            if loss <= 0 or not 0 <= chance <= 1:
                raise Refused(Unfit.NO_CURVE, "A loss is above zero, and a chance lies between 0 and 1.")
        falls = all(low < high and often >= rare for (low, often), (high, rare) in pairwise(self.points))
        if not self.points or not falls:
            raise Refused(Unfit.NO_CURVE, "A larger loss may not be tolerated more often than a smaller one.")

    def at(self, loss: float) -> float:
        """The largest chance that is tolerated; 1 below the first point."""
        if loss < self.points[0][0]:
            return 1.0
        losses, chances = zip(*self.points, strict=True)
        return float(np.interp(log(loss), np.log(losses), chances))


@dataclass(frozen=True, slots=True)
class Beyond:
    """From `low` to `high`, losses are likelier than tolerated; at `worst`, most so."""

    low: float
    high: float
    worst: float
    chance: float
    tolerated: float


def beyond(simulation: Simulated, tolerance: Tolerance) -> tuple[Beyond, ...]:
    """Where the loss exceedance curve lies above the tolerance; its points are looked at exactly, between them a fine grid."""
    first, last = tolerance.points[0][0], tolerance.points[-1][0]
    end = max(last, float(simulation.losses[-1]))
    losses = sorted({loss for loss, _chance in tolerance.points} | {float(x) for x in np.geomspace(first, end, GRID)})
    found: list[Beyond] = []
    run: list[Beyond] = []
    for loss in losses:
        chance, tolerated = simulation.exceedance(loss), tolerance.at(loss)
        if chance > tolerated:
            run.append(Beyond(loss, loss, loss, chance, tolerated))
        elif run:
            found.append(_joined(run))
            run = []
    return (*found, _joined(run)) if run else tuple(found)


def _joined(run: Sequence[Beyond]) -> Beyond:
    worst = max(run, key=lambda each: each.chance - each.tolerated)
    return Beyond(run[0].low, run[-1].high, worst.worst, worst.chance, worst.tolerated)
