"""Reviews: what comes next, and the list of those that were."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from incidents.models import ActionState
from relportal.core import company
from relportal.core.models import User
from reports.models import Review, ReviewAction, ReviewState, Ritual

PAGE_SIZE: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilters:
    """Empty: not filtered by. `ritual` is an id."""

    text: str = ""
    states: tuple[str, ...] = ()
    rituals: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()


class ReviewSort(StrEnum):
    MEETS = "meets"
    RITUAL = "ritual"


@dataclass(frozen=True, slots=True)
class ReviewOrder:
    sort: ReviewSort = ReviewSort.MEETS
    descending: bool = True


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """`actions` that were promised there, `undone` of them not done; `carried`: items that were not reached."""

    one: Review
    notes: int
    decisions: int
    actions: int
    undone: int
    carried: int


@dataclass(frozen=True, slots=True)
class ReviewList:
    """`coming` are the planned and running ones, the next first, whatever is filtered by; `late` actions of all reviews."""

    rows: tuple[ReviewRow, ...]
    total: int
    page: int
    size: int | None
    coming: tuple[Review, ...]
    late: int


def found(filters: ReviewFilters) -> QuerySet[Review]:
    rows = Review.objects.all()
    for word in filters.text.split():
        named = Q(ritual__name__icontains=word) | Q(items__notes__text__icontains=word)
        named |= Q(items__decided__decision__title__icontains=word) | Q(items__promised__action__title__icontains=word)
        number = word.upper().removeprefix("REV-")
        short = number.isascii() and number.isdigit() and len(number) < 15
        rows = rows.filter(pk__in=Review.objects.filter(named | Q(pk=int(number)) if short else named).values("pk"))
    if filters.states:
        rows = rows.filter(state__in=filters.states)
    if filters.rituals:
        rows = rows.filter(ritual__in=filters.rituals)
    return rows.filter(ritual__kind__in=filters.kinds) if filters.kinds else rows


def review_rows(
    _user: User,
    *,
    filters: ReviewFilters,
    order: ReviewOrder,
    at: dt.datetime,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> ReviewList:
    """One page; `size` None: everything."""
    matching = found(filters)
    total = matching.count()
    page = max(1, min(page, -(-total // size))) if size and total else 1
    column = {ReviewSort.MEETS: "meets_at", ReviewSort.RITUAL: "ritual__name"}[order.sort]
    rows = matching.order_by(f"-{column}" if order.descending else column, "-pk").select_related(
        "ritual__team", "drawn"
    )
    listed = list(rows[(page - 1) * size : page * size] if size else rows)
    return ReviewList(_counted(listed), total, page, size, coming(), late_actions(at=at))


def _counted(listed: list[Review]) -> tuple[ReviewRow, ...]:
    undone = Q(items__promised__action__state__in=(ActionState.OPEN, ActionState.DOING))
    counts: dict[int, Any] = {
        row["pk"]: row
        for row in Review.objects.filter(pk__in=[one.pk for one in listed])
        .order_by()
        .values("pk")
        .annotate(
            notes=Count("items__notes", distinct=True),
            decisions=Count("items__decided", distinct=True),
            actions=Count("items__promised", distinct=True),
            undone=Count("items__promised", filter=undone, distinct=True),
            carried=Count("items", filter=Q(items__state="carried"), distinct=True),
        )
    }
    return tuple(
        ReviewRow(one, **{name: value for name, value in counts[one.pk].items() if name != "pk"}) for one in listed
    )


def coming() -> tuple[Review, ...]:
    rows = Review.objects.filter(state__in=(ReviewState.PLANNED, ReviewState.RUNNING))
    return tuple(rows.select_related("ritual__team", "drawn").order_by("meets_at", "pk"))


def late_actions(*, at: dt.datetime) -> int:
    """Promised in reviews, not done, and due before today."""
    rows = ReviewAction.objects.filter(action__state__in=(ActionState.OPEN, ActionState.DOING))
    return rows.filter(action__due_on__lt=company.day(at)).count()


def rituals() -> QuerySet[Ritual]:
    return Ritual.objects.order_by("name", "pk")
