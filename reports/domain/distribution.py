"""Values of teams side by side: the middle of them, and where each stands on a common scale. Nothing here orders them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from statistics import median, quantiles
from typing import Final

STEPS: Final = (1, 2, 2.5, 5, 10)
MOST_TICKS: Final = 5
MIN_FOR_HALVES: Final = 4
"""Fewer values have no quarters worth the name."""


@dataclass(frozen=True, slots=True)
class Spread:
    """`low` and `high` hold the middle half; None of fewer than four values."""

    n: int
    median: float
    low: float | None
    high: float | None


def spread(values: Sequence[float]) -> Spread | None:
    """None of no value."""
    known = [value for value in values if isfinite(value)]
    if not known:
        return None
    if len(known) < MIN_FOR_HALVES:
        return Spread(len(known), median(known), None, None)
    low, middle, high = quantiles(known, n=4, method="inclusive")
    return Spread(len(known), middle, low, high)


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, with round `ticks`."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high one; what lies beyond stands at the edge."""
        if self.high <= self.low:
            return 0.5
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def axis(values: Sequence[float], *, most: float | None = None) -> Axis:
    """That holds all values and zero, in round steps; `most`: where the scale ends in any case (1 for a share)."""
    known = [value for value in values if isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    low = min(0.0, low)
    high = max(high, low)
    if high == low:
        high = low + 1.0
    step = _round_step((high - low) / (MOST_TICKS - 1))
    first, last = floor(low / step), ceil(high / step - 1e-9)
    end = last * step if most is None else min(last * step, most)
    ticks = tuple(float(f"{n * step:.12g}") for n in range(first, last + 1) if n * step <= end * (1 + 1e-9))
    return Axis(float(f"{first * step:.12g}"), float(f"{end:.12g}"), ticks)


def _round_step(rough: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is no smaller."""
    power: float = 10.0 ** floor(log10(rough))
    return next(float(each * power) for each in STEPS if each * power >= rough * (1 - 1e-9))
