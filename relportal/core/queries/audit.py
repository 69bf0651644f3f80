"""What the audit page shows, page after page by key: the last page costs as little as the first."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from relportal.core.models import AuditEvent

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilters:
    """Empty means any. `obj` is a type or `type:key`; `first` and `last` are days in the viewer's zone, both included."""

    actor: str = ""
    action: str = ""
    obj: str = ""
    team: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    text: str = ""
    wrong: tuple[str, ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, str]) -> Self:
        def said(name: str, most: int = 200) -> str:
            return data.get(name, "").replace("\x00", "").strip()[:most]

        days: dict[str, dt.date | None] = {}
        wrong: list[str] = []
        for name in ("from", "to"):
            days[name], bad = _day(data.get(name, ""))
            wrong += [name] if bad else []
        return cls(
            actor=said("actor"),
            action=said("action"),
            obj=said("object", 240),
            team=said("team"),
            text=said("q"),
            first=days["from"],
            last=days["to"],
            wrong=tuple(wrong),
        )


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`older` is the key of the next page, empty on the last."""

    events: tuple[AuditEvent, ...]
    older: str


def audit_events(filters: AuditFilters) -> QuerySet[AuditEvent]:
    """Newest first."""
    events = AuditEvent.objects.order_by("-at", "-pk")
    if filters.actor:
        events = events.filter(Q(actor__email__iexact=filters.actor) | Q(actor_label__icontains=filters.actor))
    if filters.action:
        # "service" finds every action on services, "service.edit" only that.
        events = events.filter(Q(action=filters.action) | Q(action__startswith=f"{filters.action}."))
    if filters.obj:
        kind, _colon, key = filters.obj.partition(":")
        events = events.filter(object_type=kind, **({"object_key": key} if key else {}))
    if filters.team:
        events = events.filter(team=filters.team)
    zone = timezone.get_current_timezone()
    if filters.first:
        events = events.filter(at__gte=_midnight(filters.first, zone))
    if filters.last:
        events = events.filter(at__lt=_midnight(filters.last + dt.timedelta(days=1), zone))
    if filters.text:
        words = ("object_label", "object_key", "reason", "actor_label", "action", "request_id")
        matching = Q()
        for word in words:
            matching |= Q(**{f"{word}__icontains": filters.text})
        events = events.filter(matching)
    return events


def audit_page(filters: AuditFilters, *, before: str = "", size: int = PAGE_SIZE) -> AuditPage:
    """`before` is the `older` of the page shown last; one that cannot be read gives the first page."""
    events = audit_events(filters)
    at_text, _under, pk = before.partition("_")
    at = _instant(at_text)
    if at is not None and pk.isascii() and pk.isdigit() and len(pk) < 19:
        events = events.filter(Q(at__lt=at) | Q(at=at, pk__lt=int(pk)))
    found = list(events[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return AuditPage(tuple(found[:size]), f"{last.at.isoformat()}_{last.pk}" if last else "")


def audit_choices() -> tuple[list[str], list[str]]:
    """(actions, object types) that occur."""
    actions = AuditEvent.objects.order_by("action").values_list("action", flat=True).distinct()
    kinds = AuditEvent.objects.order_by("object_type").values_list("object_type", flat=True).distinct()
    return list(actions), list(kinds)


def _day(text: str) -> tuple[dt.date | None, bool]:
    try:
        day = parse_date(text.strip()) if text else None
    except ValueError:
        day = None
    bad = bool(text) and (day is None or not 1970 < day.year < 9000)
    return (None if bad else day), bad


def _instant(text: str) -> dt.datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _midnight(day: dt.date, zone: dt.tzinfo | zoneinfo.ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=zone)
