"""The 5-minute grid that every measurement stands on, and which of its instants are collected and kept.

The row of an instant t holds what was counted up to t; the bucket of t is the step before it, so the window [start,
end) is the row of `end` minus the row of `start`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STEP_S = 300
STEP = dt.timedelta(seconds=STEP_S)
HOUR_S = 3_600
DAY_S = 86_400
# Scrapes and remote writes arrive late; an instant younger than this may still change.
SETTLE = dt.timedelta(seconds=90)
# How many buckets before the watermark are collected again, for samples that came later than that.
RECOLLECT_STEPS = 3
# How many steps before its start a collection without checkpoint reads: an hour, or half a day of hourly backfill.
LEAD_STEPS = 12

Epochs = NDArray[np.int64]


def epoch(at: dt.datetime) -> int:
    """Whole seconds since 1970, rounded down."""
    return int(at.timestamp() // 1)


def instant(epoch_s: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(epoch_s), tz=dt.UTC)


def aligned(at: dt.datetime, *, step_s: int = STEP_S) -> bool:
    return at.microsecond == 0 and epoch(at) % step_s == 0


def floor(at: dt.datetime, *, step_s: int = STEP_S) -> dt.datetime:
    """The newest instant of the grid at or before `at`."""
    return instant(epoch(at) // step_s * step_s)


def ceil(at: dt.datetime, *, step_s: int = STEP_S) -> dt.datetime:
    """The oldest instant of the grid at or after `at`."""
    down = floor(at, step_s=step_s)
    return down if down == at else down + dt.timedelta(seconds=step_s)


def newest_instant(now: dt.datetime) -> dt.datetime:
    """The newest instant whose samples have settled: what a tick at `now` collects up to."""
    return floor(now - SETTLE)


def base_instant(watermark: dt.datetime) -> dt.datetime:
    """Where the next tick starts to ask again: its first bucket is the oldest one that is collected anew."""
    return watermark - RECOLLECT_STEPS * STEP


def epochs(start: dt.datetime, end: dt.datetime, *, step_s: int = STEP_S) -> Epochs:
    """Instants t of the grid with start <= t <= end, as epoch seconds: what a ranged query answers."""
    first, last = epoch(ceil(start, step_s=step_s)), epoch(end)
    return np.arange(first, last + 1, step_s, dtype=np.int64)


def instants_between(start: dt.datetime, end: dt.datetime) -> tuple[dt.datetime, ...]:
    """The ends of the buckets of [start, end): start < t <= end."""
    return tuple(instant(t) for t in epochs(start, end) if instant(t) > start)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of history to collect: instants of `step_s` with start < t <= end."""

    start: dt.datetime
    end: dt.datetime
    step_s: int

    @property
    def query_start(self) -> dt.datetime:
        """Where the query starts: far enough before `start` that a gap over it finds its counters' values before the gap.

        Collection without a checkpoint (a chunk, or the first tick) needs this; the buckets before `start` are dropped
        (`Deltas.since`), for they belong to the older chunk.
        """
        return self.start - LEAD_STEPS * dt.timedelta(seconds=self.step_s)


def backfill_plan(start: dt.datetime, end: dt.datetime, *, fine_days: int = 3) -> tuple[Chunk, ...]:
    """Chunks of a UTC day each that tile [start, end], newest first.

    5-minute steps for the chunks that reach into the last `fine_days` days before `end` (burn rates look back 3 days),
    hourly before. `end` must stand on the grid. `start` is rounded down to the hour so that hourly chunks begin on
    their own grid; an empty span has no chunks.
    """
    start = floor(start, step_s=HOUR_S)
    fine_from = floor(end - dt.timedelta(days=fine_days), step_s=DAY_S)
    chunks = []
    upper = end
    while upper > start:
        lower = max(start, floor(upper - STEP, step_s=DAY_S))
        step_s = STEP_S if lower >= fine_from or upper != ceil(upper, step_s=HOUR_S) else HOUR_S
        chunks.append(Chunk(start=lower, end=upper, step_s=step_s))
        upper = lower
    return tuple(chunks)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows stay at full and at hourly resolution; after that one a day stays, at midnight UTC."""

    fine_days: int = 35
    hourly_days: int = 400

    def kept(
        self,
        instants: Epochs,
        *,
        now: dt.datetime,
        boundaries: Collection[dt.datetime] = (),
    ) -> NDArray[np.bool_]:
        """Which rows stay. Rows are dropped, never changed, so a window whose two bounds are kept stays the same.

        `boundaries` are the starts of local periods (a New York month) and of other windows that must stay exact.
        """
        age_s = epoch(now) - instants
        keep: NDArray[np.bool_] = age_s <= self.fine_days * DAY_S
        keep |= (age_s <= self.hourly_days * DAY_S) & (instants % HOUR_S == 0)
        keep |= instants % DAY_S == 0
        keep |= np.isin(instants, np.array([epoch(b) for b in boundaries], np.int64))
        return keep


def rows_at(instants: Epochs, wanted: Epochs) -> NDArray[np.intp]:
    """Index of the newest row at or before each wanted epoch; -1 where there is none. `instants` ascend."""
    rows: NDArray[np.intp] = np.searchsorted(instants, wanted, side="right") - 1
    return rows
