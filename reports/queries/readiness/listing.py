"""Reviews of launches in a list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from relportal.core import company
from relportal.core.models import User
from reports.models import ReadinessReview, ReadinessState, ReadinessVerdict
from reports.models.readiness import WAITING

PAGE_SIZE: Final = 50
SOON: Final = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessFilters:
    """Empty: not filtered by. `soon`: to be launched within SOON."""

    text: str = ""
    states: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    soon: bool = False
    against: bool = False


class ReadinessSort(StrEnum):
    PLANNED = "planned"
    SERVICE = "service"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class ReadinessOrder:
    sort: ReadinessSort = ReadinessSort.PLANNED
    descending: bool = True


@dataclass(frozen=True, slots=True)
class ReadinessRow:
    """`verdict` as it holds now: conditions end with their exceptions. `late`: its day is over and nothing was launched; `again`:
    a later review of the same launch stands in its place."""

    one: ReadinessReview
    verdict: ReadinessVerdict
    late: bool
    again: bool


@dataclass(frozen=True, slots=True)
class ReadinessTally:
    """Of all reviews, whatever is filtered by. `soon` are to be launched within SOON, `blocked` of them are not ready.

    `undecided` wait for a reviewer; `against` were launched without a decision or against it.
    """

    soon: int
    blocked: int
    undecided: int
    conditions: int
    against: int


@dataclass(frozen=True, slots=True)
class ReadinessList:
    rows: tuple[ReadinessRow, ...]
    total: int
    page: int
    size: int | None
    tally: ReadinessTally


def readiness_rows(
    user: User,
    *,
    filters: ReadinessFilters,
    order: ReadinessOrder,
    page: int = 1,
    size: int | None = PAGE_SIZE,
    at: dt.datetime,
) -> ReadinessList:
    """One page; `size` None: everything."""
    matching = found(user, filters, at=at)
    total = matching.count()
    page = max(1, min(page, -(-total // size))) if size and total else 1
    column = {"planned": "planned_on", "service": "service__name", "title": "title"}[order.sort]
    ordered = matching.order_by(f"{'-' if order.descending else ''}{column}", "-pk")
    ordered = ordered.select_related("service__team", "author", "decided_by").defer("results")
    listed = ordered[(page - 1) * size : page * size] if size else ordered
    return ReadinessList(tuple(row_of(one, at=at) for one in listed), total, page, size, tally(user, at=at))


def found(user: User, filters: ReadinessFilters, *, at: dt.datetime) -> QuerySet[Any]:
    """With `now` and `again`, as a ReadinessRow has them."""
    followed = Exists(ReadinessReview.objects.filter(follows=OuterRef("pk")))
    rows: QuerySet[Any] = ReadinessReview.objects.visible_to(user).told(at).annotate(again=followed)
    if filters.text:
        match = Q(title__icontains=filters.text) | Q(service__name__icontains=filters.text)
        if (number := filters.text.upper().removeprefix("PRR-")).isdecimal() and len(number) < 10:
            match |= Q(pk=int(number))
        rows = rows.filter(match)
    several = {
        "state__in": filters.states, "now__in": filters.verdicts, "kind__in": filters.kinds,
        "service__tier__in": filters.tiers, "service__team__slug__in": filters.teams,
        "service__slug__in": filters.services,
    }  # fmt: skip
    rows = rows.filter(**{name: values for name, values in several.items() if values})
    if filters.soon:
        rows = rows.filter(_soon(at))
    return rows.filter(against=True) if filters.against else rows


def _soon(at: dt.datetime) -> Q:
    """Late ones are still to come."""
    return Q(state__in=WAITING, followed_by__isnull=True) & Q(planned_on__lte=company.day(at) + SOON)


def row_of(one: Any, *, at: dt.datetime) -> ReadinessRow:
    """Of a row of `found`."""
    late = one.state in WAITING and not one.again and one.planned_on < company.day(at)
    return ReadinessRow(one, one.shown_at(at), late, one.again)


def tally(user: User, *, at: dt.datetime) -> ReadinessTally:
    soon = _soon(at)
    counted = (
        ReadinessReview.objects.visible_to(user)
        .told(at)
        .aggregate(
            soon=Count("pk", filter=soon),
            blocked=Count("pk", filter=soon & Q(now=ReadinessVerdict.NOT_READY)),
            undecided=Count("pk", filter=Q(state=ReadinessState.OPEN)),
            conditions=Count("pk", filter=Q(state=ReadinessState.DECIDED, now=ReadinessVerdict.CONDITIONS)),
            against=Count("pk", filter=Q(against=True)),
        )
    )
    return ReadinessTally(**counted)
