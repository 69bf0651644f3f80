"""How a budget went over its window, and what was measured: read from cumulative rows, a difference a piece."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slo.domain.budget import error_budget
from slo.domain.counts import Array
from slo.domain.coverage import MIN_COVERAGE, BucketState
from slo.domain.grid import HOUR_S, STEP_S, Epochs, epoch, instant
from slo.models import Objective
from slo.queries.cumulative import points

MOST_PIECES = 240
STRIP_PIECES = 60


@dataclass(frozen=True, slots=True, eq=False)
class BudgetHistory:
    """`instants` are the ends of pieces (epochs); `remaining` the budget left at each (1 = all), `sli` what each piece had.

    NaN where nothing was measured. `bad` and `total` are per piece. `states` is a coarse strip of bucket states over the
    same span, oldest first, each with its start and end.
    """

    start: dt.datetime
    end: dt.datetime
    instants: Epochs
    remaining: Array
    sli: Array
    bad: Array
    total: Array
    states: tuple[StripPiece, ...]


@dataclass(frozen=True, slots=True)
class StripPiece:
    start: dt.datetime
    end: dt.datetime
    state: BucketState
    coverage: float


def budget_history(objective: Objective, *, start: dt.datetime, end: dt.datetime) -> BudgetHistory | None:
    """The history over [start, end), `end` being the watermark; None before anything was collected."""
    instants = _instants(epoch(start), epoch(end))
    if len(instants) < 2:
        return None
    found = points(np.array([objective.series_id], np.int64), instants)
    bad, total, covered = found.bad[0], found.total[0], found.covered_s[0]
    if np.isnan(total).all():
        return None
    spent, events, seconds = np.diff(bad), np.diff(total), np.diff(covered)
    lengths = np.diff(instants).astype(np.float64)
    allowed = error_budget(objective.target) * (total[-1] - total[0])
    began = seconds.cumsum() > 0
    left = 1 - (bad[1:] - bad[0]) / allowed if allowed > 0 else np.full(len(spent), np.nan)
    return BudgetHistory(
        start=start,
        end=end,
        instants=instants[1:],
        remaining=np.where(began, left, np.nan),
        sli=1 - np.divide(spent, events, out=np.full(len(spent), np.nan), where=events > 0),
        bad=spent,
        total=events,
        states=_strip(instants, seconds, lengths, events),
    )


def _instants(start: int, end: int) -> Epochs:
    """Whole hours, or steps in a window of a day or two, in at most MOST_PIECES pieces; both ends as they are."""
    unit = STEP_S if end - start <= 2 * 86_400 else HOUR_S
    step = max(unit, -(-(end - start) // (MOST_PIECES * unit)) * unit)
    inner = np.arange(start // step * step + step, end, step, dtype=np.int64)
    return np.unique(np.concatenate(([start], inner, [end]))).astype(np.int64)


def _strip(instants: Epochs, seconds: Array, lengths: Array, events: Array) -> tuple[StripPiece, ...]:
    edges: NDArray[np.intp] = np.unique(
        np.linspace(0, len(lengths), min(STRIP_PIECES, len(lengths)) + 1).astype(np.intp)
    )
    pieces = []
    for low, high in itertools.pairwise(edges):
        share = float(seconds[low:high].sum() / lengths[low:high].sum())
        if share < MIN_COVERAGE:
            state = BucketState.GAP
        elif events[low:high].sum() > 0:
            state = BucketState.MEASURED
        else:
            state = BucketState.MEASURED_EMPTY
        pieces.append(StripPiece(instant(int(instants[low])), instant(int(instants[high])), state, min(1.0, share)))
    return tuple(pieces)
