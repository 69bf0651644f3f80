"""Due work: written in the transaction that wants it, claimed with SKIP LOCKED, fenced by a lease, quarantined loudly.

An app registers a handler for a kind; a tick claims what is due and hands each claimed item to a Celery task, which runs the
handler. Whatever is lost on the way (a broker, a worker, a tick) comes back when its lease ends.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from django.db import transaction
from django.db.models import Q

from relportal.core.models import WorkItem, WorkState

logger = structlog.get_logger(__name__)

LEASE = dt.timedelta(seconds=120)
MAX_ATTEMPTS = 6
BACKOFF_S = (5, 15, 60, 300, 900)
QUARANTINE_RETRY = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler reports: `again_at` makes the item pending once more; `result` is kept for the operations page.

    `problem` says what of it failed where the rest was done: it needs help, and is no reason to come back later than usual.
    """

    again_at: dt.datetime | None = None
    result: dict[str, Any] | None = None
    problem: str = ""


T = TypeVar("T")
Handler = Callable[[WorkItem, dt.datetime], Outcome]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Decorator: registers the handler of a kind. A kind has one handler; a second one is a programming error."""

    def register(handler: Handler) -> Handler:
        if kind in _handlers and _handlers[kind] is not handler:
            raise RuntimeError(f"two handlers for work of kind {kind!r}")
        _handlers[kind] = handler
        return handler

    return register


def handler_of(kind: str) -> Handler:
    return _handlers[kind]


def enqueue(
    kind: str,
    key: str,
    *,
    at: dt.datetime,
    queue: str = "tick",
    payload: dict[str, Any] | None = None,
    every: dt.timedelta | None = None,
) -> WorkItem:
    """Makes (kind, key) due at `at`, or earlier if it was; joins the caller's transaction. Idempotent."""
    every_s = int(every.total_seconds()) if every else None
    item, created = WorkItem.objects.select_for_update().get_or_create(
        kind=kind,
        key=key,
        defaults={
            "due_at": at,
            "queue": queue,
            "payload": payload or {},
            "every_s": every_s,
        },
    )
    if not created:
        was_pending = item.state == WorkState.PENDING
        item.due_at = min(item.due_at, at) if was_pending else at
        item.queue, item.payload, item.every_s = queue, payload or {}, every_s
        item.state = WorkState.PENDING
        item.attempts = item.attempts if was_pending else 0
        item.save()
    return item


def claim(*, at: dt.datetime, limit: int = 200, lease: dt.timedelta = LEASE) -> list[WorkItem]:
    """Up to `limit` due items, oldest first, each under a new lease that no one else holds."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    with transaction.atomic():
        items = list(
            WorkItem.objects.select_for_update(skip_locked=True)
            .filter(free, state=WorkState.PENDING, due_at__lte=at)
            .order_by("due_at")[:limit]
        )
        for item in items:
            item.lease_until, item.lease_token = at + lease, uuid.uuid4()
        WorkItem.objects.bulk_update(items, ["lease_until", "lease_token"])
    return items


def release(items: Sequence[WorkItem]) -> None:
    """Gives back what was claimed and could not be handed on."""
    WorkItem.objects.filter(lease_token__in=[each.lease_token for each in items]).update(
        lease_until=None, lease_token=None
    )


def begin(item_id: int, token: uuid.UUID, *, at: dt.datetime, lease: dt.timedelta = LEASE) -> WorkItem | None:
    """The item, its lease renewed and the attempt counted before the work starts, or None when the lease was lost.

    The attempt is counted first so that work which kills its worker still reaches the quarantine.
    """
    with transaction.atomic():
        item = (
            WorkItem.objects.select_for_update().filter(pk=item_id, lease_token=token, state=WorkState.PENDING).first()
        )
        if item is None:
            return None
        item.attempts += 1
        item.lease_until = at + lease
        item.last_run_at = at
        item.save(update_fields=["attempts", "lease_until", "last_run_at"])
    return item


def complete(item: WorkItem, outcome: Outcome, *, at: dt.datetime) -> bool:
    """Whether the result was taken; False when another worker holds the lease by now."""
    again = outcome.again_at
    if again is None and item.every_s:
        again = at + dt.timedelta(seconds=item.every_s)
    changed = _held(item).update(
        state=WorkState.PENDING if again else WorkState.DONE,
        due_at=again or item.due_at,
        lease_until=None,
        lease_token=None,
        attempts=0,
        last_error=outcome.problem[:4000],
        result={**(outcome.result or {}), "problem": outcome.problem} if outcome.problem else outcome.result,
        last_run_ms=_ms_since(item, at),
    )
    if outcome.problem:
        logger.error("work done in part", kind=item.kind, key=item.key, error=outcome.problem[:500])
    return bool(changed == 1)


def fail(item: WorkItem, error: str, *, at: dt.datetime) -> None:
    """Tries again later, or quarantines after MAX_ATTEMPTS; a recurring item is then tried once an hour."""
    spent = item.attempts >= MAX_ATTEMPTS
    delay = QUARANTINE_RETRY if spent else dt.timedelta(seconds=BACKOFF_S[min(item.attempts, len(BACKOFF_S)) - 1])
    state = WorkState.QUARANTINED if spent and not item.every_s else WorkState.PENDING
    _held(item).update(
        state=state,
        due_at=at + delay,
        lease_until=None,
        lease_token=None,
        last_error=error[:4000],
        last_run_ms=_ms_since(item, at),
    )
    log = logger.error if spent else logger.warning
    log(
        "work failed",
        kind=item.kind,
        key=item.key,
        attempts=item.attempts,
        quarantined=spent,
        error=error[:500],
    )


def one_by_one(rows: Iterable[T], do: Callable[[T], None], *, name: Callable[[T], str]) -> dict[str, str]:
    """Does each in a transaction of its own, so that one which fails stops none of the others; what failed, by name."""
    failed = {}
    for row in rows:
        try:
            with transaction.atomic():
                do(row)
        except Exception as error:
            # Whatever one row raises is its own; the caller says it as the problem of its outcome.
            logger.exception("row failed", row=name(row))
            failed[name(row)] = f"{type(error).__name__}: {error}"[:300]
    return failed


def told(failed: Mapping[str, str]) -> str:
    """What failed, as the `problem` of an outcome; empty for nothing."""
    return "; ".join(f"{name}: {error}" for name, error in failed.items())


def troubled() -> int:
    """How many items need help; shown as an alert until someone retries or mends them."""
    return WorkItem.objects.filter(in_trouble()).count()


def in_trouble() -> Q:
    """All attempts used up, or done but for a part when it last ran."""
    return Q(state=WorkState.QUARANTINED) | Q(attempts__gte=MAX_ATTEMPTS) | Q(result__has_key="problem")


def _held(item: WorkItem) -> Any:
    return WorkItem.objects.filter(pk=item.pk, lease_token=item.lease_token)


def _ms_since(item: WorkItem, at: dt.datetime) -> int | None:
    return None if item.last_run_at is None else max(0, int((at - item.last_run_at).total_seconds() * 1000))
