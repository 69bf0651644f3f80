"""Asks: their list, what one of them shows, and what waits for whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.db.models.expressions import OrderBy

from relportal.core import company
from relportal.core.models import User
from reports.domain.asks import Urgency, urgency
from reports.models import Ask, AskState, Decision

PAGE_SIZE: Final = 50
FOR_ME: Final = "for_me"
BY_ME: Final = "by_me"


class AskStanding(StrEnum):
    """An ask as a list tells it: an open one by how urgent it is."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"

    @property
    def band(self) -> str:
        """Of which `status` draws the shape."""
        return {"overdue": "breached", "soon": "at_risk", "decided": "healthy"}.get(self.value, "no_data")


OPEN: Final = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFilters:
    """Empty: not filtered by. `states` are those of AskState, and "overdue"; `whose` is FOR_ME or BY_ME."""

    text: str = ""
    states: tuple[str, ...] = ()
    deciders: tuple[int, ...] = ()
    teams: tuple[str, ...] = ()
    whose: str = ""


class AskSort(StrEnum):
    WANTED = "wanted"
    TITLE = "title"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class AskOrder:
    sort: AskSort = AskSort.WANTED
    descending: bool = False


@dataclass(frozen=True, slots=True)
class AskRow:
    """`decision` is the one in force; `mine`: the viewer decides."""

    one: Ask
    standing: AskStanding
    decision: Decision | None
    mine: bool


@dataclass(frozen=True, slots=True)
class AskTally:
    """Of all asks, whatever is filtered by; `mine` wait for the viewer."""

    open: int
    overdue: int
    mine: int
    decided: int
    oldest: dt.date | None


@dataclass(frozen=True, slots=True)
class AskList:
    rows: tuple[AskRow, ...]
    total: int
    page: int
    size: int | None
    tally: AskTally


def found(user: User, filters: AskFilters, *, today: dt.date) -> QuerySet[Ask]:
    rows = Ask.objects.all()
    for word in filters.text.split():
        named = Q(title__icontains=word) | Q(context__icontains=word) | Q(decider__display_name__icontains=word)
        number = word.upper().removeprefix("ASK-")
        short = number.isascii() and number.isdigit() and len(number) < 15
        rows = rows.filter(named | Q(pk=int(number)) if short else named)
    if filters.states:
        late = Q(state=AskState.OPEN, wanted_by__lt=today) if Urgency.OVERDUE in filters.states else Q(pk__in=())
        rows = rows.filter(late | Q(state__in=filters.states))
    if filters.deciders:
        rows = rows.filter(decider__in=filters.deciders)
    if filters.teams:
        rows = rows.filter(team__slug__in=filters.teams)
    if filters.whose == FOR_ME:
        rows = rows.open().filter(decider=user)
    elif filters.whose == BY_ME:
        rows = rows.filter(owner=user)
    return rows


def ask_rows(
    user: User,
    *,
    filters: AskFilters,
    order: AskOrder,
    at: dt.datetime,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> AskList:
    """One page; `size` None: everything. Open ones come first, those that are wanted soonest at the top."""
    today = company.day(at)
    matching = found(user, filters, today=today)
    total = matching.count()
    page = max(1, min(page, -(-total // size))) if size and total else 1
    ordered = with_decisions(matching.order_by(*_order(order)))
    listed = ordered[(page - 1) * size : page * size] if size else ordered
    return AskList(
        tuple(row_of(user, each, today=today) for each in listed), total, page, size, tally(user, today=today)
    )


def _order(order: AskOrder) -> tuple[OrderBy | str, ...]:
    column = {AskSort.WANTED: "wanted_by", AskSort.TITLE: "title", AskSort.ASKED: "asked_at"}[order.sort]
    sign = "-" if order.descending else ""
    if order.sort is AskSort.WANTED and not order.descending:
        return (F("closed_at").desc(nulls_first=True), "wanted_by", "pk")
    return (f"{sign}{column}", "pk")


def with_decisions(rows: QuerySet[Ask]) -> QuerySet[Ask]:
    """What `row_of` reads."""
    standing = Decision.objects.filter(superseded_by=None).select_related("decided_by").order_by("-decided_at")
    prefetch: Prefetch[str] = Prefetch("decisions", queryset=standing, to_attr="in_force")
    return rows.select_related("owner", "decider", "team").prefetch_related(prefetch)


def row_of(user: User, one: Ask, *, today: dt.date) -> AskRow:
    decisions: list[Decision] = one.in_force  # type: ignore[attr-defined]  # see with_decisions
    mine = one.is_open and one.decider_id == user.pk
    return AskRow(one, standing_of(one, today=today), decisions[0] if decisions else None, mine)


def standing_of(one: Ask, *, today: dt.date) -> AskStanding:
    if one.is_open:
        return AskStanding(urgency(one.wanted_by, today=today).value)
    return AskStanding(one.state)


def tally(user: User, *, today: dt.date) -> AskTally:
    is_open = Q(state=AskState.OPEN)
    counted = Ask.objects.aggregate(
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(wanted_by__lt=today)),
        mine=Count("pk", filter=is_open & Q(decider=user)),
        decided=Count("pk", filter=Q(state=AskState.DECIDED)),
    )
    late = Ask.objects.overdue(today).order_by("wanted_by").values_list("wanted_by", flat=True)
    return AskTally(**counted, oldest=late.first() if counted["overdue"] else None)


def wanted_from(user: User, *, at: dt.datetime, most: int = 5) -> tuple[AskRow, ...]:
    """What this person is asked to decide, the soonest first."""
    rows = Ask.objects.open().filter(decider=user).order_by("wanted_by", "pk")
    return tuple(row_of(user, each, today=company.day(at)) for each in with_decisions(rows)[:most])


def deciders() -> QuerySet[User]:
    """Whoever was ever asked."""
    return User.objects.filter(pk__in=Ask.objects.values("decider")).order_by("display_name")
