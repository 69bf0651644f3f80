"""Writing what objectives stand at: figures, band, alerts, forecast and sparkline, in one pass over all of a source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import orjson
from django.db import connection, transaction
from numpy.typing import NDArray

from relportal.core import bulk
from slo.actions.burn_alerts import Alerting, judge_alerts
from slo.domain import bulk as maths
from slo.domain.budget import NoDataReason
from slo.domain.counts import Array
from slo.domain.grid import STEP_S
from slo.models import IndicatorKind, Objective, Source
from slo.queries.cumulative import Points
from slo.queries.outlook import Outlooks, outlooks
from slo.queries.standing import REASONS, Promises, Standing, promises, standings

# Each tick renews the sparklines and forecasts of those that alert, of one in BURNING_TURNS that burn and of one in TURNS
# others: a quarter of an hour and three hours old at most.
TURNS = 36
BURNING_TURNS = 3

_STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS slo_status_new (
        objective_id bigint, at timestamptz, window_start timestamptz, band smallint, reason smallint, bad float8, total float8,
        coverage float8, sli float8, consumed float8, remaining float8, burn_5m float8, burn_30m float8, burn_1h float8,
        burn_2h float8, burn_6h float8, burn_1d float8, burn_3d float8, firing smallint, frozen smallint
    ) ON COMMIT DELETE ROWS
"""
_COLUMNS = {
    "objective_id": bulk.INT,
    "at": bulk.INT,
    "window_start": bulk.INT,
    "band": bulk.SMALL,
    "reason": bulk.SMALL,
    **dict.fromkeys(("bad", "total", "coverage", "sli", "consumed", "remaining"), bulk.FLOAT),
    **dict.fromkeys((f"burn_{name}" for name in ("5m", "30m", "1h", "2h", "6h", "1d", "3d")), bulk.FLOAT),
    "firing": bulk.SMALL,
    "frozen": bulk.SMALL,
}
_FLOATS = [name for name, kind in _COLUMNS.items() if kind == bulk.FLOAT]
_NUMBERS = ", ".join(f"{name} = nullif(n.{name}, 'NaN')" for name in _FLOATS)
_UPDATE = f"""
    UPDATE slo_status s SET
        at = CASE WHEN n.reason = 1 THEN NULL ELSE n.at END,
        window_start = CASE WHEN n.reason = 1 THEN NULL ELSE n.window_start END,
        computed_at = %(at)s,
        band = (%(bands)s::text[])[n.band + 1],
        reason = (%(reasons)s::text[])[n.reason + 1],
        firing = (%(firings)s::text[])[n.firing + 1],
        alerts_frozen = n.frozen <> 0,
        via = state.via,
        {_NUMBERS}
    FROM slo_status_new n, slo_objective o LEFT JOIN slo_indicatorstate state ON state.indicator_id = o.indicator_id
    WHERE s.objective_id = n.objective_id AND o.id = n.objective_id
"""  # noqa: S608 - names of columns above
_MISSING = """
    INSERT INTO slo_status (objective_id, computed_at, band, reason, outlook, firing, alerts_frozen, spark)
    SELECT id, %s, 'no_data', 'never_collected', '', '', false, '{}' FROM unnest(%s::bigint[]) id
    ON CONFLICT DO NOTHING
"""


def refresh_statuses(objective_ids: Sequence[int], *, at: dt.datetime) -> int:
    """Computes and writes the status of these objectives anew, from the rows that are there; how many were written.

    For a new or changed objective: everything is renewed, also sparkline and forecast. Alerts are judged as in a tick.
    """
    kinds = dict(Objective.objects.active().filter(pk__in=list(objective_ids)).values_list("pk", "indicator__kind"))
    written = 0
    with transaction.atomic():
        for pushed in (False, True):
            ids = [pk for pk, kind in kinds.items() if (kind == IndicatorKind.PUSHED) is pushed]
            if ids:
                written += write_statuses(promises(ids, pushed=pushed), at=at, everything=True)
    return written


