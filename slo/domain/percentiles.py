"""Percentiles of a long time from the sums of classic histogram buckets, never from percentiles of shorter times.

A histogram knows how many requests took at most so long as each of its bounds says, and nothing in between: a percentile is
known to lie in a bucket, and where in it is a guess, so its bucket is told with it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

PER_DOUBLING: Final = 4
DOUBLINGS: Final = 4
SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class BucketSums:
    """How many requests took at most `bounds[i]` seconds: `counts[i]`; the last of `counts`, one more than there are bounds,
    are all of them (the +Inf bucket).

    Raises:
        ValueError: bounds that do not rise or are not finite, counts that fall or are no numbers, or not one count more.
    """

    bounds: tuple[float, ...]
    counts: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.counts) != len(self.bounds) + 1:
            raise ValueError("There is a count for each bound and one for all requests")
        if not all(map(math.isfinite, (*self.bounds, *self.counts))):
            raise ValueError("Bounds and counts are finite")
        if any(low >= high for low, high in pairwise(self.bounds)):
            raise ValueError("Bounds rise")
        if any(less > more for less, more in pairwise((0.0, *self.counts))):
            raise ValueError("Counts of buckets are cumulative and never fall")

    @property
    def total(self) -> float:
        return self.counts[-1]

    def within(self, bound: float) -> float | None:
        """How many took at most `bound` seconds; None where the histogram cannot tell.

        Between two bounds with the same count nothing lies, so that it is known there too.
        """
        at = bisect_left(self.bounds, bound)
        if at < len(self.bounds) and self.bounds[at] == bound:
            return self.counts[at]
        below = self.counts[at - 1] if at else 0.0
        return below if self.counts[at] == below else None


def summed(parts: Iterable[BucketSums]) -> BucketSums | None:
    """Bucket by bucket; None of nothing.

    Where layouts differ, because a service changed its bounds or two services have other ones, the sum has the bounds at which
    each part knows its count. So it is coarser, and never guesses.
    """
    layouts: dict[tuple[float, ...], list[tuple[float, ...]]] = {}
    for part in parts:
        layouts.setdefault(part.bounds, []).append(part.counts)
    same = [BucketSums(bounds, tuple(map(math.fsum, zip(*rows, strict=True)))) for bounds, rows in layouts.items()]
    if len(same) < 2:
        return same[0] if same else None
    bounds, counts = [], []
    for bound in sorted({bound for each in same for bound in each.bounds}):
        found = [each.within(bound) for each in same]
        known = [count for count in found if count is not None]
        if len(known) == len(found):
            bounds.append(bound)
            counts.append(math.fsum(known))
    return BucketSums(tuple(bounds), (*counts, math.fsum(each.total for each in same)))


@dataclass(frozen=True, slots=True)
class Percentile:
    """Seconds. The percentile lies above `low` and at or below `high`; `value` is where in between it is taken to be.

    `high` None: it lies in the +Inf bucket, and `value` is the highest bound there is, which it is above.
    """

    value: float
    low: float
    high: float | None


def percentile(sums: BucketSums | None, rank: float) -> Percentile | None:
    """That below which `rank` of the requests stay (0.95, 0.99), as if they lay evenly in their bucket, as Prometheus has it.

    The lowest bucket begins at 0. None without requests, or where no bucket has a bound.
    Raises: ValueError for a rank that is not between 0 and 1.
    Source: Prometheus, promql/quantile.go, bucketQuantile (histogram_quantile of classic histograms).
    """
    if not 0 < rank < 1:
        raise ValueError("A rank lies between 0 and 1")
    if sums is None or not sums.total or not sums.bounds:
        return None
    wanted = rank * sums.total
    at = bisect_left(sums.counts, wanted)
    if at >= len(sums.bounds):
        return Percentile(sums.bounds[-1], sums.bounds[-1], None)
    low, high = sums.bounds[at - 1] if at else min(0.0, sums.bounds[0]), sums.bounds[at]
    before = sums.counts[at - 1] if at else 0.0
    return Percentile(low + (high - low) * (wanted - before) / (sums.counts[at] - before), low, high)


def bucket_sums(les: Sequence[float], counts: Sequence[float]) -> BucketSums | None:
    """From the buckets that a source gives, in any order; None where none of them is +Inf.

    Two spellings of a bound are one bucket. Counts are whole again, and one that is below that of a lower bound, because
    processes were scraped at other moments, is raised to it. What is NaN, negative or infinite is left out.
    """
    found: dict[float, float] = {}
    for le, count in zip(les, counts, strict=True):
        if 0 <= count < math.inf and not math.isnan(le):
            found[le] = found.get(le, 0.0) + count
    if math.inf not in found:
        return None
    bounds = sorted(found)
    rising = tuple(accumulate((float(round(found[each])) for each in bounds), max))
    return BucketSums(tuple(bounds[:-1]), rising)


@dataclass(frozen=True, slots=True)
class NativeBucket:
    """Of a native histogram: `count` requests took longer than `low` and at most `high` seconds."""

    low: float
    high: float
    count: float


def native_sums(buckets: Iterable[NativeBucket]) -> BucketSums:
    """The same at bounds that every day has, four to a doubling: a bucket is 19 % wide. Buckets are disjoint, in any order.

    Such bounds are those of native histograms of schema 2, and of finer ones too. One that lies inside of a bucket, where a
    histogram is coarser, is left out: nobody knows what lies below it. Counts are whole again.
    """
    found = sorted((each for each in buckets if each.count > 0), key=lambda each: each.high)
    counts = np.concatenate(([0.0], np.cumsum([each.count for each in found])))
    timed = [each for each in found if each.low > 0]
    if not timed:
        return BucketSums((), (float(round(counts[-1])),))
    # So many doublings at once, that the slowest request of a day does not make a layout of its own.
    first = math.floor(math.log2(timed[0].low) / DOUBLINGS) * DOUBLINGS * PER_DOUBLING
    highest = timed[-1].high if timed[-1].high < math.inf else timed[-1].low
    last = math.ceil(math.log2(highest) / DOUBLINGS) * DOUBLINGS * PER_DOUBLING
    bounds = 2.0 ** (np.arange(first, last + 1) / PER_DOUBLING)
    # Sources write bounds as decimals, and differ in the last of them.
    within = np.searchsorted([each.high for each in found], bounds * (1 + SAME), side="right")
    begun = np.searchsorted([each.low for each in found], bounds * (1 - SAME), side="left")
    known = begun <= within
    rising = np.round([*counts[within[known]], counts[-1]])
    return BucketSums(tuple(bounds[known].tolist()), tuple(rising.tolist()))
