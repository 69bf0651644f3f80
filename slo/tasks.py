"""Handlers of due work: each calls one action and says when the next run is due."""

from __future__ import annotations

import datetime as dt

from relportal.core import work
from relportal.core.models import WorkItem
from slo.actions.backfill import run_backfill
from slo.actions.collect import collect_source
from slo.actions.schedule import BACKFILL, COLLECT, next_tick
from slo.models import Source


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
