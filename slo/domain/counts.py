"""Bad and total events of a span of time: the only thing that is stored, from which every ratio is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Sums of a million floats differ by less than this share of themselves.
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened in a span, or since a series began.

    `bad` and `total` are events, or slices where the series counts slices, and may be fractions. `covered_s` is how
    much of the span was measured, with or without traffic. A difference of two cumulative counts is the counts of
    the span between them; nothing is clamped, so a difference taken the wrong way round is visibly negative.
    """

    bad: float
    total: float
    covered_s: float

    def __add__(self, other: Counts) -> Self:
        return type(self)(
            bad=self.bad + other.bad,
            total=self.total + other.total,
            covered_s=self.covered_s + other.covered_s,
        )

    def __sub__(self, other: Counts) -> Self:
        return type(self)(
            bad=self.bad - other.bad,
            total=self.total - other.total,
            covered_s=self.covered_s - other.covered_s,
        )

    @property
    def good(self) -> float:
        return self.total - self.bad

    @property
    def error_ratio(self) -> float | None:
        """0..1; None without traffic, because nothing was promised to nobody."""
        return None if self.total == 0 else self.bad / self.total

    @property
    def sli(self) -> float | None:
        """good / total, 0..1; None without traffic."""
        return None if self.total == 0 else (self.total - self.bad) / self.total


ZERO = Counts(bad=0.0, total=0.0, covered_s=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Counts per group and bucket: three float arrays of shape (groups, buckets).

    `covered_s` is the length of a bucket that was measured and 0 in a gap. A gap may still carry bad events (a part
    counter that came back before its total); sums over time stay right.
    """

    bad: Array
    total: Array
    covered_s: Array

    @property
    def measured(self) -> NDArray[np.bool_]:
        return self.covered_s > 0

    @property
    def excess(self) -> NDArray[np.bool_]:
        """Groups, shape (groups,), whose good events outnumber all events over these buckets: the two queries do not
        fit.
        """
        bad, total = self.bad.sum(axis=1), self.total.sum(axis=1)
        slack = SLACK * np.maximum(1.0, total)
        excess: NDArray[np.bool_] = (bad < -slack) | (bad > total + slack)
        return excess

    def of(self, group: int) -> tuple[Counts, ...]:
        """The buckets of one group, oldest first."""
        return tuple(
            Counts(bad=float(bad), total=float(total), covered_s=float(covered_s))
            for bad, total, covered_s in zip(self.bad[group], self.total[group], self.covered_s[group], strict=True)
        )
