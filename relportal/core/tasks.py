"""The two Celery tasks of the portal: a tick that hands out what is due, and the task that runs one item."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

import structlog
from celery import current_app, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from relportal.core import audit_chain, work
from relportal.core.actions.notifications import MAIL, MAILED_AT_ONCE, send_mails
from relportal.core.models import Heartbeat, WorkItem

logger = structlog.get_logger(__name__)

FIRST_RUN: Final = dt.timedelta(minutes=1)
RECURRING: Final = {"core.audit_chain": dt.timedelta(hours=1)}


@shared_task(name="core.tick")
def tick() -> int:
    """Claims what is due and sends it to the queues; how much. A second tick at the same time finds nothing left to claim."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": now})
    _keep_recurring(at=now)
    items = work.claim(at=now)
    for number, item in enumerate(items):
        try:
            current_app.send_task("core.run", args=[item.pk, str(item.lease_token)], queue=item.queue)
        except OperationalError as error:
            # The broker is away: the next tick tries again, without waiting for the leases to end.
            work.release(items[number:])
            logger.warning("broker unavailable", waiting=len(items) - number, error=type(error).__name__)
            return number
    return len(items)


def _keep_recurring(*, at: dt.datetime) -> None:
    """The portal's own recurring work exists from the first tick on; one statement, and none of it is due at once."""
    WorkItem.objects.bulk_create(
        (
            WorkItem(kind=kind, key=kind, every_s=int(every.total_seconds()), due_at=at + FIRST_RUN)
            for kind, every in RECURRING.items()
        ),
        ignore_conflicts=True,
    )


@work.handles("core.audit_chain")
def chain_audit(item: WorkItem, at: dt.datetime) -> work.Outcome:
    """Closes the days of the audit that are over; hourly, so that a day without a worker is caught up; then checks it all."""
    closed = audit_chain.close_days(at=at)
    broken = audit_chain.verify()
    if broken is not None:
        logger.error("audit chain broken", day=str(broken.day), item=item.key)
    return work.Outcome(result={"closed": [str(day) for day in closed], "broken": str(broken.day) if broken else ""})


@shared_task(name="core.run")
def run(item_id: int, token: str) -> None:
    """Runs one claimed item; any exception is recorded on the item and never lost."""
    item = work.begin(item_id, uuid.UUID(token), at=timezone.now())
    if item is None:
        return
    try:
        outcome = work.handler_of(item.kind)(item, timezone.now())
    except Exception as error:
        # The boundary of all background work: whatever a handler raises must end on its row.
        logger.exception("work raised", kind=item.kind, key=item.key)
        work.fail(item, f"{type(error).__name__}: {error}", at=timezone.now())
    else:
        work.complete(item, outcome, at=timezone.now())


@work.handles(MAIL)
def mail(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    """Goes on while there is more than one load of it."""
    sent = send_mails(at=at)
    return work.Outcome(again_at=at if sent >= MAILED_AT_ONCE else None, result={"sent": sent})


@work.handles("core.heartbeat")
def beat_once(item: WorkItem, at: dt.datetime) -> work.Outcome:
    """Shows that a worker takes work from a queue: an operator, or a test, enqueues one and sees it done."""
    Heartbeat.objects.update_or_create(name=f"worker:{item.queue}", defaults={"at": at})
    return work.Outcome(result={"queue": item.queue})
