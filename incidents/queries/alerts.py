"""Alerts of other tools as a list, and the integrations with what they sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy

from incidents.models import Alert, Delivery, Incident, Integration
from incidents.queries.runbooks import with_runs
from relportal.core.models import User
from relportal.core.permissions import allowed

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilters:
    """What is let through; an empty field lets everything through. `states` holds values of AlertState."""

    text: str = ""
    states: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()


class AlertState(StrEnum):
    FIRING = "firing"
    ENDED = "ended"
    NO_SERVICE = "no_service"
    UNJUDGED = "unjudged"


class AlertSort(StrEnum):
    STARTED = "started"
    ENDED = "ended"
    NAME = "name"
    SERVICE = "service"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True)
class AlertOrder:
    sort: AlertSort = AlertSort.STARTED
    descending: bool = True


@dataclass(frozen=True, slots=True)
class AlertRow:
    """`incident` None: in none, or in one that the viewer may not see. `ran` is what came of the runbook, None: nobody says that
    it was used; `ran_by_hand`: people said so."""

    alert: Alert
    incident: Incident | None
    ran: str | None = None
    ran_by_hand: bool = False

    @property
    def lasted(self) -> dt.timedelta | None:
        return None if self.alert.ended_at is None else self.alert.ended_at - self.alert.started_at


@dataclass(frozen=True, slots=True)
class AlertList:
    """`firing` counts all that fire and match, on any page."""

    rows: tuple[AlertRow, ...]
    total: int
    firing: int
    page: int
    size: int | None


def alerts_visible_to(user: User | AnonymousUser) -> QuerySet[Alert]:
    return Alert.objects.all() if allowed(user, "incident.view") else Alert.objects.none()


def found(user: User, filters: AlertFilters) -> QuerySet[Alert]:
    rows = alerts_visible_to(user)
    for word in filters.text.split():
        rows = rows.filter(Q(name__icontains=word) | Q(summary__icontains=word) | Q(service__name__icontains=word))
    if filters.states:
        wanted = Q()
        for state, condition in (
            (AlertState.FIRING, Q(ended_at=None)),
            (AlertState.ENDED, Q(ended_at__isnull=False)),
            (AlertState.NO_SERVICE, Q(service=None)),
            (AlertState.UNJUDGED, Q(verdict="", incident=None)),
        ):
            if state.value in filters.states:
                wanted |= condition
        rows = rows.filter(wanted)
    simple: dict[str, Sequence[str]] = {
        "integration__slug__in": filters.integrations,
        "service__slug__in": filters.services,
        "service__team__slug__in": filters.teams,
        "severity__in": filters.severities,
    }
    return rows.filter(**{name: value for name, value in simple.items() if value})


def alert_rows(
    user: User,
    *,
    filters: AlertFilters,
    order: AlertOrder,
    at: dt.datetime,  # noqa: ARG001 - every list is asked alike
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> AlertList:
    """One page; `size` None: everything, for a CSV."""
    matching = found(user, filters)
    counted = matching.aggregate(total=Count("pk"), firing=Count("pk", filter=Q(ended_at=None)))
    total = counted["total"]
    page = max(1, min(page, -(-total // size))) if size and total else 1
    shown = with_runs(matching.select_related("service__team", "integration", "judged_by"), user)
    ordered = shown.order_by(*_ordering(order))
    chosen = list(ordered[(page - 1) * size : page * size] if size else ordered)
    seen = Incident.objects.visible_to(user).in_bulk({row.incident_id for row in chosen if row.incident_id})
    rows = tuple(AlertRow(row, seen.get(row.incident_id or 0), row.ran, row.ran_by_hand) for row in chosen)
    return AlertList(rows, total, counted["firing"], page, size)


def _ordering(order: AlertOrder) -> tuple[OrderBy, ...]:
    column = {
        AlertSort.STARTED: "started_at",
        AlertSort.ENDED: "ended_at",
        AlertSort.NAME: "name",
        AlertSort.SERVICE: "service__name",
        AlertSort.SEVERITY: "severity",
    }[order.sort]
    first = F(column).desc(nulls_last=True) if order.descending else F(column).asc(nulls_last=True)
    last = F("pk").desc() if order.descending else F("pk").asc()
    return (first, last)


@dataclass(frozen=True, slots=True)
class IntegrationRow:
    """`newest` None: nothing was ever sent. The counts are of the last 24 hours."""

    integration: Integration
    newest: dt.datetime | None
    deliveries: int
    failed: int


def integration_rows(*, at: dt.datetime) -> tuple[IntegrationRow, ...]:
    newest = Delivery.objects.filter(integration=OuterRef("pk")).order_by("-received_at").values("received_at")[:1]
    day = Q(deliveries__received_at__gte=at - dt.timedelta(days=1))
    rows = Integration.objects.annotate(
        newest=Subquery(newest),
        sent=Count("deliveries", filter=day),
        failed=Count("deliveries", filter=day & Q(deliveries__result=Delivery.Result.FAILED)),
    )
    return tuple(IntegrationRow(row, row.newest, row.sent, row.failed) for row in rows.order_by("name"))


def delivery_page(integration: Integration, *, result: str, page: int) -> Page[Delivery]:
    """Newest first, without their bodies; `result` empty: all."""
    rows = Delivery.objects.filter(integration=integration).defer("body")
    if result:
        rows = rows.filter(result=result)
    return Paginator(rows.order_by("-received_at", "-pk"), PAGE_SIZE).get_page(page)
