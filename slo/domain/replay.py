"""Burn rules judged at every instant of a past span at once: the same alerts as stepping through it, without the steps.

For a span that nobody judged while it passed: an outage of the collector, or a history that was read afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slo.domain import bulk
from slo.domain.counts import Array
from slo.domain.grid import STEP_S, Epochs

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cumulative:
    """Cumulative counts of one series on the 5-minute grid: `instants` without a gap, NaN before the first row.

    `started` is the epoch since which it is counted.
    """

    instants: Epochs
    bad: Array
    total: Array
    covered_s: Array
    started: int


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A rule at each instant: whether it fires, whether too little was measured to say so, and its burns."""

    instants: Epochs
    fires: Mask
    frozen: Mask
    burn_long: Array
    burn_short: Array


@dataclass(frozen=True, slots=True)
class Episode:
    """Firing from the instant `first` on; `end` is the instant at which it resolved, None when it fires to the last one."""

    first: int
    end: int | None
    burn_long: float
    burn_short: float
    peak_burn: float


def judged(
    counts: Cumulative,
    *,
    after: int,
    error_budget: float,
    long_s: int,
    short_s: int,
    factor: float,
    min_failures: float,
) -> Judged:
    """At every instant of `counts` later than `after`; look-backs before its first instant see what stood there."""
    places = np.flatnonzero(counts.instants > after)
    burn_long, bad_long, covered_long = _look(counts, places, long_s, error_budget)
    burn_short, _bad, covered_short = _look(counts, places, short_s, error_budget)
    covered = covered_long & covered_short
    fires = bulk.fires(
        burn_long=burn_long,
        burn_short=burn_short,
        bad_long=bad_long,
        factor=np.full(len(places), factor),
        min_failures=np.full(len(places), min_failures),
    )
    return Judged(counts.instants[places], fires & covered, ~covered, burn_long, burn_short)


def _look(counts: Cumulative, places: NDArray[np.intp], seconds: int, error_budget: float) -> tuple[Array, Array, Mask]:
    """(burn, bad events, covered) of the last `seconds` at each place."""
    then = np.maximum(places - seconds // STEP_S, 0)
    bad = counts.bad[places] - counts.bad[then]
    total = counts.total[places] - counts.total[then]
    measured = counts.covered_s[places] - counts.covered_s[then]
    age = np.maximum(counts.instants[places] - counts.started, 0)
    with np.errstate(invalid="ignore"):
        covered = bulk.covered(measured, np.minimum(seconds, age).astype(np.float64))
    burn = np.where(covered, bulk.burns(bad, total, error_budget=np.array(error_budget)), np.nan)
    return burn, bad, covered


def episodes(of: Judged, *, firing: bool = False, peak: float = 0.0) -> tuple[Episode, ...]:
    """The firings of a rule, oldest first. `firing`: it fired before the first instant, with that `peak`; such an episode
    has `first` -1. Where the rule is frozen its state stays, as in `slo.domain.alerts`.
    """
    if not len(of.instants):
        return ()
    latest = np.maximum.accumulate(np.where(of.frozen, -1, np.arange(len(of.instants))))
    on = np.where(latest >= 0, of.fires[latest], firing)
    edges = np.flatnonzero(np.diff(np.concatenate(([firing], on)).astype(np.int8)))
    begins = [-1] if firing else []
    begins += [int(each) for each in edges if on[each]]
    ends = [int(each) for each in edges if not on[each]]
    found = []
    for number, begin in enumerate(begins):
        end = ends[number] if number < len(ends) else None
        span = slice(max(begin, 0), end)
        measured = of.burn_long[span][on[span] & ~of.frozen[span]]
        found.append(
            Episode(
                first=-1 if begin < 0 else int(of.instants[begin]),
                end=None if end is None else int(of.instants[end]),
                burn_long=0.0 if begin < 0 else float(of.burn_long[begin]),
                burn_short=0.0 if begin < 0 else float(of.burn_short[begin]),
                peak_burn=max([peak if begin < 0 else 0.0, *measured.tolist()]),
            )
        )
    return tuple(found)
