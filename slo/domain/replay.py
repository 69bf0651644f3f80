"""Burn rules judged at every instant of a past span at once: the same alerts as stepping through it, without the steps.

Only what stands on the 5-minute grid can be judged. Where rows are further apart nobody knows what lies between them, so a
look-back that would have to begin there is too long; one that is too long by more than a twelfth of its length (an hour of a
day is fine, of an hour it is not) says nothing, and the rule is frozen as it is over a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slo.domain import bulk
from slo.domain.burn import SHORT_OF_LONG
from slo.domain.counts import SLACK, Array
from slo.domain.grid import Epochs

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Cumulative:
    """What stands at ascending `instants` (epochs), shape (series, instants); NaN for a series without any row.

    `late_s`: how much older than the instant the row is that stands there, 0 where nothing was measured since.
    """

    instants: Epochs
    bad: Array
    total: Array
    covered_s: Array
    late_s: Array

    def places(self, instants: Epochs) -> Places:
        """Where these instants, all of which it holds, stand."""
        return np.searchsorted(self.instants, instants)

    def rows(self, which: Places) -> Cumulative:
        return Cumulative(self.instants, self.bad[which], self.total[which], self.covered_s[which], self.late_s[which])


def carried(instants: Epochs, *, at: Array, bad: Array, total: Array, covered_s: Array) -> Cumulative:
    """Rows of shape (series, instants), NaN where there is none; `at` is the instant of each row.

    What stands at the instant before stands on where a row is missing: the caller has rows for all instants that do not
    follow the one before at once.
    """
    size = len(instants)
    there = ~np.isnan(bad)
    numbers = np.arange(size)
    last = np.maximum.accumulate(np.where(there, numbers, 0), axis=1)
    coming = np.where(there & (at >= instants), numbers, size)
    after = np.minimum.accumulate(coming[:, ::-1], axis=1)[:, ::-1]
    row_at, covered = np.take_along_axis(at, last, 1), np.take_along_axis(covered_s, last, 1)
    next_covered = np.take_along_axis(covered_s, np.minimum(after, size - 1), 1)
    # Seconds are measured on and on: where none were until the next row, nothing happened in between.
    idle = (after < size) & (next_covered == covered)
    late = np.where(idle | np.isnan(row_at), 0.0, np.maximum(instants - row_at, 0.0))
    return Cumulative(instants, np.take_along_axis(bad, last, 1), np.take_along_axis(total, last, 1), covered, late)


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Burn rules of the same two windows, as columns; `series` is the row of the counts and `started` its first instant."""

    long_s: int
    short_s: int
    series: Places
    started: Epochs
    error_budget: Array
    factor: Array
    min_failures: Array

    def only(self, which: Mask | Places) -> Rules:
        return Rules(
            self.long_s,
            self.short_s,
            self.series[which],
            self.started[which],
            self.error_budget[which],
            self.factor[which],
            self.min_failures[which],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Shape (rules, instants): whether each rule fires, whether too little is known to say so, and its burns (NaN: none)."""

    instants: Epochs
    fires: Mask
    frozen: Mask
    burn_long: Array
    burn_short: Array


def suspects(counts: Cumulative, rules: Rules, instants: Epochs) -> Mask:
    """The rules that can fire at all: cheap, and false for nearly all on a quiet day."""
    bad_long = counts.bad[rules.series, counts.places(instants)[-1]] - counts.bad[rules.series, 0]
    worth: Mask = bad_long >= np.maximum(rules.min_failures, SLACK)
    some = np.flatnonzero(worth)
    now, then = counts.places(instants), counts.places(instants - rules.short_s)
    series = rules.series[some]
    bad = counts.bad[series][:, now] - counts.bad[series][:, then]
    total = counts.total[series][:, now] - counts.total[series][:, then]
    limit = (rules.factor * rules.error_budget)[some, np.newaxis]
    worth[some] = (bad > limit * total).any(axis=1)
    return worth


def judged(counts: Cumulative, rules: Rules, instants: Epochs, *, unknown: Mask) -> Judged:
    """Every rule at every instant. `unknown`, of the same shape: the objective has no data there, for its own window."""
    burn_long, bad_long, known_long = _look(counts, rules, instants, rules.long_s)
    burn_short, _bad, known_short = _look(counts, rules, instants, rules.short_s)
    known = known_long & known_short & ~unknown
    fires = bulk.fires(
        burn_long=burn_long,
        burn_short=burn_short,
        bad_long=bad_long,
        factor=rules.factor[:, np.newaxis],
        min_failures=rules.min_failures[:, np.newaxis],
    )
    return Judged(instants, fires & known, ~known, burn_long, burn_short)


def _look(counts: Cumulative, rules: Rules, instants: Epochs, seconds: int) -> tuple[Array, Array, Mask]:
    """(burn, bad events, whether they are known) of the last `seconds` at each instant."""
    now = np.ix_(rules.series, counts.places(instants))
    then = np.ix_(rules.series, counts.places(instants - seconds))
    bad, total = counts.bad[now] - counts.bad[then], counts.total[now] - counts.total[then]
    age = np.maximum(instants - rules.started[:, np.newaxis], 0)
    known = bulk.covered(counts.covered_s[now] - counts.covered_s[then], np.minimum(seconds, age).astype(np.float64))
    burn = np.where(known, bulk.burns(bad, total, error_budget=rules.error_budget[:, np.newaxis]), np.nan)
    known &= (counts.late_s[now] == 0) & (counts.late_s[then] * SHORT_OF_LONG <= seconds)
    return burn, bad, known


@dataclass(frozen=True, slots=True, eq=False)
class Budgets:
    """Shape (objectives, instants): whether the objective has no data there, and else what remains of its budget."""

    unknown: Mask
    remaining: Array


def budgets(now: Cumulative, then: Cumulative, *, starts: Epochs, started: Epochs, error_budget: Array) -> Budgets:
    """Of windows that begin at `starts` and end at the instants of `now`; `then` holds what stood at `starts`."""
    expected = (now.instants - np.maximum(starts, started[:, np.newaxis])).astype(np.float64)
    begun = then.places(starts)
    bad, total = now.bad - then.bad[:, begun], now.total - then.total[:, begun]
    known = bulk.covered(now.covered_s - then.covered_s[:, begun], expected)
    known &= (now.instants > starts) & (total != 0)
    left = bulk.remaining(bad, total, error_budget=error_budget[:, np.newaxis])
    return Budgets(~known, np.where(known, left, np.nan))


@dataclass(frozen=True, slots=True)
class Episode:
    """Firing from the instant at place `first` on, -1 for since before; resolved at place `end`, None for not yet.

    Burns are those of `first` (NaN at -1), the peak that of the long window.
    """

    first: int
    end: int | None
    burn_long: float
    burn_short: float
    peak_burn: float


def episodes(of: Judged, rule: int, *, firing: bool = False, peak: float = 0.0) -> Iterator[Episode]:
    """The firings of one rule, oldest first. `firing`: it fired before the first instant, with that `peak`."""
    fires, frozen, burn = of.fires[rule], of.frozen[rule], of.burn_long[rule]
    latest = np.maximum.accumulate(np.where(frozen, -1, np.arange(len(fires))))
    on = np.where(latest >= 0, fires[latest], firing)
    edges = np.flatnonzero(np.diff(np.concatenate(([firing], on)).astype(np.int8))).tolist()
    if firing:
        edges.insert(0, -1)
    for number in range(0, len(edges), 2):
        first = edges[number]
        end = edges[number + 1] if number + 1 < len(edges) else None
        inside = slice(max(first, 0), end)
        highest = burn[inside][fires[inside]].max(initial=peak if first < 0 else 0.0)
        yield Episode(
            first=first,
            end=end,
            burn_long=np.nan if first < 0 else float(burn[first]),
            burn_short=np.nan if first < 0 else float(of.burn_short[rule, first]),
            peak_burn=float(highest),
        )
