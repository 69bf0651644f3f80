"""Deploys as a list, and one with what is known of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import OrderBy

from incidents.domain.change_risk import Risk
from incidents.domain.changes import Failure
from incidents.models import Deploy, DeployState, Incident, Suspect
from incidents.queries.change_risk import risks_of_deploys
from incidents.queries.changes import failures_of
from incidents.queries.suspects import MarkedIn, deploys_visible_to, marked_in
from relportal.core.models import Service, User
from slo.models import Objective

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployFilters:
    """Empty: not filtered by. `start` and `end` bound the begin, [start, end)."""

    text: str = ""
    services: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    rollback: bool | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None


class DeploySort(StrEnum):
    STARTED = "started"
    SERVICE = "service"
    SIZE = "size"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class DeployOrder:
    sort: DeploySort = DeploySort.STARTED
    descending: bool = True


@dataclass(frozen=True, slots=True)
class DeployRow:
    """`marked` holds only incidents that the viewer sees, and `failed` counts only those."""

    deploy: Deploy
    risk: Risk
    marked: tuple[MarkedIn, ...]
    failed: tuple[Failure, ...]

    @property
    def lasted(self) -> dt.timedelta | None:
        return None if self.deploy.finished_at is None else self.deploy.finished_at - self.deploy.started_at


@dataclass(frozen=True, slots=True)
class DeployList:
    """`failed` counts all that match and did not go through, on any page."""

    rows: tuple[DeployRow, ...]
    total: int
    failed: int
    page: int
    size: int | None


def found(user: User, filters: DeployFilters) -> QuerySet[Deploy]:
    rows = deploys_visible_to(user)
    for word in filters.text.split():
        told = Q(revision__icontains=word) | Q(description__icontains=word) | Q(author__icontains=word)
        rows = rows.filter(told | Q(key__icontains=word) | Q(service__name__icontains=word))
    if filters.verdicts:
        marks = Suspect.objects.filter(
            verdict__in=filters.verdicts, incident__in=Incident.objects.visible_to(user).values("pk")
        )
        rows = rows.filter(pk__in=marks.values("deploy"))
    if filters.rollback is not None:
        rows = rows.filter(is_rollback=filters.rollback)
    simple: dict[str, object] = {
        "service__slug__in": filters.services,
        "service__team__slug__in": filters.teams,
        "state__in": filters.states,
        "started_at__gte": filters.start,
        "started_at__lt": filters.end,
    }
    return rows.filter(**{name: value for name, value in simple.items() if value})


def deploy_rows(
    user: User,
    *,
    filters: DeployFilters,
    order: DeployOrder,
    at: dt.datetime,  # noqa: ARG001 - every list is asked alike
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> DeployList:
    """One page; `size` None: everything, for a CSV."""
    matching = found(user, filters)
    counted = matching.aggregate(total=Count("pk"), failed=Count("pk", filter=Q(state=DeployState.FAILED)))
    total = counted["total"]
    page = max(1, min(page, -(-total // size))) if size and total else 1
    ordered = matching.select_related("service__team", "integration").order_by(*_ordering(order))
    chosen = list(ordered[(page - 1) * size : page * size] if size else ordered)
    return DeployList(rows_of(user, chosen), total, counted["failed"], page, size)


def _ordering(order: DeployOrder) -> tuple[OrderBy, ...]:
    column = {
        DeploySort.STARTED: "started_at",
        DeploySort.SERVICE: "service__name",
        DeploySort.SIZE: "size",
        DeploySort.STATE: "state",
    }[order.sort]
    first = F(column).desc(nulls_last=True) if order.descending else F(column).asc(nulls_last=True)
    return (first, F("started_at").desc(), F("pk").desc())


def rows_of(user: User, deploys: Sequence[Deploy]) -> tuple[DeployRow, ...]:
    """In as many statements for fifty as for one."""
    risks, marks, failed = risks_of_deploys(user, deploys), marked_in(user, deploys), failures_of(user, deploys)
    return tuple(DeployRow(each, risks[each.pk], marks.get(each.pk, ()), failed.get(each.pk, ())) for each in deploys)


def latest_of(user: User, service: Service, limit: int) -> tuple[DeployRow, ...]:
    rows = deploys_visible_to(user).filter(service=service).select_related("service__team", "integration")
    return rows_of(user, list(rows.order_by("-started_at", "-pk")[:limit]))


def burning_of(deploy: Deploy, limit: int) -> list[Objective]:
    """The objectives of its service, the one with least budget first."""
    rows = Objective.objects.active().filter(service=deploy.service).select_related("service", "status")
    return list(rows.order_by(F("status__remaining").asc(nulls_last=True), "pk")[:limit])
