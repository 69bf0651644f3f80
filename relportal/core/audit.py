"""The audit row of an action, written in the action's own transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import models, transaction

from relportal.core.models import AuditEvent, User
from relportal.core.permissions import Actor

Change = tuple[Any, Any]


def differences(before: models.Model, after: models.Model, fields: tuple[str, ...]) -> dict[str, Change]:
    """Field -> (before, after) for the fields that differ, as text."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in fields}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of many that an actor writes at once."""

    obj: models.Model
    changes: Mapping[str, Change]


def record(
    actor: Actor,
    action: str,
    obj: models.Model,
    *,
    at: dt.datetime,
    key: str = "",
    reason: str = "",
    changes: Mapping[str, Change] | None = None,
) -> AuditEvent:
    """Writes who did what to `obj`, and why. Must run in the transaction of the change itself.

    `key` is the public id; by default the object's slug, short id or primary key. Values in `changes` become text, and a
    secret must never be among them.
    """
    _require_transaction()
    event = _event(actor, action, Entry(obj, changes or {}), at=at, key=key, reason=reason)
    event.save(force_insert=True)
    return event


def record_all(actor: Actor, action: str, entries: Iterable[Entry], *, at: dt.datetime, reason: str = "") -> None:
    """As `record` for each, in their order and in one statement."""
    _require_transaction()
    AuditEvent.objects.bulk_create([_event(actor, action, one, at=at, key="", reason=reason) for one in entries])


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("audit.record must run inside the transaction of its change")


def _event(actor: Actor, action: str, entry: Entry, *, at: dt.datetime, key: str, reason: str) -> AuditEvent:
    context = structlog.contextvars.get_contextvars()
    obj = entry.obj
    team = getattr(obj, "team", None) or getattr(getattr(obj, "service", None), "team", None)
    return AuditEvent(
        at=at,
        actor=actor if isinstance(actor, User) else None,
        actor_label=str(actor),
        action=action,
        object_type=obj._meta.model_name or "",
        object_key=key or str(getattr(obj, "short_id", None) or getattr(obj, "slug", None) or obj.pk),
        object_label=str(obj)[:300],
        team=getattr(team, "slug", ""),
        reason=reason,
        changes={name: [_text(old), _text(new)] for name, (old, new) in entry.changes.items()},
        request_id=str(context.get("request_id", ""))[:64],
        token=str(context.get("token", ""))[:16],
    )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, list | tuple | set):
        return ", ".join(str(item) for item in value)
    return str(value)
