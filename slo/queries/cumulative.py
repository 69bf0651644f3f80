"""Cumulative rows of many series at a few instants, in one statement, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from relportal.core import bulk
from slo.domain.counts import Array
from slo.domain.grid import DAY_S, HOUR_S, Epochs, instant

# All rows of the last days stand on the 5-minute grid; older history may be hourly.
FINE_S = 2 * DAY_S

_COLUMNS = {"series": bulk.INT, "instant": bulk.INT, "bad": bulk.FLOAT, "total": bulk.FLOAT, "covered_s": bulk.FLOAT}
_AT_INSTANTS = """
    SELECT series_id, instant, bad, total, covered_s
    FROM slo_measurement
    WHERE instant = ANY (%(instants)s::timestamptz[]) AND series_id BETWEEN %(low)s AND %(high)s
"""
# One row in so many of an instant is wanted: from there on, looking for each is cheaper than reading all that lie together.
_SPARSE = 8
# OFFSET 0 keeps the planner from turning the look-ups into a scan of everything.
_EACH = """
    SELECT row.series_id, row.instant, row.bad, row.total, row.covered_s
    FROM unnest(%(series)s::bigint[]) wanted CROSS JOIN unnest(%(instants)s::timestamptz[]) moment CROSS JOIN LATERAL (
        SELECT series_id, instant, bad, total, covered_s FROM slo_measurement
        WHERE series_id = wanted AND instant = moment OFFSET 0
    ) row
"""
# The newest row at or before an instant; before the first row of a series, that first row.
_AT_OR_BEFORE = """
    SELECT wanted.place, row.instant, row.bad, row.total, row.covered_s
    FROM unnest(%(series)s::bigint[], %(instants)s::bigint[], %(places)s::bigint[]) wanted (series, instant, place)
    CROSS JOIN LATERAL (
        (
            SELECT instant, bad, total, covered_s FROM slo_measurement
            WHERE series_id = wanted.series AND instant <= to_timestamp(wanted.instant)
            ORDER BY instant DESC LIMIT 1
        )
        UNION ALL
        (
            SELECT instant, bad, total, covered_s FROM slo_measurement
            WHERE series_id = wanted.series ORDER BY instant LIMIT 1
        )
        LIMIT 1
    ) row
"""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Cumulative counts of shape (series, instants); `at` is the instant of the row that was found, NaN rows have at 0.

    A row stands until the next one, so the row of an instant is the newest one at or before it. Before the first row nothing
    was counted: there the first row stands, and differences to it count everything since.
    """

    series: NDArray[np.int64]
    instants: Epochs
    at: Epochs
    bad: Array
    total: Array
    covered_s: Array

    def holds(self, series: NDArray[np.int64], instants: Epochs) -> bool:
        """Whether there is a row for each of the series (ascending) at each of the instants."""
        if not np.isin(series, self.series).all() or not np.isin(instants, self.instants).all():
            return False
        return not np.isnan(self.cells(series, instants).bad).any()

    def cells(self, series: NDArray[np.int64], instants: Epochs) -> Points:
        """Only these series at these instants, all of which are among its own."""
        cell = np.ix_(np.searchsorted(self.series, series), np.searchsorted(self.instants, instants))
        return Points(series, instants, self.at[cell], self.bad[cell], self.total[cell], self.covered_s[cell])

    def with_rows(self, rows: Rows) -> Points:
        """As it is after these rows of its series were written, at instants that it holds or that are younger."""
        instants = np.union1d(self.instants, rows.instant)
        old = np.searchsorted(instants, self.instants)
        cell = (np.searchsorted(self.series, rows.series), np.searchsorted(instants, rows.instant))

        def laid(under: NDArray[Any], over: NDArray[Any], nothing: float) -> NDArray[Any]:
            both = np.full((len(self.series), len(instants)), nothing, under.dtype)
            both[:, old] = under
            both[cell] = over
            return both

        return Points(
            self.series,
            instants,
            laid(self.at, rows.instant, 0),
            laid(self.bad, rows.bad, np.nan),
            laid(self.total, rows.total, np.nan),
            laid(self.covered_s, rows.covered_s, np.nan),
        )


