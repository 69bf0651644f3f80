"""Handlers of due work: each calls one action and says when the next run is due."""

from __future__ import annotations

import datetime as dt
from typing import Any

from relportal.core import work
from relportal.core.exceptions import Unavailable
from relportal.core.models import WorkItem
from slo.actions.backfill import run_backfill
from slo.actions.collect import collect_source
from slo.actions.latency_days import MOST_DAYS, keep_days
from slo.actions.reconcile import reconcile_source
from slo.actions.retention import clean, thin
from slo.actions.schedule import (
    BACKFILL,
    COLLECT,
    LATENCY_DAYS,
    RECONCILE,
    RETAIN,
    next_latency_days,
    next_reconcile,
    next_retain,
    next_tick,
)
from slo.models import Source

AGAIN = dt.timedelta(hours=1)


@work.handles(COLLECT)
def collect(item: WorkItem, at: dt.datetime) -> work.Outcome:
    source_id = int(item.payload["source"])
    if not Source.objects.filter(pk=source_id).exists():
        return work.Outcome(result={"gone": True})
    done = collect_source(source_id, at=at)
    again = at if done.behind or done.overtaken else next_tick(at, source_id=source_id)
    return work.Outcome(
        again_at=again,
        result={"rows": done.rows, "statuses": done.statuses, "queries": done.queries, "error": done.error},
    )


@work.handles(BACKFILL)
def backfill(item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = run_backfill(int(item.payload["backfill"]), at=at)
    again = None if done.again_in is None else at + done.again_in
    return work.Outcome(again_at=again, result={"chunks": done.chunks})


@work.handles(RECONCILE)
def reconcile(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    """Yesterday, for every source; one that does not answer is left out and says so in the result."""
    day = (at - dt.timedelta(days=1)).date()
    result: dict[str, Any] = {"day": str(day)}
    for source in Source.objects.order_by("pk"):
        try:
            done = reconcile_source(source, day=day, at=at)
        except Unavailable as error:
            result[source.slug] = str(error)
        else:
            result[source.slug] = {"compared": done.compared, "drifting": done.drifting}
    return work.Outcome(again_at=next_reconcile(at), result=result)


@work.handles(LATENCY_DAYS)
def latency_days(item: WorkItem, at: dt.datetime) -> work.Outcome:
    """A source for which a month was too much is not asked for one again as long as days are missing."""
    before = item.result or {}
    done = keep_days(int(item.payload["source"]), at=at, most=before.get("most", MOST_DAYS))
    soon = at + AGAIN if done.problem else next_latency_days(at)
    return work.Outcome(
        again_at=at if done.more else soon,
        result={"days": done.days, "queries": done.queries}
        | ({"most": done.most} if done.more or done.problem else {}),
        problem=done.problem,
    )


@work.handles(RETAIN)
def retain(item: WorkItem, at: dt.datetime) -> work.Outcome:
    before = item.result or {}
    done = thin(at=at, fine_from=_instant(before.get("fine_until")), hourly_from=_instant(before.get("hourly_until")))
    return work.Outcome(
        again_at=at if done.more else next_retain(at),
        result={
            "rows": done.rows,
            "other": clean(at=at),
            "fine_until": done.fine_until.isoformat(),
            "hourly_until": done.hourly_until.isoformat(),
        },
    )


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)
