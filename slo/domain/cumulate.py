"""Cumulative rows: what a counter that never resets would show. Any window is the difference of two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slo.domain.counts import Array, Buckets, Counts


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Cumulative counts per group and instant: three float arrays of shape (groups, instants)."""

    bad: Array
    total: Array
    covered_s: Array

    def of(self, group: int, *, column: int) -> Counts:
        return Counts(
            bad=float(self.bad[group, column]),
            total=float(self.total[group, column]),
            covered_s=float(self.covered_s[group, column]),
        )

    def shifted(self, by: Sequence[Counts]) -> Rows:
        """Rows that stand after buckets which were counted anew: each group's rows move by what its buckets changed."""
        bad, total, covered_s = _columns(by)
        return Rows(
            bad=self.bad + bad,
            total=self.total + total,
            covered_s=self.covered_s + covered_s,
        )


def cumulated(base: Sequence[Counts], buckets: Buckets) -> Rows:
    """The row at the end of each bucket, from the row that stands at the start of the first one (one base per group).

    The sum runs strictly from left to right, so equal inputs give bit-identical rows however the buckets were split.
    """
    bad, total, covered_s = _columns(base)
    return Rows(
        bad=_running(bad, buckets.bad),
        total=_running(total, buckets.total),
        covered_s=_running(covered_s, buckets.covered_s),
    )


def cumulated_back(anchor: Sequence[Counts], buckets: Buckets) -> Rows:
    """The row at the *start* of each bucket, from the row that stands at the end of the last one.

    Backfill goes newest first; older rows may be negative, since only differences mean anything, and no row that is
    there already is written again.
    """
    bad, total, covered_s = _columns(anchor)
    return Rows(
        bad=_running(bad, -buckets.bad[:, ::-1])[:, ::-1],
        total=_running(total, -buckets.total[:, ::-1])[:, ::-1],
        covered_s=_running(covered_s, -buckets.covered_s[:, ::-1])[:, ::-1],
    )


def bucket_counts(rows: Rows, base: Sequence[Counts]) -> Buckets:
    """The reverse of `cumulated`: what each bucket held, up to rounding."""
    bad, total, covered_s = _columns(base)
    return Buckets(
        bad=np.diff(rows.bad, prepend=bad),
        total=np.diff(rows.total, prepend=total),
        covered_s=np.diff(rows.covered_s, prepend=covered_s),
    )


def _columns(counts: Sequence[Counts]) -> NDArray[np.float64]:
    """Shape (3, groups, 1)."""
    table = [[each.bad, each.total, each.covered_s] for each in counts]
    return np.array(table, dtype=np.float64).reshape(-1, 3).T[:, :, np.newaxis]


def _running(start: Array, steps: Array) -> Array:
    running: Array = np.cumsum(np.concatenate((start, steps), axis=1), axis=1)[:, 1:]
    return running
