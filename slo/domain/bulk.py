"""The same figures for thousands of objectives at once: arrays in, arrays out, NaN for "no number".

Each function agrees with its scalar twin (budget, burn, bands), which is the definition.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from slo.domain.bands import AT_RISK_BELOW, NOISE, Band
from slo.domain.counts import SLACK, Array
from slo.domain.coverage import MIN_COVERAGE

Mask = NDArray[np.bool_]

# Index in this order is what `bands` returns.
BANDS = (Band.BREACHED, Band.AT_RISK, Band.HEALTHY, Band.NO_DATA)


def error_ratios(bad: Array, total: Array) -> Array:
    """Bad / total, NaN without traffic."""
    ratios: Array = np.full(np.broadcast(bad, total).shape, np.nan)
    np.divide(bad, total, out=ratios, where=total != 0)
    return ratios


def burns(bad: Array, total: Array, *, error_budget: Array) -> Array:
    """Burn rates; `error_budget` broadcasts against the counts ((objectives, 1) for (objectives, windows))."""
    return error_ratios(bad, total) / error_budget


def remaining(bad: Array, total: Array, *, error_budget: Array) -> Array:
    """1 - consumed, signed."""
    return 1 - burns(bad, total, error_budget=error_budget)


def covered(covered_s: Array, expected_s: Array) -> Mask:
    """Whether coverage is enough. False where nothing is expected."""
    enough: Mask = (expected_s > 0) & (covered_s >= MIN_COVERAGE * expected_s)
    return enough


def fires(*, burn_long: Array, burn_short: Array, bad_long: Array, factor: Array, min_failures: Array) -> Mask:
    """The rule itself; the caller freezes where `covered` is false. NaN burns do not fire."""
    limit = factor * (1 + SLACK)
    firing: Mask = (burn_long > limit) & (burn_short > limit) & (bad_long >= min_failures)
    return firing


def bands(left: Array, *, firing: Mask) -> NDArray[np.intp]:
    """Index into BANDS of each remaining budget (NaN: no data)."""
    chosen: NDArray[np.intp] = np.select(
        [np.isnan(left), left < -NOISE, firing | (left < AT_RISK_BELOW)], [3, 0, 1], default=2
    )
    return chosen