def write_statuses(of: Promises, *, at: dt.datetime, everything: bool = False, known: Points | None = None) -> int:
    """Rewrites the status rows of `of` from cumulative rows; belongs into the transaction that wrote those.

    `known` are rows as they stand now, for the caller who has them; what they do not hold is read.
    """
    if not len(of):
        return 0
    ids = of.ids.tolist()
    new = of.ids[of.spark < 0].tolist()
    with connection.cursor() as cursor:
        if new:
            cursor.execute(_MISSING, [at, new])
        cursor.execute(_STAGE)
    alerting = Alerting.read()
    for standing in standings(of, more_s=alerting.lookbacks_s, known=known):
        _write(standing, alerting, everything=everything)
    with connection.cursor() as cursor:
        cursor.execute(
            _UPDATE,
            {
                "at": at,
                "bands": [each.value for each in maths.BANDS],
                "reasons": [each.value if each else "" for each in REASONS],
                "firings": ["", "ticket", "page"],
            },
        )
        cursor.execute("TRUNCATE slo_status_new")
    return len(ids)


def _write(standing: Standing, alerting: Alerting, *, everything: bool) -> None:
    of = standing.promises
    firing = judge_alerts(standing, alerting)
    numbers = {name: getattr(standing, name) for name in ("bad", "total", "coverage", "sli", "consumed", "remaining")}
    known = standing.reason != 1
    numbers |= {"bad": np.where(known, standing.bad, np.nan), "total": np.where(known, standing.total, np.nan)}
    burns = {name: standing.burns[:, place] for place, name in enumerate(_FLOATS[6:])}
    bulk.write(
        "slo_status_new",
        _COLUMNS,
        {
            "objective_id": of.ids,
            "at": np.full(len(of), bulk.timestamps(np.array([max(standing.end, 0)]))[0]),
            "window_start": bulk.timestamps(np.maximum(standing.window_start, 0)),
            "band": maths.bands(standing.remaining, firing=firing > 0),
            "reason": standing.reason,
            **numbers,
            **burns,
            "firing": firing,
            "frozen": (standing.reason > 0).astype(np.int16),
        },
    )
    renewed = _due(standing, firing=firing > 0, everything=everything)
    if renewed.any():
        _renew(outlooks(of.only(renewed), end=standing.end, burn=_going_on(standing)[renewed]))


def _due(standing: Standing, *, firing: NDArray[np.bool_], everything: bool) -> NDArray[np.bool_]:
    """Whose sparkline and forecast are computed in this tick: those in turn, those without, those that alert."""
    of = standing.promises
    if standing.end < 0:
        return np.zeros(len(of), np.bool_)
    if everything:
        return np.ones(len(of), np.bool_)
    number = of.series - standing.end // STEP_S
    with np.errstate(invalid="ignore"):
        burning = (_going_on(standing) > 1) & (number % BURNING_TURNS == 0)
    due: NDArray[np.bool_] = (number % TURNS == 0) | burning | firing | (of.spark <= 0)
    return due


def _going_on(standing: Standing) -> Array:
    """The burn that a forecast continues: of the last six hours, which a spike of minutes does not rule."""
    return standing.burns[:, 4]


def _renew(forecast: Outlooks) -> None:
    rows = forecast.rows()
    if not rows:
        return
    outlook, exhausted, recovers, sparks, ids = (list(column) for column in zip(*rows, strict=True))
    # Rows of an array differ in length, so that each travels as the text of an array. In JSON, NaN is null.
    dumped = (orjson.dumps(np.round(each, 5), option=orjson.OPT_SERIALIZE_NUMPY) for each in sparks)
    texts = [f"{{{each[1:-1].decode()}}}" for each in dumped]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE slo_status s SET outlook = n.outlook, exhausted_at = to_timestamp(n.exhausted), "
            "recovers_at = to_timestamp(n.recovers), spark = n.spark::float8[] "
            "FROM unnest(%s::text[], %s::float8[], %s::float8[], %s::text[], %s::bigint[]) "
            "n (outlook, exhausted, recovers, spark, id) WHERE s.objective_id = n.id",
            [outlook, exhausted, recovers, texts, ids],
        )


def mark_unavailable(source: Source, *, at: dt.datetime) -> int:
    """Says on every status of a source that its numbers are from before the source went away; alerts are frozen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE slo_status s SET reason = %s, alerts_frozen = true, computed_at = %s FROM slo_objective o, slo_indicator i "
            "WHERE o.id = s.objective_id AND i.id = o.indicator_id AND i.source_id = %s AND s.reason = ''",
            [NoDataReason.SOURCE_UNAVAILABLE.value, at, source.pk],
        )
        return int(cursor.rowcount)
