"""How much of a window was measured. Too little of it, and there is no number rather than a flattering one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from slo.domain.budget import NoDataReason
from slo.domain.windows import Bounds

MIN_COVERAGE = 0.9


class BucketState(StrEnum):
    """MEASURED_EMPTY was measured and had no traffic: it is covered and counts no event. GAP was not measured."""

    MEASURED = "measured"
    MEASURED_EMPTY = "measured_empty"
    GAP = "gap"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Coverage:
    """`covered_s` of `expected_s` seconds were measured; `excluded_s` of them were agreed not to count."""

    covered_s: float
    expected_s: float
    excluded_s: float = 0.0

    @property
    def ratio(self) -> float | None:
        """measured / (expected - excluded); None when nothing was expected."""
        expected_s = self.expected_s - self.excluded_s
        return None if expected_s <= 0 else self.covered_s / expected_s

    @property
    def reason(self) -> NoDataReason | None:
        """Why the window has no number, or None when coverage is enough."""
        if self.ratio is None:
            return NoDataReason.PERIOD_BEGINS
        return NoDataReason.LOW_COVERAGE if self.ratio < MIN_COVERAGE else None


def bucket_state(total: float | None, *, measured: bool, excluded: bool = False) -> BucketState:
    if excluded:
        return BucketState.EXCLUDED
    if not measured or total is None:
        return BucketState.GAP
    return BucketState.MEASURED if total > 0 else BucketState.MEASURED_EMPTY


def coverage(
    covered_s: float,
    *,
    bounds: Bounds,
    started_at: dt.datetime | None,
    excluded_s: float = 0.0,
) -> Coverage:
    """Coverage of the elapsed part of a window.

    Nothing is expected before `started_at`, the instant from which the series is counted: a service that is a day
    old has full coverage of its first day, not a thirtieth of a month. None means that it never was: nothing is
    expected.
    """
    if started_at is None:
        return Coverage(covered_s=covered_s, expected_s=0.0, excluded_s=excluded_s)
    start = max(bounds.start, started_at)
    expected_s = max(0.0, (bounds.until - start).total_seconds())
    return Coverage(covered_s=covered_s, expected_s=expected_s, excluded_s=excluded_s)
