"""The list of incidents: what a person may see of them, filtered and ordered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When

from incidents.domain.periods import DAY, midnight
from incidents.models import ONGOING, ImpactFigures, Incident, IncidentRole, Kind, RoleHolder, State
from incidents.models.incident import IncidentQuerySet
from incidents.queries.behind import beginning
from relportal.core import company
from relportal.core.models import User

PAGE_SIZE = 50
WITHOUT: Final = {"severity": "severity", "detection": "detection", "mode": "failure_modes", "service": "services"}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilters:
    """Empty: not filtered by. `states` may hold "ongoing" for all that are not over.

    `without` names what nobody has said: "severity", "detection", "mode" or "service". `counted` leaves only what counts in
    figures, and `began_since` and `began_until` are days of the organisation's zone, as there.
    """

    text: str = ""
    states: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()
    detections: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    began_since: dt.date | None = None
    began_until: dt.date | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """`commander` None: nobody holds command. `figures` None: nothing was computed yet."""

    incident: Incident
    services: tuple[str, ...]
    commander: User | None
    figures: ImpactFigures | None


@dataclass(frozen=True, slots=True)
class IncidentList:
    rows: tuple[IncidentRow, ...]
    total: int
    page: int
    ongoing: int


def found(user: User, filters: IncidentFilters) -> QuerySet[Incident]:
    """All that match, what goes on first, then the newest."""
    rows = Incident.objects.visible_to(user)
    for word in filters.text.split():
        named = Q(title__icontains=word) | Q(summary__icontains=word) | Q(services__name__icontains=word)
        number = word.upper().removeprefix("INC-")
        rows = rows.filter(
            named | Q(pk=int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else named
        )
    wanted = set(filters.states)
    if "ongoing" in wanted:
        wanted |= {each.value for each in ONGOING}
    if wanted:
        rows = rows.filter(state__in=wanted)
    simple: Mapping[str, object] = {
        "severity__in": filters.severities,
        "kind__in": filters.kinds,
        "team__slug__in": filters.teams,
        "services__slug__in": filters.services,
        "failure_modes__slug__in": filters.failure_modes,
        "detection__by__in": filters.detections,
        "declared_at__date__gte": filters.since,
        "declared_at__date__lte": filters.until,
    }
    rows = _as_in_figures(rows.filter(**{name: value for name, value in simple.items() if value}), filters)
    over = Case(When(state__in=ONGOING, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.distinct().order_by(over, "-declared_at", "-pk")


def _as_in_figures(rows: IncidentQuerySet, filters: IncidentFilters) -> IncidentQuerySet:
    """What the analytics count, so that a number there leads to its rows here."""
    for name in filters.without:
        rows = rows.filter(**{f"{WITHOUT[name]}__isnull": True})
    if filters.began_since:
        rows = rows.annotate(began=beginning()).filter(began__gte=midnight(filters.began_since, company.zone()))
    if filters.began_until:
        rows = rows.annotate(began=beginning()).filter(began__lt=midnight(filters.began_until + DAY, company.zone()))
    return rows.counted() if filters.counted else rows


def incident_list(user: User, *, filters: IncidentFilters, page: int = 1, size: int | None = PAGE_SIZE) -> IncidentList:
    """One page; `size` None: everything, for a CSV."""
    matching = found(user, filters)
    total = matching.count()
    page = max(1, min(page, -(-total // size))) if size and total else 1
    chosen = matching[(page - 1) * size : page * size] if size else matching
    held = RoleHolder.objects.filter(role=IncidentRole.COMMANDER, since__isnull=False, until=None)
    rows = chosen.select_related("severity", "team", "figures").prefetch_related(
        "services", Prefetch("role_holders", held.select_related("user"), to_attr="commanding")
    )
    ongoing = Incident.objects.visible_to(user).ongoing().filter(kind=Kind.REAL).count()
    return IncidentList(tuple(_row(each) for each in rows), total, page, ongoing)


def _row(incident: Incident) -> IncidentRow:
    commanding: list[RoleHolder] = incident.commanding  # type: ignore[attr-defined]
    return IncidentRow(
        incident,
        tuple(each.name for each in incident.services.all()),
        commanding[0].user if commanding else None,
        getattr(incident, "figures", None),
    )


def state_words() -> list[tuple[str, str]]:
    return [(each.value, str(each.label)) for each in State]
