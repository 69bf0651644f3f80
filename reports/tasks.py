"""Handlers of due work."""

from __future__ import annotations

import datetime as dt

from relportal.core import work
from relportal.core.models import WorkItem
from reports.actions import ask_reminders, deliveries, report_files, reviews_due, schedules
from reports.actions.figures import EVERY, FIGURES, compute_kept
from reports.actions.initiatives import take_baselines
from reports.actions.levels import EVERY as LOOK_EVERY
from reports.actions.levels import LEVELS, evaluate
from reports.actions.readiness_judging import judge_all
from reports.actions.reports import DRAFTS, draft, schedule_drafts


@work.handles(FIGURES)
def figures(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = compute_kept(at=at)
    schedule_drafts(at=at)
    return work.Outcome(
        again_at=at + EVERY,
        result={"values": done.values, "written": done.written, "failed": done.failed},
        problem=work.told(done.failed),
    )


@work.handles(DRAFTS)
def drafts(item: WorkItem, at: dt.datetime) -> work.Outcome:
    return work.Outcome(again_at=draft(int(item.key), at=at))


@work.handles(LEVELS)
def levels(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = evaluate(at=at)
    begun = take_baselines(at=at)
    result = {
        "services": done.services,
        "changed": done.changed,
        "baselines": begun,
        "readiness": judge_all(at=at),
    }
    return work.Outcome(again_at=at + LOOK_EVERY, result=result)


@work.handles(ask_reminders.REMINDERS)
def asks(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    failed = ask_reminders.remind(at=at)
    return work.Outcome(again_at=at + ask_reminders.EVERY, result={"failed": failed}, problem=work.told(failed))


@work.handles(reviews_due.REVIEWS)
def reviews(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    failed = reviews_due.look_after(at=at)
    return work.Outcome(again_at=at + reviews_due.EVERY, result={"failed": failed}, problem=work.told(failed))


@work.handles(schedules.SCHEDULE)
def schedule(item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = deliveries.run_schedule(int(item.key), at=at)
    return work.Outcome(again_at=done.again_at, result={"prepared": done.made}, problem=work.told(done.failed))


@work.handles(deliveries.MAILS)
def mails(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    """A server that refuses is no failure of the work: each e-mail knows when it is tried again."""
    done = deliveries.send_due(at=at)
    return work.Outcome(again_at=done.again_at, result={"sent": done.sent}, problem=done.problem)


@work.handles(report_files.FILES)
def files(item: WorkItem, at: dt.datetime) -> work.Outcome:
    """Then it is sent to its readers: with its files, or without those that could not be made."""
    failed = report_files.make_files(int(item.key), at=at)
    made = deliveries.prepare_report(int(item.key), at=at)
    return work.Outcome(result={"prepared": made}, problem=work.told(failed))
