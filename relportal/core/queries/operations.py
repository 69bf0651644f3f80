"""How the portal's own work is doing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Q, QuerySet

from relportal.core.models import AuditDay, Heartbeat, WorkItem, WorkState
from relportal.core.work import in_trouble

LATE: Final = dt.timedelta(minutes=2)
STATES: Final = ("troubled", "late", "running", "waiting", "done")


@dataclass(frozen=True, slots=True)
class KindSummary:
    kind: str
    items: int
    late: int
    troubled: int
    last_run_at: dt.datetime | None
    slowest_ms: int | None


@dataclass(frozen=True, slots=True)
class Beat:
    name: str
    at: dt.datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Operations:
    """`chain_broken` is the day at which the last check of the audit chain failed, empty while it holds."""

    at: dt.datetime
    kinds: tuple[KindSummary, ...]
    beats: tuple[Beat, ...]
    troubled: int
    late: int
    running: int
    chain_day: dt.date | None
    chain_hash: str
    chain_days: int
    chain_checked_at: dt.datetime | None
    chain_broken: str


def work_items(state: str, *, at: dt.datetime) -> QuerySet[WorkItem]:
    """One of STATES, or all for any other word; those in trouble first."""
    conditions = {
        "troubled": in_trouble(),
        "late": _late(at),
        "running": _running(at),
        "waiting": Q(state=WorkState.PENDING) & ~_late(at) & ~_running(at),
        "done": Q(state=WorkState.DONE),
    }
    return WorkItem.objects.filter(conditions.get(state, Q())).order_by("due_at", "pk")


def operations(*, at: dt.datetime) -> Operations:
    late = Count("pk", filter=_late(at))
    troubled = Count("pk", filter=in_trouble())
    rows = WorkItem.objects.values("kind").order_by("kind")
    kinds = tuple(
        KindSummary(row["kind"], row["items"], row["late"], row["troubled"], row["last"], row["slowest"])
        for row in rows.annotate(
            items=Count("pk"), late=late, troubled=troubled, last=Max("last_run_at"), slowest=Max("last_run_ms")
        )
    )
    chain = AuditDay.objects.order_by("-day").first()
    check = WorkItem.objects.filter(kind="core.audit_chain").first()
    result = (check.result or {}) if check else {}
    return Operations(
        at=at,
        kinds=kinds,
        beats=tuple(Beat(beat.name, beat.at, at - beat.at > LATE) for beat in Heartbeat.objects.order_by("name")),
        troubled=sum(kind.troubled for kind in kinds),
        late=sum(kind.late for kind in kinds),
        running=WorkItem.objects.filter(_running(at)).count(),
        chain_day=chain.day if chain else None,
        chain_hash=chain.sha256 if chain else "",
        chain_days=AuditDay.objects.count(),
        chain_checked_at=check.last_run_at if check and result else None,
        chain_broken=str(result.get("broken", "")),
    )


def _running(at: dt.datetime) -> Q:
    return Q(state=WorkState.PENDING, lease_until__gte=at)


def _late(at: dt.datetime) -> Q:
    return Q(state=WorkState.PENDING, due_at__lt=at - LATE) & (Q(lease_until__isnull=True) | Q(lease_until__lt=at))
