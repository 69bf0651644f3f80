"""Where objectives stand at the watermark of their series: windows, budgets, burns, coverage; the numbers of `Status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Literal

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from relportal.core import bulk
from slo.domain import bulk as maths
from slo.domain.budget import NoDataReason
from slo.domain.burn import BURN_WINDOWS_S
from slo.domain.counts import Array
from slo.domain.grid import Epochs, epoch, instant
from slo.domain.windows import Calendar, CalendarUnit, Rolling, Window
from slo.models import WindowKind
from slo.queries.cumulative import Points, points

LOOKBACKS_S = tuple(BURN_WINDOWS_S.values())
# Index in this order stands in `Standing.reason`; 0 is none.
REASONS = (
    None,
    NoDataReason.NEVER_COLLECTED,
    NoDataReason.PERIOD_BEGINS,
    NoDataReason.LOW_COVERAGE,
    NoDataReason.NO_TRAFFIC,
)
_NEVER, _BEGINS, _LOW, _EMPTY = 1, 2, 3, 4
Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]

_OBJECTIVES = """
    SELECT o.id, o.indicator_id, o.series_id, (1 - o.target)::float8,
        array_position(%(windows)s::text[], concat_ws(' ', o.window_kind, o.window_days, o.window_zone))::bigint - 1,
        coalesce(extract(epoch FROM s.started_at)::bigint, -1),
        coalesce(extract(epoch FROM {end})::bigint, -1),
        coalesce(cardinality(status.spark), -1)::bigint
    FROM slo_objective o
    JOIN slo_series s ON s.id = o.series_id
    LEFT JOIN slo_indicatorstate state ON state.indicator_id = o.indicator_id
    LEFT JOIN slo_status status ON status.objective_id = o.id
    WHERE o.retired_at IS NULL AND o.{by} = ANY (%(ids)s::bigint[])
    ORDER BY o.series_id, o.id
"""
_SELECT_WINDOWS = (
    "SELECT DISTINCT concat_ws(' ', window_kind, window_days, window_zone), window_kind, window_days, window_zone "
    "FROM slo_objective WHERE retired_at IS NULL"
)
_WINDOWS = {
    "id": _SELECT_WINDOWS + " AND id = ANY (%s)",
    "indicator_id": _SELECT_WINDOWS + " AND indicator_id = ANY (%s)",
}
_PULLED_END = "state.watermark"
# Other tools push when they like: each series ends where its own counts end.
_PUSHED_END = "(SELECT m.instant FROM slo_measurement m WHERE m.series_id = s.id ORDER BY m.instant DESC LIMIT 1)"
_OBJECTIVE_COLUMNS = {
    "id": bulk.INT,
    "indicator": bulk.INT,
    "series": bulk.INT,
    "error_budget": bulk.FLOAT,
    "window": bulk.INT,
    "started": bulk.INT,
    "end": bulk.INT,
    "spark": bulk.INT,
}


@dataclass(frozen=True, slots=True, eq=False)
class Promises:
    """Objectives as arrays in the order of their series. `started` and `end` are epochs, -1 for never; `windows` is looked up
    by `window`; `spark` is how many sparkline points are stored (-1: no status yet)."""

    ids: Ids
    indicator: Ids
    series: Ids
    error_budget: Array
    window: Ids
    started: Epochs
    end: Epochs
    spark: Ids
    windows: tuple[Window, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, mask: Mask) -> Promises:
        return Promises(
            self.ids[mask],
            self.indicator[mask],
            self.series[mask],
            self.error_budget[mask],
            self.window[mask],
            self.started[mask],
            self.end[mask],
            self.spark[mask],
            self.windows,
        )

    def ending(self, ends: Mapping[int, int]) -> Promises:
        """With the ends that these indicators have reached."""
        end = self.end.copy()
        for indicator, reached in ends.items():
            end[self.indicator == indicator] = reached
        return replace(self, end=end)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Figures of `promises` at their `end`; NaN is no number. `reason` indexes REASONS. Burns: (objectives, LOOKBACKS_S)."""

    promises: Promises
    end: int
    window_start: Epochs
    bad: Array
    total: Array
    coverage: Array
    reason: NDArray[np.intp]
    sli: Array
    consumed: Array
    remaining: Array
    burns: Array
    points: Points
    _looks: dict[int, Lookback] = field(default_factory=dict)

    def lookback(self, seconds: int) -> Lookback:
        """What the last `seconds` of each objective hold; `seconds` must have been asked for."""
        if seconds not in self._looks:
            self._looks[seconds] = _lookback(self.promises, self.points, end=self.end, seconds=seconds)
        return self._looks[seconds]


@dataclass(frozen=True, slots=True, eq=False)
class Lookback:
    bad: Array
    burn: Array
    covered: Mask


