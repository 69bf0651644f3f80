"""Sparklines and forecasts: what the windows of objectives hold, in about thirty pieces each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from slo.domain.counts import Array
from slo.domain.forecast import Forecast, Outlook, calendar_forecast, crossings
from slo.domain.grid import Epochs, epoch, instant
from slo.domain.windows import Rolling, Window
from slo.queries.cumulative import points
from slo.queries.standing import Ids, Promises

PIECES = 30


@dataclass(frozen=True, slots=True, eq=False)
class Outlooks:
    """Per objective: the forecast, and the budget that remained at each point of its window (NaN before any traffic)."""

    ids: Ids
    forecasts: tuple[Forecast, ...]
    sparks: tuple[Array, ...]

    def rows(self) -> list[tuple[str, float | None, float | None, Array, int]]:
        """(outlook, exhausted at, recovers at, spark, id), instants as epochs."""
        rows = []
        for pk, forecast, spark in zip(self.ids.tolist(), self.forecasts, self.sparks, strict=True):
            at = None if forecast.at is None else forecast.at.timestamp()
            rows.append(
                (
                    forecast.outlook.value,
                    at if forecast.outlook is Outlook.EXHAUSTS else None,
                    at if forecast.outlook is Outlook.RECOVERS else None,
                    spark,
                    pk,
                )
            )
        return rows


def piece_instants(window: Window, *, end: int) -> Epochs:
    """From the start of the window to `end` in about PIECES pieces of whole hours; the first and last may be shorter."""
    start = epoch(window.bounds(instant(end)).start)
    step = max(3600, math.ceil((end - start) / PIECES / 3600) * 3600)
    # Counted back from the end of its hour, so that the pieces in between stand on rows that thinning keeps.
    last = end // 3600 * 3600
    inner = np.arange(last, start, -step, dtype=np.int64)[::-1]
    return np.unique(np.concatenate(([start], inner, [end])))


def outlooks(of: Promises, *, end: int, burn: Array) -> Outlooks:
    """Forecasts and sparklines of objectives whose windows end at `end`; `burn` is the burn rate that goes on."""
    forecasts: dict[int, Forecast] = {}
    sparks: dict[int, Array] = {}
    for place in np.unique(of.window).tolist():
        mine = of.window == place
        _window(of.only(mine), of.windows[place], end=end, burn=burn[mine], forecasts=forecasts, sparks=sparks)
    ids = of.ids.tolist()
    return Outlooks(of.ids, tuple(forecasts[each] for each in ids), tuple(sparks[each] for each in ids))


def _window(
    of: Promises,
    window: Window,
    *,
    end: int,
    burn: Array,
    forecasts: dict[int, Forecast],
    sparks: dict[int, Array],
) -> None:
    instants = piece_instants(window, end=end)
    found = points(np.unique(of.series), instants)
    rows = np.searchsorted(found.series, of.series)
    bad, total = np.nan_to_num(found.bad[rows]), np.nan_to_num(found.total[rows])
    left = _left(bad, total, of.error_budget)
    for number, pk in enumerate(of.ids.tolist()):
        sparks[pk] = left[number]
    if isinstance(window, Rolling):
        _rolling(of, np.diff(bad), np.diff(total), instants=instants, burn=burn, forecasts=forecasts)
        return
    bounds = window.bounds(instant(end))
    for number, pk in enumerate(of.ids.tolist()):
        remaining = float(left[number, -1])
        now = float(burn[number])
        forecasts[pk] = calendar_forecast(
            None if math.isnan(remaining) else remaining, burn=None if math.isnan(now) else now, bounds=bounds
        )


def _left(bad: Array, total: Array, error_budget: Array) -> Array:
    """The share of the window's budget that remained at each point: all of it at the start."""
    allowed = error_budget[:, np.newaxis] * (total[:, -1:] - total[:, :1])
    left = np.full(bad.shape, np.nan)
    np.divide(bad - bad[:, :1], allowed, out=left, where=allowed > 0)
    return 1 - left


def _rolling(
    of: Promises, bad: Array, total: Array, *, instants: Epochs, burn: Array, forecasts: dict[int, Forecast]
) -> None:
    lengths = np.diff(instants).astype(np.float64)
    even = float(lengths.sum() / len(lengths))
    crossing = crossings(bad, total, error_budget=of.error_budget, burn=burn)
    none = np.isnan(burn) | (total.sum(axis=1) <= 0)
    for number, pk in enumerate(of.ids.tolist()):
        after = float(crossing.after[number])
        exhausted = bool(crossing.exhausted[number])
        if none[number]:
            forecasts[pk] = Forecast(outlook=Outlook.NO_DATA)
        elif math.isinf(after):
            forecasts[pk] = Forecast(outlook=Outlook.STAYS_EXHAUSTED if exhausted else Outlook.NEVER_AT_THIS_RATE)
        else:
            at = instant(int(instants[-1]) + round(after * even))
            forecasts[pk] = Forecast(outlook=Outlook.RECOVERS if exhausted else Outlook.EXHAUSTS, at=at)
