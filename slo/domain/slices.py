"""Ways of counting: events, or slices of time that were good.

A slice is one bucket of the 5-minute grid. A slice without traffic is measured and counts nothing, neither good nor
bad: nobody was served and nobody was failed. (Counting it good would let a night without users pay for a bad day;
the share of time it stands for is not lost, since coverage knows that it was measured.) A gap counts nothing either.

A bucket of hourly backfill is judged as a whole and stands for twelve slices.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import StrEnum

import numpy as np

from slo.domain.counts import SLACK, Array, Buckets
from slo.domain.grid import STEP_S
from slo.domain.refusals import Refusal, Refused


class Method(StrEnum):
    """OCCURRENCES counts events; TIMESLICES counts bad slices of all; RATIO_TIMESLICES adds up each slice's error
    ratio.
    """

    OCCURRENCES = "occurrences"
    TIMESLICES = "timeslices"
    RATIO_TIMESLICES = "ratio_timeslices"


class Comparison(StrEnum):
    """A slice is good when `value comparison limit`."""

    LE = "<="
    LT = "<"
    GE = ">="
    GT = ">"


def parse_slice_target(value: Decimal | int | str) -> Decimal:
    """0 < slice target <= 1; unlike an objective's target it may be 1 (a slice without a single failure).

    Raises: Refused.
    """
    try:
        target = Decimal(value)
    except InvalidOperation:
        target = Decimal("NaN")
    if not target.is_finite() or not 0 < target <= 1:
        raise Refused(
            Refusal.SLICE_TARGET_OUT_OF_RANGE,
            "A slice target is a ratio above 0 and at most 1: the share of good events that makes a slice good.",
            value=str(value),
        )
    return target


def counted(buckets: Buckets, *, method: Method, slice_target: Decimal | None = None) -> Buckets:
    """Event counts per bucket turned into what `method` counts. `slice_target` is for TIMESLICES only."""
    if method is Method.OCCURRENCES:
        return buckets
    slices = np.where(buckets.measured & (buckets.total > 0), buckets.covered_s / STEP_S, 0.0)
    ratio = np.divide(buckets.bad, buckets.total, out=np.zeros_like(slices), where=slices > 0)
    if method is Method.RATIO_TIMESLICES:
        return Buckets(bad=slices * ratio, total=slices, covered_s=buckets.covered_s)
    if slice_target is None:
        raise Refused(Refusal.SLICE_TARGET_OUT_OF_RANGE, "Time slices need a slice target.")
    # 1 of 1000 bad against 0.999 is good; without the slack 0.001 > 1 - 0.999 in floats.
    bad = ratio > float(1 - slice_target) + SLACK
    return Buckets(bad=np.where(bad, slices, 0.0), total=slices, covered_s=buckets.covered_s)


def judged(values: Array, *, comparison: Comparison, limit: float, step_s: int = STEP_S) -> Buckets:
    """Slices of a value against a limit. `values` has shape (groups, buckets): the value at each bucket's end.

    NaN is a gap. An infinity is a value: a quantile beyond the last bucket is +Inf, and slower than any limit.
    """
    measured = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        good = _COMPARE[comparison](values, limit)
    slices = np.where(measured, step_s / STEP_S, 0.0)
    return Buckets(
        bad=np.where(measured & ~good, slices, 0.0),
        total=slices,
        covered_s=np.where(measured, float(step_s), 0.0),
    )


_COMPARE = {
    Comparison.LE: np.less_equal,
    Comparison.LT: np.less,
    Comparison.GE: np.greater_equal,
    Comparison.GT: np.greater,
}
