"""The history of a row, from the events that triggers keep: who changed which field from what to what, and its parts' too.

It reads the events alone, so that a row which was deleted still has its history.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pghistory.core
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from relportal.core.models import AuditEvent, User

LIMIT: Final = 300
QUIET: Final = frozenset({"version", "created_at", "updated_at"})
LABELS: Final = {"insert": "created", "update": "changed", "delete": "deleted"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """`part` names a row that belongs to the object (a link, a dependency), empty for the object itself."""

    at: dt.datetime
    label: str
    part: str
    who: str
    reason: str
    request_id: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class History:
    title: str
    entries: tuple[Entry, ...]


def tracked_models() -> dict[str, type[models.Model]]:
    """Object type -> its event model."""
    return {_tracked(event)._meta.model_name or "": event for event in pghistory.core.event_models()}


def history_of(kind: str, key: str) -> History | None:
    """The newest LIMIT changes, newest first; None where nothing of that type and key was ever there."""
    event_model = tracked_models().get(kind)
    if event_model is None:
        return None
    obj_id = _object_id(event_model, key)
    if obj_id is None:
        return None
    rows = _with_parts(event_model, obj_id)
    rows.sort(key=lambda row: (row.pgh_created_at, row.pgh_id), reverse=True)
    newest = next((row for row in rows if isinstance(row, event_model)), None)
    title = str(getattr(newest, "name", "") or getattr(newest, "display_name", "") or key)
    return History(title, _entries(rows, event_model))


def _object_id(event_model: type[models.Model], key: str) -> int | None:
    """By what stands in addresses and in the audit: a slug, an e-mail address, or the number of a short id."""
    events: Any = event_model._default_manager.order_by("-pgh_id")
    for field in ("slug", "email", "lookup"):
        try:
            event_model._meta.get_field(field)
        except FieldDoesNotExist:
            continue
        found: int | None = events.filter(**{field: key}).values_list("pgh_obj_id", flat=True).first()
        return found
    number = key.rsplit("-", 1)[-1]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return int(number) if events.filter(pgh_obj_id=int(number)).exists() else None


def _with_parts(event_model: type[models.Model], obj_id: int) -> list[Any]:
    """The events of the object and of the rows that live and die with it."""
    own: Any = event_model._default_manager.filter(pgh_obj_id=obj_id).select_related("pgh_context")
    rows = list(own.order_by("-pgh_id")[:LIMIT])
    owner = _tracked(event_model)
    for other in pghistory.core.event_models():
        for field in _tracked(other)._meta.fields:
            cascades = field.remote_field and getattr(field.remote_field, "on_delete", None) is models.CASCADE
            if cascades and field.related_model is owner:
                parts: Any = other._default_manager.filter(**{f"{field.name}_id": obj_id})
                rows += list(parts.select_related("pgh_context").order_by("-pgh_id")[:LIMIT])
    return rows[: 4 * LIMIT]


def _entries(rows: list[Any], event_model: type[models.Model]) -> tuple[Entry, ...]:
    before: dict[int, Any] = {}
    by_row: dict[tuple[type, int], Any] = {}
    for row in reversed(rows):
        key = (type(row), row.pgh_obj_id)
        before[id(row)] = by_row.get(key)
        by_row[key] = row
    people, reasons = _people(rows), _reasons(rows)
    names = _names(rows)
    entries = []
    for row in rows:
        changes = tuple(_changes(row, before[id(row)], names))
        if row.pgh_label == "update" and not changes:
            continue
        context = row.pgh_context.metadata if row.pgh_context else {}
        entries.append(
            Entry(
                at=row.pgh_created_at,
                label=LABELS.get(row.pgh_label, row.pgh_label),
                part="" if isinstance(row, event_model) else str(_tracked(type(row))._meta.verbose_name),
                who=people.get(context.get("user"), "relportal"),
                reason=reasons.get(context.get("request_id", ""), ""),
                request_id=context.get("request_id", ""),
                changes=changes,
            )
        )
    return tuple(entries[:LIMIT])


def _changes(row: Any, before: Any, names: dict[tuple[type, Any], str]) -> Iterable[FieldChange]:
    model = _tracked(type(row))
    for field in model._meta.fields:
        name = field.attname
        if field.primary_key or field.name in QUIET or not hasattr(row, name):
            continue
        new = None if row.pgh_label == "delete" else getattr(row, name)
        old = getattr(row, name) if row.pgh_label == "delete" else getattr(before, name, None) if before else None
        if new == old or (new in (None, "", [], {}) and old in (None, "", [], {})):
            continue
        yield FieldChange(str(field.verbose_name), _word(field, old, names), _word(field, new, names))


def _word(field: models.Field[Any, Any], value: Any, names: dict[tuple[type, Any], str]) -> str:
    if value in (None, "", []):
        return "–"
    if field.is_relation and isinstance(field.related_model, type):
        return names.get((field.related_model, value), f"#{value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


def _names(rows: list[Any]) -> dict[tuple[type, Any], str]:
    """What the related rows are called today: one query a related model."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for row in rows:
        for field in _tracked(type(row))._meta.fields:
            value = getattr(row, field.attname, None)
            if field.is_relation and value is not None and isinstance(field.related_model, type):
                wanted[field.related_model].add(value)
    return {
        (model, pk): str(obj)
        for model, pks in wanted.items()
        for pk, obj in model._default_manager.in_bulk(pks).items()
    }


def _people(rows: list[Any]) -> dict[Any, str]:
    ids = {row.pgh_context.metadata.get("user") for row in rows if row.pgh_context} - {None}
    return {pk: str(user) for pk, user in User.objects.in_bulk(ids).items()}


def _reasons(rows: list[Any]) -> dict[str, str]:
    requests = {row.pgh_context.metadata.get("request_id", "") for row in rows if row.pgh_context} - {""}
    events = AuditEvent.objects.filter(request_id__in=requests).exclude(reason="")
    return dict(events.values_list("request_id", "reason"))


def _tracked(event_model: type[models.Model]) -> type[models.Model]:
    model: Any = event_model._meta.get_field("pgh_obj").related_model
    return model  # type: ignore[no-any-return]
