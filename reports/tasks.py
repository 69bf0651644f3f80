"""Handlers of due work."""

from __future__ import annotations

import datetime as dt

from relportal.core import work
from relportal.core.models import WorkItem
from reports.actions import ask_reminders, reviews_due
from reports.actions.figures import EVERY, FIGURES, compute_kept


@work.handles(FIGURES)
def figures(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = compute_kept(at=at)
    return work.Outcome(
        again_at=at + EVERY, result={"values": done.values, "failed": done.failed}, problem=work.told(done.failed)
    )


@work.handles(ask_reminders.REMINDERS)
def asks(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    failed = ask_reminders.remind(at=at)
    return work.Outcome(again_at=at + ask_reminders.EVERY, result={"failed": failed}, problem=work.told(failed))


@work.handles(reviews_due.REVIEWS)
def reviews(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    failed = reviews_due.look_after(at=at)
    return work.Outcome(again_at=at + reviews_due.EVERY, result={"failed": failed}, problem=work.told(failed))
