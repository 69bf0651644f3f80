"""All risks together: their sum in each simulated year, and where it goes beyond what is tolerated.

Risks are taken as independent: that one comes true makes no other more likely. Where they share a cause, the tail is longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, log, prod
from typing import Final

import numpy as np

from risks.domain.draws import Floats
from risks.domain.lognormal import Refused, Unfit
from risks.domain.money import TRIALS, Estimate, Figures, Simulated, drawn, figures

GRID: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """`risks` in the order of the estimates."""

    risks: tuple[Figures, ...]
    total: Simulated


def portfolio(estimates: Sequence[Estimate], *, trials: int = TRIALS, seed: int) -> Portfolio | None:
    """None of nothing. Only one risk's trials are held at a time, beside the sum.

    Raises:
        ValueError: two estimates share a key, and so would their draws.
    """
    if len({each.key for each in estimates}) < len(estimates):
        raise ValueError("Each estimate of a portfolio needs a key of its own")
    if not estimates:
        return None
    total = np.zeros(trials)
    each = tuple(_added(estimate, total, seed=seed) for estimate in estimates)
    total.sort()
    summed = figures(
        total,
        expected=sum(one.expected for one in each),
        zero_year=prod(one.zero_year for one in each),
        seed=seed,
    )
    return Portfolio(each, Simulated(summed, total))


def _added(estimate: Estimate, total: Floats, *, seed: int) -> Figures:
    losses = drawn(estimate, trials=total.size, seed=seed)
    total += losses
    return figures(losses, expected=estimate.expected, zero_year=estimate.zero_year, seed=seed)


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
