"""When what is due: the recurring work of this app."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction

from relportal.core import company, work
from slo.domain.grid import DAY_S, SETTLE, STEP, ceil, floor, newest_instant

COLLECT: Final = "slo.collect"
BACKFILL: Final = "slo.backfill"
RECONCILE: Final = "slo.reconcile"
RETAIN: Final = "slo.retain"
LATENCY_DAYS: Final = "slo.latency_days"
EVERY_DAY: Final = dt.timedelta(days=1)
# A little after midnight UTC, when the last buckets of the day have settled.
RECONCILE_AT: Final = dt.timedelta(minutes=20)
RETAIN_AT: Final = dt.timedelta(minutes=50)
# After midnight of the company's zone, when the last samples of the day have come.
LATENCY_DAYS_AT: Final = dt.timedelta(minutes=25)


def schedule_source(source_id: int, *, at: dt.datetime) -> None:
    """Collects a source from `at` on."""
    with transaction.atomic():
        work.enqueue(COLLECT, f"source:{source_id}", at=at, queue="collect", payload={"source": source_id}, every=STEP)


def schedule_backfill(backfill_id: int, *, at: dt.datetime) -> None:
    work.enqueue(BACKFILL, f"backfill:{backfill_id}", at=at, queue="backfill", payload={"backfill": backfill_id})


def schedule_latency_days(source_id: int, *, at: dt.datetime) -> None:
    """Keeps the days of a source's histograms that are missing, from `at` on."""
    with transaction.atomic():
        work.enqueue(
            LATENCY_DAYS,
            f"source:{source_id}",
            at=at,
            queue="backfill",
            payload={"source": source_id},
            every=EVERY_DAY,
        )


def schedule_upkeep(*, at: dt.datetime) -> None:
    """Daily work, each at its time of the day. A run that is due already is not put off."""
    with transaction.atomic():
        work.enqueue(RECONCILE, "daily", at=next_reconcile(at), queue="backfill", every=EVERY_DAY)
        work.enqueue(RETAIN, "daily", at=next_retain(at), queue="backfill", every=EVERY_DAY)


def next_tick(at: dt.datetime, *, source_id: int) -> dt.datetime:
    """When the next instant of the grid has settled, spread over some seconds so that sources do not come all at once."""
    coming = newest_instant(at) + STEP
    return ceil(coming) + SETTLE + dt.timedelta(seconds=source_id % 7)


def next_reconcile(at: dt.datetime) -> dt.datetime:
    return _coming(at, RECONCILE_AT)


def next_retain(at: dt.datetime) -> dt.datetime:
    return _coming(at, RETAIN_AT)


def next_latency_days(at: dt.datetime) -> dt.datetime:
    """After the next midnight of the company's zone."""
    local = at.astimezone(company.zone())
    due = dt.datetime.combine(local.date(), dt.time(), tzinfo=local.tzinfo) + LATENCY_DAYS_AT
    return due if due > at else due + EVERY_DAY


def _coming(at: dt.datetime, offset: dt.timedelta) -> dt.datetime:
    """The next time of day `offset` after midnight UTC, always after `at`."""
    due = floor(at, step_s=DAY_S) + offset
    return due if due > at else due + EVERY_DAY
