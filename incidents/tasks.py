"""Handlers of due work."""

from __future__ import annotations

import datetime as dt

from incidents.actions.deliveries import DELIVERIES, EVERY, drain
from relportal.core import work
from relportal.core.models import WorkItem


@work.handles(DELIVERIES)
def deliveries(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = drain(at=at)
    return work.Outcome(
        again_at=at if done.more else at + EVERY,
        result={"deliveries": done.deliveries, "alerts": done.alerts, "failed": done.failed},
    )
