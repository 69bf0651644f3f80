"""Builders of counter samples, and a slow and obvious reading of the rules of slo.domain.deltas to compare with."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from slo.domain.checkpoints import Checkpoint
from slo.domain.counts import Array
from slo.domain.deltas import BORN_FACTOR, LEAST_BORN, Deltas, Samples, counter_deltas
from slo.domain.grid import STEP_S

T0 = 1_790_000_100 // STEP_S * STEP_S
NAN = math.nan


def samples(
    rows: Sequence[Sequence[float]],
    *,
    groups: Sequence[int] | None = None,
    first: int = 0,
    last: int | None = None,
) -> Samples:
    """Series of values on instants T0 + i * 300 s; only columns first..last.

    A series without a sample there is left out, as Prometheus leaves it out of its answer.
    """
    values = np.array(rows, dtype=np.float64).reshape(len(rows), -1)
    columns = slice(first, values.shape[1] if last is None else last + 1)
    group_of = np.array(groups or [0] * len(rows), dtype=np.intp)
    present = np.flatnonzero(~np.isnan(values[:, columns]).all(axis=1))
    return Samples(
        ids=np.array([1000 + row for row in present], dtype=np.uint64),
        groups=group_of[present],
        group_ids=np.arange(group_of.max(initial=0) + 1) + 7,
        instants=(T0 + np.arange(values.shape[1]) * STEP_S)[columns],
        values=values[present, columns],
    )


def amounts(rows: Sequence[Sequence[float]]) -> list[float]:
    """Deltas of group 0 collected in one go."""
    return [float(x) for x in counter_deltas(samples(rows)).amounts[0]]


def reference(rows: Sequence[Sequence[float]], groups: Sequence[int]) -> Array:
    """Amounts (groups, buckets) of a first collection, by the words of the module's docstring, one sample at a time."""
    count, columns = max(groups) + 1, len(rows[0])
    out = np.zeros((count, columns - 1))
    for group in range(count):
        mine = [row for row, of in zip(rows, groups, strict=True) if of == group]
        seen_at = 0 if any(_valid(row[0]) for row in mine) else None
        rate = 0.0
        for column in range(1, columns):
            known, born, compared, births = 0.0, 0.0, False, False
            for row in mine:
                value = row[column]
                if not _valid(value):
                    continue
                before = [x for x in row[:column] if _valid(x)]
                if before:
                    compared = True
                    known += value - before[-1] if value >= before[-1] else value
                else:
                    births = True
                    born += value
            if seen_at is not None:
                elapsed = column - seen_at
                bound = max(BORN_FACTOR * max(known, rate * elapsed), LEAST_BORN)
                if births and born <= bound:
                    known, compared = known + born, True
                if compared:
                    rate = known / elapsed
            out[group, column - 1] = known
            if any(_valid(row[column]) for row in mine):
                seen_at = column
    return out


def ticked(
    rows: Sequence[Sequence[float]], *, groups: Sequence[int], watermarks: Sequence[int]
) -> tuple[Array, NDArray[np.bool_]]:
    """Amounts and measured marks as a table holds them after ticks that ended at each of `watermarks` (columns)."""
    checkpoint: Checkpoint | None = None
    shape = (max(groups) + 1, len(rows[0]) - 1)
    table, measured = np.zeros(shape), np.zeros(shape, np.bool_)
    for watermark in watermarks:
        base = 0 if checkpoint is None else (checkpoint.instant - T0) // STEP_S
        answer = samples(rows, groups=groups, first=base, last=watermark)
        deltas: Deltas = counter_deltas(answer, checkpoint=checkpoint)
        table[:, base:watermark] = deltas.amounts
        measured[:, base:watermark] = deltas.measured
        checkpoint = Checkpoint.from_bytes(deltas.checkpoint.to_bytes())
    return table, measured


def _valid(value: float) -> bool:
    return math.isfinite(value) and value >= 0
