"""An answer as a table: which of its series a selector means, which service each belongs to, and who each of them is."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Column:
    """A label over all series: `values[codes[i]]` is the text that series i has, empty when it has none."""

    values: tuple[str, ...]
    codes: NDArray[np.intp]


@dataclass(slots=True, eq=False)
class SeriesTable:
    """Columns and ids are worked out when they are asked for, once for all indicators that share the answer."""

    matrix: Matrix
    _columns: dict[str, Column] = field(default_factory=dict)
    _ids: Ids | None = None

    def __len__(self) -> int:
        return len(self.matrix.labels)

    @property
    def ids(self) -> Ids:
        """A 64-bit hash of each label set: the same in every process and for every order of labels."""
        if self._ids is None:
            self._ids = label_ids(self.matrix.labels)
        return self._ids

    def column(self, name: str) -> Column:
        if name not in self._columns:
            known: dict[str, int] = {}
            codes = [known.setdefault(labels.get(name, ""), len(known)) for labels in self.matrix.labels]
            self._columns[name] = Column(values=tuple(known), codes=np.array(codes, dtype=np.intp))
        return self._columns[name]

    def rows(self, mask: Mask) -> SeriesTable:
        """A table of only these series."""
        labels = tuple(each for each, chosen in zip(self.matrix.labels, mask, strict=True) if chosen)
        return SeriesTable(Matrix(labels=labels, instants=self.matrix.instants, values=self.matrix.values[mask]))

    def selected(self, matchers: Sequence[Match]) -> Mask:
        chosen = np.ones(len(self), np.bool_)
        for matcher in matchers:
            column = self.column(matcher.name)
            accepted = np.array([matcher.accepts(value) for value in column.values], np.bool_)
            if not accepted.all():
                chosen &= accepted[column.codes]
        return chosen


def label_ids(labels: Sequence[Mapping[str, str]]) -> Ids:
    digests = [blake2b(orjson.dumps(each, option=orjson.OPT_SORT_KEYS), digest_size=8).digest() for each in labels]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)