def promises(ids: Sequence[int], *, by: Literal["id", "indicator_id"] = "id", pushed: bool = False) -> Promises:
    """The active objectives with these ids, or (`by="indicator_id"`) of these indicators."""
    with connection.cursor() as cursor:
        cursor.execute(_WINDOWS[by], [list(ids)])
        windows = sorted(cursor.fetchall(), key=itemgetter(0))
    sql = _OBJECTIVES.format(end=_PUSHED_END if pushed else _PULLED_END, by=by)
    params = {"windows": [name for name, _kind, _days, _zone in windows], "ids": list(ids)}
    table = bulk.read(sql, params, columns=_OBJECTIVE_COLUMNS)
    columns = {name: bulk.column(table, name) for name in _OBJECTIVE_COLUMNS}
    return Promises(
        columns["id"],
        columns["indicator"],
        columns["series"],
        columns["error_budget"],
        columns["window"],
        columns["started"],
        columns["end"],
        columns["spark"],
        tuple(window_of(kind, days, zone) for _name, kind, days, zone in windows),
    )


def window_of(kind: str, days: int | None, zone: str) -> Window:
    if kind == WindowKind.ROLLING:
        return Rolling(days=days or 0)
    return Calendar(unit=CalendarUnit(kind), zone=zone)


def standings(of: Promises, *, more_s: Sequence[int] = (), known: Points | None = None) -> list[Standing]:
    """One Standing for each distinct end; never collected objectives (end -1) have one of their own without points.

    `more_s` are further look-backs, of burn rules that are not the default ones. `known` are rows that were read already;
    what they do not hold is read.
    """
    return [standing(of.only(of.end == end), end=int(end), more_s=more_s, known=known) for end in np.unique(of.end)]


def standing(of: Promises, *, end: int, more_s: Sequence[int] = (), known: Points | None = None) -> Standing:
    if end < 0:
        return _nothing(of)
    starts = _starts(of, end)[of.window]
    instants = instants_of(of, end=end, more_s=more_s)
    series = np.unique(of.series)
    if known is not None and known.holds(series, instants):
        return _figures(of, known.cells(series, instants), end=end, starts=starts)
    return _figures(of, points(series, instants), end=end, starts=starts)


def instants_of(of: Promises, *, end: int, more_s: Sequence[int] = ()) -> Epochs:
    """The instants whose rows give a Standing at `end`, ascending."""
    looks = {*LOOKBACKS_S, *more_s}
    return np.unique([end, *(end - each for each in looks), *_starts(of, end)])


def _starts(of: Promises, end: int) -> Epochs:
    return np.array([epoch(window.bounds(instant(end)).start) for window in of.windows], np.int64)


def _figures(of: Promises, found: Points, *, end: int, starts: Epochs) -> Standing:
    rows = np.searchsorted(found.series, of.series)
    now = np.searchsorted(found.instants, end)
    then = np.searchsorted(found.instants, starts)
    bad = found.bad[rows, now] - found.bad[rows, then]
    total = found.total[rows, now] - found.total[rows, then]
    covered_s = found.covered_s[rows, now] - found.covered_s[rows, then]
    expected = (end - np.maximum(starts, of.started)).astype(np.float64)
    expected[of.started < 0] = 0.0
    coverage = np.full(len(of), np.nan)
    # A window that begins between two hourly rows holds up to an hour more than it asks for.
    np.divide(covered_s, expected, out=coverage, where=expected > 0)
    np.minimum(coverage, 1.0, out=coverage)
    reason = np.select(
        [of.started < 0, end <= starts, ~maths.covered(covered_s, expected), total == 0],
        [_NEVER, _BEGINS, _LOW, _EMPTY],
        default=0,
    )
    known = reason == 0
    consumed = np.where(known, maths.burns(bad, total, error_budget=of.error_budget), np.nan)
    ratio = np.where(known, maths.error_ratios(bad, total), np.nan)
    row_at = found.at[rows, then]
    near = (row_at > 0) & (row_at <= starts) & (starts - row_at < 3600)
    looks = {each: _lookback(of, found, end=end, seconds=each) for each in LOOKBACKS_S}
    return Standing(
        promises=of,
        end=end,
        window_start=np.where(near, row_at, starts),
        bad=bad,
        total=total,
        coverage=coverage,
        reason=reason,
        sli=1 - ratio,
        consumed=consumed,
        remaining=1 - consumed,
        burns=np.stack([looks[each].burn for each in LOOKBACKS_S], axis=1),
        points=found,
        _looks=looks,
    )


def _lookback(of: Promises, found: Points, *, end: int, seconds: int) -> Lookback:
    rows = np.searchsorted(found.series, of.series)
    now, then = np.searchsorted(found.instants, (end, end - seconds))
    bad = found.bad[rows, now] - found.bad[rows, then]
    total = found.total[rows, now] - found.total[rows, then]
    covered_s = found.covered_s[rows, now] - found.covered_s[rows, then]
    age = np.where(of.started < 0, 0, end - of.started)
    covered = maths.covered(covered_s, np.minimum(seconds, age).astype(np.float64))
    burn = np.where(covered, maths.burns(bad, total, error_budget=of.error_budget), np.nan)
    return Lookback(bad=bad, burn=burn, covered=covered)


def _nothing(of: Promises) -> Standing:
    none = np.full(len(of), np.nan)
    return Standing(
        promises=of,
        end=-1,
        window_start=np.full(len(of), -1),
        bad=none,
        total=none,
        coverage=none,
        reason=np.full(len(of), _NEVER, np.intp),
        sli=none,
        consumed=none,
        remaining=none,
        burns=np.full((len(of), len(LOOKBACKS_S)), np.nan),
        points=points(np.empty(0, np.int64), []),
    )
