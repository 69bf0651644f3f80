"""An answer as a table: which of its series a selector means, which service each belongs to, and who each of them is."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import orjson
from numpy.typing import NDArray

from slo.domain.checkpoints import Ids
from slo.sources._base import Matrix
from slo.sources._promql import Match

Mask = NDArray[np.bool_]
# Series whose labels a process remembers, about 1 kB each. A source answers with the same ones in tick after tick.
REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Column:
    """A label over all series: `values[codes[i]]` is the text that series i has, empty when it has none."""

    values: tuple[str, ...]
    codes: NDArray[np.intp]


@dataclass(slots=True, eq=False)
class Labels:
    """Label sets of an answer; what is worked out of them is kept as long as they are."""

    sets: Sequence[Mapping[str, str]]
    _columns: dict[str, Column] = field(default_factory=dict)
    _selected: dict[tuple[Match, ...], Mask] = field(default_factory=dict)
    _values: dict[tuple[str, tuple[Match, ...]], frozenset[str]] = field(default_factory=dict)
    _ids: Ids | None = None

    @property
    def ids(self) -> Ids:
        """A 64-bit hash of each label set: the same in every process and for every order of labels."""
        if self._ids is None:
            self._ids = label_ids(self.sets)
        return self._ids

    def column(self, name: str) -> Column:
        if name not in self._columns:
            known: dict[str, int] = {}
            codes = [known.setdefault(labels.get(name, ""), len(known)) for labels in self.sets]
            self._columns[name] = Column(values=tuple(known), codes=np.array(codes, dtype=np.intp))
        return self._columns[name]

    def selected(self, matchers: tuple[Match, ...]) -> Mask:
        if matchers not in self._selected:
            chosen = np.ones(len(self.sets), np.bool_)
            for matcher in matchers:
                column = self.column(matcher.name)
                accepted = np.array([matcher.accepts(value) for value in column.values], np.bool_)
                if not accepted.all():
                    chosen &= accepted[column.codes]
            chosen.setflags(write=False)
            self._selected[matchers] = chosen
        return self._selected[matchers]

    def values(self, name: str, matchers: tuple[Match, ...]) -> frozenset[str]:
        """The texts that a label has in the selected series; the empty text stands for series without it."""
        if (name, matchers) not in self._values:
            column = self.column(name)
            used = np.unique(column.codes[self.selected(matchers)])
            self._values[name, matchers] = frozenset(column.values[code] for code in used)
        return self._values[name, matchers]


class _Memory:
    """The labels of the last answers, least recently used first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, Labels] = OrderedDict()
        self._series = 0

    def labels(self, sets: Sequence[Mapping[str, str]]) -> Labels:
        key = blake2b(orjson.dumps(sets), digest_size=16).digest()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            self._known[key] = labels = Labels(sets)
            self._series += len(sets)
            while self._series > REMEMBERED and len(self._known) > 1:
                _key, forgotten = self._known.popitem(last=False)
                self._series -= len(forgotten.sets)
        return labels


_memory = _Memory()


@dataclass(slots=True, eq=False)
class SeriesTable:
    """An answer with the labels of its series, which all indicators share that share the answer."""

    matrix: Matrix
    labels: Labels

    @classmethod
    def of(cls, matrix: Matrix) -> SeriesTable:
        return cls(matrix, _memory.labels(matrix.labels))

    def __len__(self) -> int:
        return len(self.labels.sets)

    @property
    def ids(self) -> Ids:
        return self.labels.ids

    def column(self, name: str) -> Column:
        return self.labels.column(name)

    def selected(self, matchers: Sequence[Match]) -> Mask:
        return self.labels.selected(tuple(matchers))

    def values(self, name: str, matchers: Sequence[Match]) -> frozenset[str]:
        return self.labels.values(name, tuple(matchers))

    def rows(self, mask: Mask) -> SeriesTable:
        """A table of only these series."""
        sets = tuple(each for each, chosen in zip(self.labels.sets, mask, strict=True) if chosen)
        return SeriesTable(
            Matrix(labels=sets, instants=self.matrix.instants, values=self.matrix.values[mask]), Labels(sets)
        )


def label_ids(labels: Sequence[Mapping[str, str]]) -> Ids:
    digests = [blake2b(orjson.dumps(each, option=orjson.OPT_SORT_KEYS), digest_size=8).digest() for each in labels]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)
