"""The two Celery tasks of the portal: a tick that hands out what is due, and the task that runs one item."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from celery import current_app, shared_task
from django.utils import timezone

from relportal.core import work
from relportal.core.models import Heartbeat, WorkItem

logger = structlog.get_logger(__name__)


@shared_task(name="core.tick")
def tick() -> int:
    """Claims what is due and sends it to the queues; a second tick at the same time finds nothing left to claim."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": now})
    items = work.claim(at=now)
    for item in items:
        current_app.send_task("core.run", args=[item.pk, str(item.lease_token)], queue=item.queue)
    return len(items)


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


@work.handles("core.heartbeat")
def beat_once(item: WorkItem, at: dt.datetime) -> work.Outcome:
    """Shows that a worker takes work from a queue: an operator, or a test, enqueues one and sees it done."""
    Heartbeat.objects.update_or_create(name=f"worker:{item.queue}", defaults={"at": at})
    return work.Outcome(result={"queue": item.queue})
