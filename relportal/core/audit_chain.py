"""The hash chain over the audit: one SHA-256 a closed UTC day, over the day before's and the day's rows.

A row that is changed, added or taken away later, or a whole day that is, breaks every hash from that day on. Whoever keeps
a copy of one hash elsewhere can prove what stood there until then.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson
from django.db import connection, transaction
from django.db.models import Min

from relportal.core.models import AuditDay, AuditEvent

FIELDS: Final = (
    "pk",
    "at",
    "actor_id",
    "actor_label",
    "action",
    "object_type",
    "object_key",
    "object_label",
    "team",
    "reason",
    "changes",
    "request_id",
    "token",
)
# A row is written with the instant of its request; by then every transaction of the day has ended.
GRACE: Final = dt.timedelta(minutes=10)
GENESIS: Final = "0" * 64
LOCK: Final = 7_302_114


@dataclass(frozen=True, slots=True)
class Broken:
    """The first day at which the chain does not hold; `sha256` and `rows` as they stand now."""

    day: dt.date
    recorded_rows: int
    rows: int
    recorded: str
    sha256: str


def close_days(*, at: dt.datetime) -> list[dt.date]:
    """Adds every day that is over and not yet in the chain, days without rows included; the days added."""
    closed: list[dt.date] = []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = AuditDay.objects.order_by("-day").first()
        begin = last.day + dt.timedelta(days=1) if last else _first_day()
        if begin is None:
            return closed
        previous = last.sha256 if last else GENESIS
        for day in _days(begin, (at - GRACE).astimezone(dt.UTC).date()):
            rows, previous = digest(day, previous=previous)
            AuditDay.objects.create(day=day, rows=rows, sha256=previous)
            closed.append(day)
    return closed


def verify() -> Broken | None:
    """Walks the whole chain from its first day; None when it holds."""
    previous = GENESIS
    expected: dt.date | None = _first_day()
    for recorded in AuditDay.objects.order_by("day").iterator():
        if expected is not None and recorded.day != expected:
            return Broken(min(expected, recorded.day), 0, 0, "", "")
        rows, sha256 = digest(recorded.day, previous=previous)
        if sha256 != recorded.sha256 or rows != recorded.rows:
            return Broken(recorded.day, recorded.rows, rows, recorded.sha256, sha256)
        previous, expected = sha256, recorded.day + dt.timedelta(days=1)
    return None


def digest(day: dt.date, *, previous: str) -> tuple[int, str]:
    """(rows, SHA-256) of one UTC day."""
    begin = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
    events = AuditEvent.objects.filter(at__gte=begin, at__lt=begin + dt.timedelta(days=1)).order_by("pk")
    sha, rows = hashlib.sha256(previous.encode()), 0
    for row in events.values_list(*FIELDS).iterator():
        sha.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z))
        sha.update(b"\n")
        rows += 1
    return rows, sha.hexdigest()


def _first_day() -> dt.date | None:
    first: dt.datetime | None = AuditEvent.objects.aggregate(first=Min("at"))["first"]
    return first.astimezone(dt.UTC).date() if first else None


def _days(begin: dt.date, end: dt.date) -> Iterator[dt.date]:
    """[begin, end)"""
    return (begin + dt.timedelta(days=n) for n in range((end - begin).days))
