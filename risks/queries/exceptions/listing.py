"""The register of exceptions: filtered and ordered, with whom each request waits for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

from relportal.core.models import User
from risks.models import ExceptionState, GovernanceException, Signature, Verdict
from risks.queries.exceptions.policy import LevelWord, level_words
from risks.queries.exceptions.signers import awaiting, with_next
from risks.queries.exceptions.standing import Standing, condition, standing

PAGE_SIZE: Final = 50
WAITS: Final = "waits"
ASKED: Final = "asked"
WITHIN: Final = (7, 30, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionFilters:
    """Empty: not filtered by. `states` are words of a Standing, or LIVE; `tiers` may hold 0 for none.

    `whose` "waits": those whose next step the viewer may decide; "asked": those that they have asked for. `ends_within`
    counts in days what is in force. `renewed`: renewed at least so often.
    """

    text: str = ""
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    levels: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    ends_within: int | None = None
    renewed: int | None = None
    whose: str = ""


class ExceptionSort(StrEnum):
    ENDS = "ends"
    TITLE = "title"
    TIER = "tier"
    REQUESTED = "requested"
    RENEWALS = "renewals"


@dataclass(frozen=True, slots=True)
class ExceptionOrder:
    sort: ExceptionSort = ExceptionSort.ENDS
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """`step` None: every step is decided; `mine`: the viewer may decide it. `level` None: of no rated risk."""

    one: GovernanceException
    standing: Standing
    step: Signature | None
    signed: int
    steps: int
    mine: bool
    level: LevelWord | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Of all that the viewer sees. `open_again` has expired, and nobody has renewed it."""

    in_force: int = 0
    ending: int = 0
    waiting: int = 0
    mine: int = 0
    open_again: int = 0


@dataclass(frozen=True, slots=True)
class ExceptionList:
    rows: tuple[ExceptionRow, ...]
    total: int
    page: int
    size: int | None
    tally: Tally = field(default_factory=Tally)


def found(user: User, filters: ExceptionFilters, *, mine: Q, at: dt.datetime) -> QuerySet[GovernanceException]:
    """With `mine`, whether the viewer may decide the next step (see `awaiting`)."""
    rows = _with_mine(user, mine, at=at)
    for word in filters.text.split():
        named = (
            Q(title__icontains=word)
            | Q(reason__icontains=word)
            | Q(requester__display_name__icontains=word)
            | Q(subject_key__icontains=word)
        )
        number = word.upper().removeprefix("EXC-")
        short = number.isascii() and number.isdigit() and len(number) < 15
        rows = rows.filter(named | Q(pk=int(number)) if short else named)
    if filters.states:
        wanted = Q(pk__in=())
        for word in filters.states:
            wanted |= condition(word, at=at)
        rows = rows.filter(wanted)
    if filters.tiers:
        rows = rows.annotate(tier_or_none=Coalesce("tier", Value(0))).filter(tier_or_none__in=filters.tiers)
    if filters.services:
        touched = Q(service__slug__in=filters.services) | Q(risk__services__slug__in=filters.services)
        rows = rows.filter(pk__in=GovernanceException.objects.filter(touched).values("pk"))
    if filters.ends_within is not None:
        rows = rows.filter(
            condition(Standing.IN_FORCE, at=at), expires_at__lte=at + dt.timedelta(days=filters.ends_within)
        )
    if filters.whose == WAITS:
        rows = rows.filter(Q(mine=True))
    simple: Mapping[str, object] = {
        "kind__in": filters.kinds,
        "level__in": filters.levels,
        "team__slug__in": filters.teams,
        "renewal__gte": filters.renewed,
        "requester": user.pk if filters.whose == ASKED else None,
    }
    return rows.filter(**{name: value for name, value in simple.items() if value})


def _with_mine(user: User, mine: Q, *, at: dt.datetime) -> QuerySet[GovernanceException]:
    waits = condition(Standing.WAITING, at=at) & mine
    rows = with_next(GovernanceException.objects.visible_to(user))
    # A condition that nothing can meet would be no boolean by itself.
    yes, no = Value(value=True), Value(value=False)
    return rows.annotate(mine=Case(When(waits, then=yes), default=no, output_field=BooleanField()))


def exception_rows(
    user: User,
    *,
    filters: ExceptionFilters,
    order: ExceptionOrder,
    at: dt.datetime,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> ExceptionList:
    """One page, by default what waits, then what is in force by its end, then what is over; `size` None: everything."""
    mine = awaiting(user, at=at)
    matching = found(user, filters, mine=mine, at=at)
    tally = _tally(user, mine, at=at)
    total = matching.count()
    page = max(1, min(page, -(-total // size))) if size and total else 1
    ordered = matching.order_by(*_ordering(order, at=at))
    chosen = ordered[(page - 1) * size : page * size] if size else ordered
    return ExceptionList(rows_of(chosen, at=at), total, page, size, tally)


def rows_of(rows: QuerySet[GovernanceException], *, at: dt.datetime) -> tuple[ExceptionRow, ...]:
    """Of rows with `mine`, which is False where it was not asked for; three statements."""
    words = level_words()
    known = rows.select_related("requester", "team", "service", "risk", "objective", "action")
    return tuple(_row(one, words, at=at) for one in known.prefetch_related("signatures"))


def _row(one: GovernanceException, words: Mapping[str, LevelWord], *, at: dt.datetime) -> ExceptionRow:
    signatures = sorted(one.signatures.all(), key=lambda each: each.position)
    return ExceptionRow(
        one,
        standing(one, at=at),
        next((each for each in signatures if not each.verdict), None),
        sum(each.verdict == Verdict.APPROVED for each in signatures),
        len(signatures),
        bool(getattr(one, "mine", False)),
        words.get(one.level),
    )


def _tally(user: User, mine: Q, *, at: dt.datetime) -> Tally:
    goes_on = GovernanceException.objects.filter(renews=OuterRef("pk")).filter(
        condition("live", at=at) | Q(state=ExceptionState.EXPIRED, in_force_at__isnull=False)
    )
    counted: dict[str, Any] = {
        "in_force": Count("pk", filter=condition(Standing.IN_FORCE, at=at)),
        "ending": Count("pk", filter=condition(Standing.ENDING, at=at)),
        "waiting": Count("pk", filter=condition(Standing.WAITING, at=at)),
        "mine_": Count("pk", filter=Q(mine=True)),
        "open_again": Count("pk", filter=condition(Standing.EXPIRED, at=at) & Q(renewed=False)),
    }
    found = _with_mine(user, mine, at=at).annotate(renewed=Exists(goes_on)).aggregate(**counted)
    found["mine"] = found.pop("mine_")
    return Tally(**found)


def _ordering(order: ExceptionOrder, *, at: dt.datetime) -> tuple[OrderBy | Case, ...]:
    rank = Case(
        When(condition(Standing.WAITING, at=at), then=Value(0)),
        When(condition(Standing.IN_FORCE, at=at), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    if order == ExceptionOrder():
        ahead = Case(When(expires_at__gt=at, then=F("expires_at")))
        return (OrderBy(rank), OrderBy(ahead), F("expires_at").desc(), F("pk").desc())
    column = {
        ExceptionSort.ENDS: "expires_at",
        ExceptionSort.TITLE: "title",
        ExceptionSort.TIER: "tier",
        ExceptionSort.REQUESTED: "requested_at",
        ExceptionSort.RENEWALS: "renewal",
    }[order.sort]
    first = F(column).desc(nulls_last=True) if order.descending else F(column).asc(nulls_last=True)
    return (first, F("pk").desc())
