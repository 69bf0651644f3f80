"""Handlers of due work."""

from __future__ import annotations

import datetime as dt

from incidents.actions.deliveries import DELIVERIES, EVERY, drain
from incidents.actions.impact import AT_ONCE, IMPACT_WORK, RENEWED, renew_impact
from incidents.actions.reminders import EVERY as REMIND_EVERY
from incidents.actions.reminders import REMINDERS, remind
from incidents.actions.retention import EVERY_DAY, RETAIN, retain
from relportal.core import work
from relportal.core.models import WorkItem


@work.handles(DELIVERIES)
def deliveries(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = drain(at=at)
    return work.Outcome(
        again_at=at if done.more else at + EVERY,
        result={"deliveries": done.deliveries, "alerts": done.alerts, "failed": done.failed},
    )


@work.handles(REMINDERS)
def reminders(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    return work.Outcome(again_at=at + REMIND_EVERY, result=dict(remind(at=at)))


@work.handles(RETAIN)
def retention(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = retain(at=at)
    return work.Outcome(
        again_at=at if done.more else at + EVERY_DAY, result={"bodies": done.bodies, "files": done.files}
    )


@work.handles(IMPACT_WORK)
def impact(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    """As long as an impact goes on, or counts come late; the next segment brings it back."""
    count = renew_impact(at=at)
    soon = at + (dt.timedelta(0) if count >= AT_ONCE else RENEWED)
    return work.Outcome(again_at=soon if count else None, result={"incidents": count})
