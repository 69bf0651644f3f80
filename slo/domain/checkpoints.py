"""What collection remembers between two ticks: the last value of every counter at the next base instant.

The base row is never written again, so whatever a counter does after its remembered value is counted exactly once,
however the ticks overlap.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from slo.domain.counts import Array
from slo.domain.grid import Epochs

Ids = NDArray[np.uint64]

# A counter that did not come back while others did is a pod that is gone; without an end the memory grows with every
# deploy.
FORGET_AFTER_S = 3 * 86_400
_MAGIC = b"RPC1"
_HEAD = struct.Struct("<4sqII")
_PART = struct.Struct("<HI")


class UnreadableCheckpoint(ValueError):
    """The bytes are no checkpoint of this version; the collector starts from samples alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """State at `instant`, the base of the next tick.

    ids, values, seen: one entry for each series with a sample at or before `instant`: its id, last value, and when that
    was. group_ids, group_seen, group_rate: when a group last had any sample, and its last measured events per second.
    """

    instant: int
    ids: Ids
    values: Array
    seen: Epochs
    group_ids: Epochs
    group_seen: Epochs
    group_rate: Array

    def rows(self, ids: Ids) -> NDArray[np.intp]:
        """Where each of `ids` stands here; -1 where it does not. Fast when the answer has the order of the last one."""
        if np.array_equal(self.ids[: len(ids)], ids):
            return np.arange(len(ids), dtype=np.intp)
        return _positions(self.ids, ids)

    def group_rows(self, group_ids: Epochs) -> NDArray[np.intp]:
        if np.array_equal(self.group_ids[: len(group_ids)], group_ids):
            return np.arange(len(group_ids), dtype=np.intp)
        return _positions(self.group_ids, group_ids)

    def extended(self, old: Checkpoint | None) -> Self:
        """With what only the older checkpoint knows, without series that stayed away longer than FORGET_AFTER_S.

        Age is measured against the newest sample, not the clock: an outage of the source itself forgets nothing.
        """
        if old is None:
            return self
        newest = max(int(self.seen.max(initial=0)), int(old.seen.max(initial=0)))
        only_old = _absent(old.rows(self.ids), size=len(old.ids))
        only_old &= old.seen >= newest - FORGET_AFTER_S
        old_groups = _absent(old.group_rows(self.group_ids), size=len(old.group_ids))
        return type(self)(
            instant=self.instant,
            ids=np.concatenate((self.ids, old.ids[only_old])),
            values=np.concatenate((self.values, old.values[only_old])),
            seen=np.concatenate((self.seen, old.seen[only_old])),
            group_ids=np.concatenate((self.group_ids, old.group_ids[old_groups])),
            group_seen=np.concatenate((self.group_seen, old.group_seen[old_groups])),
            group_rate=np.concatenate((self.group_rate, old.group_rate[old_groups])),
        )

    def to_bytes(self) -> bytes:
        """Little-endian: magic, instant, number of series and of groups, then the six arrays."""
        head = _HEAD.pack(_MAGIC, self.instant, len(self.ids), len(self.group_ids))
        return head + b"".join(
            (
                self.ids.astype("<u8").tobytes(),
                self.values.astype("<f8").tobytes(),
                self.seen.astype("<i8").tobytes(),
                self.group_ids.astype("<i8").tobytes(),
                self.group_seen.astype("<i8").tobytes(),
                self.group_rate.astype("<f8").tobytes(),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises: UnreadableCheckpoint."""
        if len(data) < _HEAD.size:
            raise UnreadableCheckpoint("too short")
        magic, instant, series, groups = _HEAD.unpack_from(data)
        if magic != _MAGIC or len(data) != _HEAD.size + 24 * (series + groups):
            raise UnreadableCheckpoint("another version or cut short")
        words = np.frombuffer(data, "<u8", offset=_HEAD.size)
        ends = np.cumsum([series, series, series, groups, groups])
        ids, values, seen, group_ids, group_seen, group_rate = np.split(words, ends)
        return cls(
            instant=instant,
            ids=ids.astype(np.uint64),
            values=values.view("<f8").astype(np.float64),
            seen=seen.view("<i8").astype(np.int64),
            group_ids=group_ids.view("<i8").astype(np.int64),
            group_seen=group_seen.view("<i8").astype(np.int64),
            group_rate=group_rate.view("<f8").astype(np.float64),
        )


def pack(checkpoints: Mapping[str, Checkpoint]) -> bytes:
    """The checkpoints of an indicator's counters ("total", "bad", ...) as one value to store."""
    parts = []
    for role, checkpoint in checkpoints.items():
        name, body = role.encode(), checkpoint.to_bytes()
        parts += [_PART.pack(len(name), len(body)), name, body]
    return b"".join(parts)


def unpack(data: bytes) -> dict[str, Checkpoint]:
    """The reverse of `pack`. Raises: UnreadableCheckpoint."""
    checkpoints = {}
    at = 0
    while at < len(data):
        if len(data) - at < _PART.size:
            raise UnreadableCheckpoint("cut short")
        name_length, body_length = _PART.unpack_from(data, at)
        at += _PART.size
        role = data[at : at + name_length].decode(errors="replace")
        at += name_length
        checkpoints[role] = Checkpoint.from_bytes(data[at : at + body_length])
        at += body_length
    return checkpoints


def _positions(known: NDArray[np.generic], wanted: NDArray[np.generic]) -> NDArray[np.intp]:
    if len(known) == 0:
        return np.full(len(wanted), -1, dtype=np.intp)
    order = np.argsort(known, kind="stable")
    found = np.searchsorted(known, wanted, sorter=order)
    rows = order[np.minimum(found, len(known) - 1)].astype(np.intp)
    rows[known[rows] != wanted] = -1
    return rows


def _absent(rows: NDArray[np.intp], *, size: int) -> NDArray[np.bool_]:
    """Which of `size` entries none of `rows` points to."""
    absent = np.ones(size, np.bool_)
    absent[rows[rows >= 0]] = False
    return absent
