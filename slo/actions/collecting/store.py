"""Writing counts as cumulative rows: only rows that are new or differ, in one upsert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from relportal.core import bulk
from slo.domain.counts import Array, Buckets
from slo.domain.grid import Epochs
from slo.domain.slices import Method, counted
from slo.models import Counting, Series, Via
from slo.queries.cumulative import Points, points

METHODS = (Method.OCCURRENCES, Method.TIMESLICES, Method.RATIO_TIMESLICES)
_SERIES = """
    SELECT s.id, s.indicator_id, s.service_id, array_position(%(countings)s::text[], s.counting::text)::bigint - 1,
        coalesce(s.slice_target, -1)::float8, coalesce(extract(epoch FROM s.started_at)::bigint, -1)
    FROM slo_series s JOIN slo_indicator i ON i.id = s.indicator_id AND i.generation = s.generation
    WHERE s.indicator_id = ANY (%(ids)s::bigint[])
    ORDER BY s.id
"""
_SERIES_COLUMNS = {
    "id": bulk.INT,
    "indicator": bulk.INT,
    "service": bulk.INT,
    "counting": bulk.INT,
    "slice_target": bulk.FLOAT,
    "started": bulk.INT,
}
_STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS slo_measurement_new (
        series_id bigint, instant timestamptz, bad float8, total float8, covered_s float8, via smallint
    ) ON COMMIT DELETE ROWS
"""
_STAGE_COLUMNS = {
    "series_id": bulk.INT,
    "instant": bulk.INT,
    "bad": bulk.FLOAT,
    "total": bulk.FLOAT,
    "covered_s": bulk.FLOAT,
    "via": bulk.SMALL,
}
_UPSERT = """
    INSERT INTO slo_measurement (series_id, instant, bad, total, covered_s, via)
    SELECT series_id, instant, bad, total, covered_s, via FROM slo_measurement_new
    ON CONFLICT (series_id, instant) DO UPDATE
    SET bad = excluded.bad, total = excluded.total, covered_s = excluded.covered_s, via = excluded.via
"""
# Lists of this size are inserted at once.
_NEW_SERIES = """
    INSERT INTO slo_series (indicator_id, service_id, generation, counting)
    SELECT m.indicator_id, m.service_id, i.generation, 'occurrences'
    FROM slo_indicatorservice m JOIN slo_indicator i ON i.id = m.indicator_id
    WHERE m.indicator_id = ANY (%s)
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, eq=False)
class SeriesRows:
    """The series of some indicators in ascending order of id; `counting` indexes METHODS, `started` is -1 before any row."""

    id: NDArray[np.int64]
    indicator: NDArray[np.int64]
    service: NDArray[np.int64]
    counting: NDArray[np.int64]
    slice_target: Array
    started: Epochs

    def only(self, mask: NDArray[np.bool_]) -> SeriesRows:
        return SeriesRows(
            self.id[mask],
            self.indicator[mask],
            self.service[mask],
            self.counting[mask],
            self.slice_target[mask],
            self.started[mask],
        )


@dataclass(frozen=True, slots=True, eq=False)
class NewRows:
    """Rows to write, as columns of equal length. `may_stand`: whether there may be a row in that place already."""

    series: NDArray[np.int64]
    instant: Epochs
    bad: Array
    total: Array
    covered_s: Array
    via: NDArray[np.int16]
    may_stand: NDArray[np.bool_]

    @classmethod
    def joined(cls, batches: Sequence[NewRows]) -> NewRows:
        return cls(*(np.concatenate([getattr(each, field.name) for each in batches]) for field in fields(cls)))

    def only(self, mask: NDArray[np.bool_]) -> NewRows:
        return NewRows(*(getattr(self, field.name)[mask] for field in fields(self)))


def series_of(indicator_ids: Sequence[int]) -> SeriesRows:
    """The series of the present generation of these indicators; every mapped service has one that counts occurrences."""
    params = {"ids": list(indicator_ids), "countings": [each.value for each in METHODS]}
    table = bulk.read(_SERIES, params, columns=_SERIES_COLUMNS)
    columns = {name: bulk.column(table, name) for name in _SERIES_COLUMNS}
    return SeriesRows(**columns)


def create_series(indicator_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NEW_SERIES, [list(indicator_ids)])


def by_method(series: SeriesRows, buckets: Buckets, rows: NDArray[np.intp]) -> Buckets:
    """The buckets of each series in its own way of counting; `rows` is the row of `buckets` that a series belongs to."""
    shape = (len(series.id), buckets.bad.shape[1])
    bad, total, covered_s = np.empty(shape), np.empty(shape), np.empty(shape)
    ways = np.stack((series.counting.astype(np.float64), series.slice_target), axis=1)
    for counting, slice_target in np.unique(ways, axis=0).tolist():
        mine = (series.counting == counting) & (series.slice_target == slice_target)
        picked = rows[mine]
        own = Buckets(bad=buckets.bad[picked], total=buckets.total[picked], covered_s=buckets.covered_s[picked])
        target = None if slice_target < 0 else Decimal(repr(slice_target))
        own = counted(own, method=METHODS[int(counting)], slice_target=target)
        bad[mine], total[mine], covered_s[mine] = own.bad, own.total, own.covered_s
    return Buckets(bad=bad, total=total, covered_s=covered_s)


def recollected(instants: Epochs, watermark: int) -> Epochs:
    """Those of the instants of a tick, whose first is the base, at which rows may stand that are compared."""
    return instants[instants <= max(watermark, int(instants[0]))]


def appended(
    series: SeriesRows,
    buckets: Buckets,
    *,
    instants: Epochs,
    watermark: int,
    via: Via,
    known: Points | None = None,
) -> NewRows:
    """The rows at `instants`, whose first is the base of `buckets`, as far as they are new or differ from what stands.

    A series that has no row yet starts with zeros at the base. `known` are rows that were read already.
    """
    compared = recollected(instants, watermark)
    if known is not None and known.holds(series.id, compared):
        old = known.cells(series.id, compared)
    else:
        old = points(series.id, compared)
    base = np.stack((old.bad[:, 0], old.total[:, 0], old.covered_s[:, 0]))
    first = np.isnan(base[0]) | (series.started < 0) | (series.started > instants[0])
    base[:, first] = 0.0
    values = np.stack((buckets.bad, buckets.total, buckets.covered_s))
    rows = np.cumsum(np.concatenate((base[:, :, np.newaxis], values), axis=2), axis=2)
    fresh = np.ones(rows.shape[1:], np.bool_)
    stood = len(compared)
    stands = old.at == old.instants
    same = (rows[0, :, :stood] == old.bad) & (rows[1, :, :stood] == old.total) & (rows[2, :, :stood] == old.covered_s)
    fresh[:, :stood] = ~(stands & same)
    fresh[:, 0] = first
    # Instant by instant: rows of one instant lie together, where statuses look for them.
    column, where = np.nonzero(fresh.T)
    return NewRows(
        series=series.id[where],
        instant=instants[column],
        bad=rows[0][where, column],
        total=rows[1][where, column],
        covered_s=rows[2][where, column],
        via=np.full(len(where), via.value, np.int16),
        may_stand=(column < stood) | (watermark < 0),
    )


def commit_lazily() -> None:
    """The transaction does not wait for the disk: after a crash it is there as a whole or not at all, and can be repeated."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def write(rows: NewRows) -> int:
    """Writes the rows; how many. Raises: IntegrityError when one is there that was not expected (`may_stand`)."""
    new, old = rows.only(~rows.may_stand), rows.only(rows.may_stand)
    count = 0
    if len(new.series):
        count += bulk.write("slo_measurement", _STAGE_COLUMNS, _staged(new))
    if len(old.series):
        with connection.cursor() as cursor:
            cursor.execute(_STAGE)
            count += bulk.write("slo_measurement_new", _STAGE_COLUMNS, _staged(old))
            cursor.execute(_UPSERT)
            cursor.execute("TRUNCATE slo_measurement_new")
    return count


def _staged(rows: NewRows) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {field.name: getattr(rows, field.name) for field in fields(rows)}
    columns["series_id"] = columns.pop("series")
    return columns | {"instant": bulk.timestamps(rows.instant)}


def started(series_ids: NDArray[np.int64], instant: int) -> None:
    """These series are counted from `instant` on; one that was counted from before keeps that."""
    if len(series_ids):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE slo_series SET started_at = to_timestamp(%s) "
                "WHERE id = ANY (%s) AND (started_at IS NULL OR started_at > to_timestamp(%s))",
                [instant, series_ids.tolist(), instant],
            )


def default_series(indicator_id: int, service_id: int, generation: int) -> Series:
    return Series.objects.get_or_create(
        indicator_id=indicator_id,
        service_id=service_id,
        generation=generation,
        counting=Counting.OCCURRENCES,
        slice_target=None,
    )[0]
