"""From raw counter samples to what happened in each bucket, per service.

Counting by `sum(increase[5m])` extrapolates and loses what happens around gaps and resets; the difference of two
samples of one counter does not. Per series: the difference to the last value ever seen, or the value itself after a
reset (it went down). A missing sample delays a count to the bucket in which the counter returns, and loses nothing.

A series never seen before has no difference. Mostly its first value is its baseline and counts nothing: it may have
run for a year before it was scraped or relabelled. But clients create label combinations lazily, so the first 500s
of an outage and the first minutes of every new pod are exactly such series. They count from zero (a *birth*) when

- their group (service) had samples before, so that the series is new and not the service, and
- what is born in a bucket is no more than the service's traffic explains: for a total, at most twice the larger of
  what its known series did in this bucket and what its last rate gives for the time since (at least `LEAST_BORN`
  events); for a part (bad or good events), together with its known series no more than the total of the same bucket.

A relabelled counter carries weeks of traffic and fails that bound; the worst wrong birth is two buckets of traffic.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from slo.domain.checkpoints import Checkpoint, Ids
from slo.domain.counts import SLACK, Array, Buckets
from slo.domain.grid import RECOLLECT_STEPS, Epochs

BORN_FACTOR = 2.0
LEAST_BORN = 10.0
# Rows at a time: 4,096 series of a day are 9 MB a temporary array, which stays near the cache.
BLOCK = 4_096
_NEVER = np.iinfo(np.int64).min


class Part(StrEnum):
    """What the counter beside the total counts."""

    BAD = "bad"
    GOOD = "good"


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """An answer: `values` (series, instants), NaN where there is no sample; the first instant is the base.

    `ids` is a 64-bit hash of each label set, unique; `groups` the row of `group_ids` (any stable integer of a service)
    that each series belongs to. `instants` ascend.
    """

    ids: Ids
    groups: NDArray[np.intp]
    group_ids: Epochs
    instants: Epochs
    values: Array


@dataclass(frozen=True, slots=True, eq=False)
class Deltas:
    """`amounts` and `measured` per group and bucket; bucket i ends at instant i + 1.

    Measured: at least one series of the group had a sample at the bucket's end that could be compared or was born.
    `checkpoint` is to be stored with the rows, and handed to the next tick, which starts at its instant.
    """

    amounts: Array
    measured: NDArray[np.bool_]
    instants: Epochs
    checkpoint: Checkpoint

    def since(self, start: int) -> Deltas:
        """Only the buckets that begin at or after `start`, one of the instants."""
        first = int(np.searchsorted(self.instants, start))
        return replace(
            self,
            amounts=self.amounts[:, first:],
            measured=self.measured[:, first:],
            instants=self.instants[first:],
        )


def counter_deltas(
    samples: Samples,
    *,
    checkpoint: Checkpoint | None = None,
    total: Deltas | None = None,
) -> Deltas:
    """Reset-aware deltas of one metric family, summed per group.

    NaN, infinite and negative samples are gaps. `checkpoint` must stand at the first instant; its values win over the
    samples there, so that samples which came late cannot take events out of a row that is not written again. `total` is
    the deltas of all events with the same instants and groups, when these samples are the bad or the good ones.
    """
    columns = len(samples.instants)
    keep = max(0, columns - 1 - RECOLLECT_STEPS)
    work = _Work.start(samples, checkpoint=checkpoint, keep=keep)
    for low in range(0, len(samples.ids), BLOCK):
        work.add(samples, slice(low, low + BLOCK))
    memory = work.settle(samples, total=total)
    return Deltas(
        amounts=work.amounts,
        measured=work.measured,
        instants=samples.instants,
        checkpoint=memory.extended(checkpoint),
    )


def pair(total: Deltas, part: Deltas, *, kind: Part) -> Buckets:
    """Bad and total per bucket. A part without samples counts nothing: no error was ever seen, or nothing was good.

    Nothing is clamped: a good counter that misses one scrape makes bad events in one bucket and takes them back in the
    next, and good > total is for `Buckets.excess` to report.
    """
    bad = part.amounts if kind is Part.BAD else total.amounts - part.amounts
    return Buckets(
        bad=bad,
        total=total.amounts,
        covered_s=np.where(total.measured, np.diff(total.instants), 0.0),
    )


@dataclass(slots=True, eq=False)
class _Work:
    """Sums under construction: known series in `amounts`, births apart until every series of their group was read."""

    base: Array
    base_seen: Epochs
    amounts: Array
    measured: NDArray[np.bool_]
    sampled: NDArray[np.bool_]
    group_seen: Epochs
    group_rate: Array
    last_value: Array
    last_seen: Epochs
    keep: int
    born_group: list[NDArray[np.intp]] = field(default_factory=list)
    born_bucket: list[NDArray[np.intp]] = field(default_factory=list)
    born_value: list[Array] = field(default_factory=list)

    @classmethod
    def start(cls, samples: Samples, *, checkpoint: Checkpoint | None, keep: int) -> _Work:
        series, columns = samples.values.shape
        groups = len(samples.group_ids)
        base, base_seen = (
            samples.values[:, 0].copy(),
            np.full(series, samples.instants[0]),
        )
        group_seen, group_rate = np.full(groups, _NEVER), np.zeros(groups)
        if checkpoint is not None:
            rows = checkpoint.rows(samples.ids)
            known = rows >= 0
            base[known] = checkpoint.values[rows[known]]
            base_seen[known] = checkpoint.seen[rows[known]]
            rows = checkpoint.group_rows(samples.group_ids)
            known = rows >= 0
            group_seen[known] = checkpoint.group_seen[rows[known]]
            group_rate[known] = checkpoint.group_rate[rows[known]]
        return cls(
            base=base,
            base_seen=base_seen,
            amounts=np.zeros((groups, columns - 1)),
            measured=np.zeros((groups, columns - 1), np.bool_),
            sampled=np.zeros((groups, columns), np.bool_),
            group_seen=group_seen,
            group_rate=group_rate,
            last_value=np.empty(series),
            last_seen=np.empty(series, np.int64),
            keep=keep,
        )

    def add(self, samples: Samples, block: slice) -> None:
        """Differences of a block of series whose predecessors are known."""
        values = samples.values[block].copy()
        values[:, 0] = self.base[block]
        with np.errstate(invalid="ignore"):
            valid = (values >= 0) & (values < np.inf)
        if valid.all():
            previous = values[:, :-1]
            self.last_value[block] = values[:, self.keep]
            self.last_seen[block] = samples.instants[self.keep] if self.keep else self.base_seen[block]
        else:
            previous = self._fill(samples, block, values=values, valid=valid)
        current = values[:, 1:]
        with np.errstate(invalid="ignore"):
            change = current - previous
            np.copyto(change, current, where=change < 0)
        compared = valid[:, 1:] & ~np.isnan(previous)
        change[~compared] = 0.0
        self._sum(samples.groups[block], change=change, compared=compared, valid=valid)

    def _fill(self, samples: Samples, block: slice, *, values: Array, valid: NDArray[np.bool_]) -> Array:
        """The value before each bucket, carried over gaps. NaN where there was none; first values become births."""
        values[~valid] = np.nan
        columns = np.arange(values.shape[1])
        latest = np.maximum.accumulate(np.where(valid, columns, 0), axis=1)
        filled = np.take_along_axis(values, latest, axis=1)
        self.last_value[block] = filled[:, self.keep]
        at_keep = latest[:, self.keep]
        self.last_seen[block] = np.where(at_keep > 0, samples.instants[at_keep], self.base_seen[block])
        rows = np.flatnonzero(~valid[:, 0] & valid.any(axis=1))
        first = valid[rows].argmax(axis=1)
        self.born_group.append(samples.groups[block][rows])
        self.born_bucket.append(first - 1)
        self.born_value.append(values[rows, first])
        return filled[:, :-1]

    def _sum(
        self,
        groups: NDArray[np.intp],
        *,
        change: Array,
        compared: NDArray[np.bool_],
        valid: NDArray[np.bool_],
    ) -> None:
        if (np.diff(groups) < 0).any():
            order = np.argsort(groups, kind="stable")
            groups, change = groups[order], change[order]
            compared, valid = compared[order], valid[order]
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        touched = groups[starts]
        self.amounts[touched] += np.add.reduceat(change, starts, axis=0)
        self.measured[touched] |= np.logical_or.reduceat(compared, starts, axis=0)
        self.sampled[touched] |= np.logical_or.reduceat(valid, starts, axis=0)

    def settle(self, samples: Samples, *, total: Deltas | None) -> Checkpoint:
        """Judge the births, oldest bucket first, and remember the state at column `keep`."""
        births = self._births()
        fresh = self.sampled[:, 0] & (self.group_seen == _NEVER)
        self.group_seen[fresh] = samples.instants[0]
        if births is None:
            self._keep_quiet(samples, np.arange(len(self.amounts)))
        else:
            born = ~np.isnan(births).all(axis=1)
            self._judge(births, np.flatnonzero(born), samples=samples, total=total)
            self._keep_quiet(samples, np.flatnonzero(~born))
        return self._memory(samples)

    def _keep_quiet(self, samples: Samples, rows: NDArray[np.intp]) -> None:
        """The state at column `keep` of groups without births: the last sample, and the rate of the last measured bucket."""
        if not self.keep or not len(rows):
            return
        latest = np.maximum.accumulate(
            np.where(self.sampled[rows, 1 : self.keep + 1], np.arange(1, self.keep + 1), 0), axis=1
        )
        first = self.group_seen[rows, np.newaxis]
        seen = np.concatenate((first, np.where(latest > 0, samples.instants[latest], first)), axis=1)
        elapsed = np.where(seen[:, :-1] == _NEVER, 0, samples.instants[1 : self.keep + 1] - np.maximum(seen[:, :-1], 0))
        measured = self.measured[rows, : self.keep] & (elapsed > 0)
        some = np.flatnonzero(measured.any(axis=1))
        last = self.keep - 1 - measured[some, ::-1].argmax(axis=1)
        self.group_rate[rows[some]] = self.amounts[rows[some], last] / elapsed[some, last]
        self.group_seen[rows] = seen[:, -1]

    def _births(self) -> Array | None:
        """Sum of first values per group and bucket, NaN where nothing was born; None when nothing was born at all."""
        if not sum(len(each) for each in self.born_group):
            return None
        births = np.full(self.amounts.shape, np.nan)
        cells = (np.concatenate(self.born_group), np.concatenate(self.born_bucket))
        births[cells] = 0.0
        np.add.at(births, cells, np.concatenate(self.born_value))
        return births

    def _judge(self, births: Array, rows: NDArray[np.intp], *, samples: Samples, total: Deltas | None) -> None:
        """Add the births of the groups `rows`, bucket by bucket, where their traffic explains them. NaN is no birth."""
        amounts, measured, sampled = self.amounts[rows], self.measured[rows], self.sampled[rows]
        seen, rate = self.group_seen[rows], self.group_rate[rows]
        kept = (seen.copy(), rate.copy())
        for bucket in range(amounts.shape[1]):
            t, born = samples.instants[bucket + 1], births[rows, bucket]
            elapsed = np.where(seen == _NEVER, 0, t - np.maximum(seen, 0))
            known = amounts[:, bucket]
            if total is None:
                likely = BORN_FACTOR * np.maximum(known, rate * elapsed)
                explained = (elapsed > 0) & (born <= np.maximum(likely, LEAST_BORN))
            else:
                bound = total.amounts[rows, bucket] * (1 + SLACK)
                explained = total.measured[rows, bucket] & (known + born <= bound)
            amounts[explained, bucket] += born[explained]
            measured[explained, bucket] = True
            rated = measured[:, bucket] & (elapsed > 0)
            rate[rated] = amounts[rated, bucket] / elapsed[rated]
            seen[sampled[:, bucket + 1]] = t
            if bucket + 1 == self.keep:
                kept = (seen.copy(), rate.copy())
        self.amounts[rows], self.measured[rows] = amounts, measured
        self.group_seen[rows], self.group_rate[rows] = kept

    def _memory(self, samples: Samples) -> Checkpoint:
        seen = ~np.isnan(self.last_value)
        groups = self.group_seen != _NEVER
        return Checkpoint(
            instant=int(samples.instants[self.keep]),
            ids=samples.ids[seen],
            values=self.last_value[seen],
            seen=self.last_seen[seen],
            group_ids=samples.group_ids[groups],
            group_seen=self.group_seen[groups].copy(),
            group_rate=self.group_rate[groups].copy(),
        )
