"""Cumulative rows of some series at very many instants, such as every one of the last days."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from relportal.core import bulk
from slo.domain.grid import STEP_S, Epochs, instant
from slo.domain.replay import Cumulative, carried
from slo.queries.cumulative import points

_ROWS = """
    SELECT series_id, instant, bad, total, covered_s FROM slo_measurement
    WHERE series_id = ANY (%(series)s::bigint[]) AND instant BETWEEN %(first)s AND %(last)s
"""
_COLUMNS = {"series": bulk.INT, "instant": bulk.INT, "bad": bulk.FLOAT, "total": bulk.FLOAT, "covered_s": bulk.FLOAT}


def dense(series: NDArray[np.int64], instants: Epochs) -> Cumulative:
    """What stands for each of `series` (ascending) at each of `instants` (ascending, on the grid)."""
    begins = np.flatnonzero(np.diff(instants, prepend=-STEP_S) != STEP_S)
    stood = points(series, instants[begins])
    at, *values = np.full((4, len(series), len(instants)), np.nan)
    names = ("bad", "total", "covered_s")
    at[:, begins] = np.where(np.isnan(stood.bad), np.nan, stood.at)
    for name, value in zip(names, values, strict=True):
        value[:, begins] = getattr(stood, name)
    for run in np.split(instants, begins[1:]):
        params = {"series": series.tolist(), "first": instant(run[0]), "last": instant(run[-1])}
        if len(run) == 1:
            continue
        table = bulk.read(_ROWS, params, columns=_COLUMNS)
        row_at = bulk.epochs(bulk.column(table, "instant"))
        column = np.minimum(np.searchsorted(instants, row_at), len(instants) - 1)
        row = np.searchsorted(series, bulk.column(table, "series"))
        on_grid = instants[column] == row_at
        cell = (row[on_grid], column[on_grid])
        at[cell] = row_at[on_grid]
        for name, value in zip(names, values, strict=True):
            value[cell] = bulk.column(table, name)[on_grid]
    return carried(instants, at=at, bad=values[0], total=values[1], covered_s=values[2])