class Rows(Protocol):
    """Columns of equal length: one row of a series at an instant each."""

    @property
    def series(self) -> NDArray[np.int64]: ...
    @property
    def instant(self) -> Epochs: ...
    @property
    def bad(self) -> Array: ...
    @property
    def total(self) -> Array: ...
    @property
    def covered_s(self) -> Array: ...


def points(series: NDArray[np.int64], instants: Sequence[int] | Epochs) -> Points:
    """Rows of all `series` (ascending ids) at all `instants` (ascending)."""
    wanted = np.asarray(instants, np.int64)
    found = _Found.empty(series, wanted)
    if len(series) and len(wanted):
        # Younger rows stand on the 5-minute grid, so that their hours are not needed.
        hours = np.where(wanted < wanted[-1] - FINE_S, wanted // HOUR_S * HOUR_S, wanted)
        found.exact(np.unique(np.concatenate((wanted, hours))), hours)
        found.earlier()
    return Points(series, wanted, found.at, found.values[0], found.values[1], found.values[2])


def pairs(series: Sequence[int], instants: Sequence[int]) -> Array:
    """Bad, total and covered seconds of shape (3, n): of each series at the instant in the same place. NaN: it has no rows."""
    found = np.full((3, len(series)), np.nan)
    if len(series):
        params = {"series": list(series), "instants": list(instants), "places": list(range(len(series)))}
        table = bulk.read(_AT_OR_BEFORE, params, columns=_COLUMNS)
        found[:, bulk.column(table, "series")] = [table[name] for name in ("bad", "total", "covered_s")]
    return found


@dataclass(slots=True, eq=False)
class _Found:
    series: NDArray[np.int64]
    wanted: Epochs
    at: Epochs
    values: Array

    @classmethod
    def empty(cls, series: NDArray[np.int64], wanted: Epochs) -> _Found:
        shape = (len(series), len(wanted))
        return cls(series, wanted, np.zeros(shape, np.int64), np.full((3, *shape), np.nan))

    def exact(self, asked: Epochs, hours: Epochs) -> None:
        """Rows at the instants themselves; where hours are all that is kept, those of the hour before."""
        # Literal instants, for the planner to see that they are few, and to take the rows that lie together.
        instants = [instant(each) for each in asked.tolist()]
        low, high = self.series[[0, -1]].tolist()
        if high - low >= _SPARSE * len(self.series):
            table = bulk.read(_EACH, {"instants": instants, "series": self.series.tolist()}, columns=_COLUMNS)
        else:
            table = bulk.read(_AT_INSTANTS, {"instants": instants, "low": low, "high": high}, columns=_COLUMNS)
            table = table[np.isin(table["series"], self.series)]
        grid = np.full((3, len(self.series), len(asked)), np.nan)
        rows = np.searchsorted(self.series, bulk.column(table, "series"))
        columns = np.searchsorted(asked, bulk.epochs(bulk.column(table, "instant")))
        for number, name in enumerate(("bad", "total", "covered_s")):
            grid[number, rows, columns] = table[name]
        for source in (hours, self.wanted):
            picked = grid[:, :, np.searchsorted(asked, source)]
            there = ~np.isnan(picked[0])
            self.values = np.where(there, picked, self.values)
            self.at = np.where(there, source, self.at)

    def earlier(self) -> None:
        missing = np.isnan(self.values[0])
        if not missing.any():
            return
        rows, columns = np.nonzero(missing)
        params = {
            "series": self.series[rows].tolist(),
            "instants": self.wanted[columns].tolist(),
            "places": (rows * len(self.wanted) + columns).tolist(),
        }
        table = bulk.read(_AT_OR_BEFORE, params, columns=_COLUMNS)
        places = bulk.column(table, "series")
        rows, columns = places // len(self.wanted), places % len(self.wanted)
        self.at[rows, columns] = bulk.epochs(bulk.column(table, "instant"))
        for number, name in enumerate(("bad", "total", "covered_s")):
            self.values[number, rows, columns] = table[name]
