"""What a tick knows of a source's indicators: label mappings, series and objectives, remembered while nothing changes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from slo.actions.collecting import store
from slo.actions.collecting.labels import mappings
from slo.queries.standing import Promises, promises

# Every write of a row gives it a younger xmin, so that two states with equal counts and equal sums are the same state.
_MARK = """
    SELECT
        (SELECT (count(*), sum(xmin::text::bigint))::text FROM slo_indicator WHERE id = ANY (%(ids)s)),
        (SELECT (count(*), sum(xmin::text::bigint))::text FROM slo_indicatorservice WHERE indicator_id = ANY (%(ids)s)),
        (SELECT (count(*), sum(xmin::text::bigint))::text FROM slo_series WHERE indicator_id = ANY (%(ids)s)),
        (SELECT (count(*), sum(xmin::text::bigint))::text FROM slo_objective WHERE indicator_id = ANY (%(ids)s))
"""
Mark = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """The indicators `ids` as they were at `mark`. `promises` have the ends of that moment."""

    ids: tuple[int, ...]
    mark: Mark
    labels: Mapping[int, Mapping[str, int]]
    series: store.SeriesRows
    promises: Promises

    @classmethod
    def read(cls, ids: Sequence[int]) -> Catalog:
        # The mark first: what changes while the rest is read is noticed later.
        mark = _mark(ids)
        of = promises(ids, by="indicator_id")
        return cls(tuple(ids), mark, mappings(list(ids)), store.series_of(ids), of)

    @property
    def stands(self) -> bool:
        """Whether nothing was changed since it was read."""
        return _mark(self.ids) == self.mark


_remembered: dict[int, Catalog] = {}


def catalog(source_id: int, ids: Sequence[int]) -> Catalog:
    """As this process last read it, which may be outdated (`Catalog.stands`), or read now."""
    known = _remembered.get(source_id)
    return known if known is not None and known.ids == tuple(ids) else refreshed(source_id, ids)


def refreshed(source_id: int, ids: Sequence[int]) -> Catalog:
    found = Catalog.read(ids)
    # Without statuses or sparklines there is more to write, and to read again.
    if len(found.promises) and (found.promises.spark > 0).all():
        _remembered[source_id] = found
    else:
        _remembered.pop(source_id, None)
    return found


def _mark(ids: Sequence[int]) -> Mark:
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"ids": list(ids)})
        return tuple(cursor.fetchone())
