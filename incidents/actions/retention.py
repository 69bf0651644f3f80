"""What of incidents is not kept for good: the bodies of deliveries after some months, and files that were removed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction

from incidents.actions.attachments import forget_removed
from incidents.models import Delivery
from relportal.core import work

RETAIN: Final = "incidents.retain"
EVERY_DAY: Final = dt.timedelta(days=1)
# A body may have 20 MB, yet PostgreSQL only forgets it: the rows, not the bytes, take the time.
AT_ONCE: Final = 500
MOST_A_RUN: Final = 50_000


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`more`: there are older bodies still."""

    bodies: int
    files: int
    more: bool


def retain(*, at: dt.datetime, most: int = MOST_A_RUN) -> Forgotten:
    """Forgets what is older than it is kept; at most `most` bodies in one run."""
    files = forget_removed(at=at)
    bodies = 0
    while bodies < most:
        count = _forget_bodies(at=at)
        bodies += count
        if count < AT_ONCE:
            return Forgotten(bodies, files, more=False)
    return Forgotten(bodies, files, more=True)


def _forget_bodies(*, at: dt.datetime) -> int:
    """What waits to be read is never forgotten, however long the worker was away."""
    days = settings.DELIVERY_RETENTION_DAYS
    if days <= 0:
        return 0
    with transaction.atomic():
        old = (
            Delivery.objects.select_for_update(skip_locked=True)
            .filter(body_removed_at=None, received_at__lt=at - dt.timedelta(days=days))
            .exclude(result=Delivery.Result.WAITING)
            .order_by("received_at")
        )
        ids = list(old.values_list("pk", flat=True)[:AT_ONCE])
        return Delivery.objects.filter(pk__in=ids).update(body=b"", body_removed_at=at)


def schedule_retention(*, at: dt.datetime) -> None:
    """Once a day. A run that is due already is not put off."""
    with transaction.atomic():
        work.enqueue(RETAIN, "daily", at=at + EVERY_DAY, queue="backfill", every=EVERY_DAY)
