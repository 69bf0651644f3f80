"""What the demo does in the background: the older part of the history, and pushing where there is no Prometheus."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from incidents.actions.impact import IMPACT_WORK
from relportal.core import work
from relportal.core.models import WorkItem
from relportal.demo import seed_figures, seed_pushed, seed_readiness, seed_reports, seed_reviews, seed_slo
from reports.actions.levels import schedule_levels

WAITS = dt.timedelta(seconds=30)


@work.handles(seed_slo.OLDER_HISTORY)
def older_history(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    wait = seed_slo.request_older_history(at=at)
    if wait is None:
        # It takes some two minutes to be read; then the incidents of the past know what they cost.
        with transaction.atomic():
            work.enqueue(IMPACT_WORK, "ongoing", at=at + dt.timedelta(minutes=2))
    return work.Outcome(again_at=None if wait is None else at + wait)


@work.handles(seed_pushed.PUSH)
def push(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    seed_pushed.catch_up(at=at)
    return work.Outcome()


@work.handles(seed_figures.CLOSING)
def closing(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    """Waits for the history: what is closed before it is read would be restated by it."""
    if not seed_figures.ready():
        return work.Outcome(again_at=at + WAITS)
    seed_figures.closed_and_corrected(at=at)
    return work.Outcome()


@work.handles(seed_reports.WORK)
def reports(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    if not seed_reports.ready(at=at):
        return work.Outcome(again_at=at + seed_reports.AGAIN)
    # Before the first report: it tells what was launched.
    if seed_readiness.launches(at=at) or seed_reports.next_report(at=at):
        return work.Outcome(again_at=at)
    # The ladder was looked at before there were figures of quarters and of toil.
    schedule_levels(at=at)
    return work.Outcome()


@work.handles(seed_reviews.REVIEWS)
def weekly_reviews(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    wait = seed_reviews.wait()
    if wait is None:
        seed_reviews.weekly(at=at)
    return work.Outcome(again_at=None if wait is None else at + wait)
