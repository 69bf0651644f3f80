"""Old rows become fewer, never other: 5-minute rows for 35 days, hourly for 400, daily for 800, and what else grows by itself."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from relportal.core.models import WorkItem, WorkState
from slo.domain.grid import DAY_S, HOUR_S, Retention, floor
from slo.models import CollectionRun, LatencyDay, Measurement, Objective, Reconciliation, Series

KEPT_DAYS: Final = 800
RUNS_KEPT: Final = dt.timedelta(days=14)
WORK_KEPT: Final = dt.timedelta(days=30)
DAY: Final = dt.timedelta(days=1)
# Well within the lease of the work item.
SLICE_S: Final = 60.0

# Of each hour (or day) (h - 1, h] the newest row stays: the one of the full hour, or the last before it where counts were
# pushed now and then. Starts of local days stay too, since calendar periods begin there, and the first row of a series,
# from which everything is counted.
_THIN = """
    DELETE FROM slo_measurement m USING (
        SELECT series_id, instant, lead(instant) OVER (PARTITION BY series_id ORDER BY instant) AS next
        FROM slo_measurement WHERE instant > %(start)s AND instant <= %(end)s
    ) row
    WHERE m.series_id = row.series_id AND m.instant = row.instant AND row.next IS NOT NULL
        AND ceil(extract(epoch FROM row.instant) / %(unit)s) = ceil(extract(epoch FROM row.next) / %(unit)s)
        AND NOT row.instant = ANY (%(boundaries)s)
        AND NOT EXISTS (SELECT FROM slo_series s WHERE s.id = m.series_id AND s.started_at = m.instant)
"""


@dataclass(frozen=True, slots=True)
class Thinned:
    """How many rows went, and up to which instants each resolution was thinned, to go on from there: tomorrow, or at once when
    there is `more`."""

    rows: int
    fine_until: dt.datetime
    hourly_until: dt.datetime
    more: bool = False


def thin(
    *,
    at: dt.datetime,
    fine_from: dt.datetime | None = None,
    hourly_from: dt.datetime | None = None,
    tiers: Retention | None = None,
    slice_s: float = SLICE_S,
) -> Thinned:
    """Thins day by day, each in a transaction of its own, from where the last run stopped (None: from the oldest row)."""
    deadline = time.monotonic() + slice_s
    tiers = tiers or Retention()
    oldest = Measurement.objects.order_by("instant").values_list("instant", flat=True).first() or at
    zones = set(Objective.objects.exclude(window_zone="").values_list("window_zone", flat=True))
    gone = _expired(at=at)
    done: list[dt.datetime] = []
    more = False
    for days, unit_s, start in ((tiers.fine_days, HOUR_S, fine_from), (tiers.hourly_days, DAY_S, hourly_from)):
        until = floor(at - dt.timedelta(days=days), step_s=DAY_S)
        day = floor(max(start or oldest, oldest), step_s=DAY_S)
        while day < until and time.monotonic() < deadline:
            gone += _thin_day(day, unit_s=unit_s, zones=zones)
            day += DAY
        more = more or day < until
        done.append(max(day, start) if start else day)
    return Thinned(rows=gone, fine_until=done[0], hourly_until=done[1], more=more)


def _thin_day(day: dt.datetime, *, unit_s: int, zones: set[str]) -> int:
    boundaries = [_local_midnight(day, zone, offset) for zone in sorted(zones) for offset in (0, 1)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_THIN, {"start": day, "end": day + DAY, "unit": unit_s, "boundaries": boundaries})
        return int(cursor.rowcount)


def _local_midnight(day: dt.datetime, zone: str, offset: int) -> dt.datetime:
    local = (day + offset * DAY).astimezone(ZoneInfo(zone)).date()
    return dt.datetime.combine(local, dt.time(), tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def _expired(*, at: dt.datetime) -> int:
    """Rows older than everything that is kept; their series begin later then."""
    oldest = floor(at - dt.timedelta(days=KEPT_DAYS), step_s=DAY_S)
    with transaction.atomic():
        gone, _by_model = Measurement.objects.filter(instant__lt=oldest).delete()
        Series.objects.filter(started_at__lt=oldest).update(started_at=oldest)
    return gone


def clean(*, at: dt.datetime) -> int:
    """Forgets the diary of collection after two weeks, finished work after a month, reconciliations after 400 days, histograms
    together with the counts of their day."""
    gone, _by_model = CollectionRun.objects.filter(at__lt=at - RUNS_KEPT).delete()
    done = WorkItem.objects.filter(state=WorkState.DONE, kind__startswith="slo.", due_at__lt=at - WORK_KEPT)
    gone += done.delete()[0]
    old = Reconciliation.objects.filter(day__lt=(at - dt.timedelta(days=Retention().hourly_days)).date())
    days = LatencyDay.objects.filter(day__lt=(at - dt.timedelta(days=KEPT_DAYS)).date())
    return gone + old.delete()[0] + days.delete()[0]
