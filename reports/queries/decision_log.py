"""Who decided what on which numbers: decisions, and the signatures of exceptions from their own table, in one log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, TextField, Value

from incidents.domain.periods import midnight
from relportal.core import company
from relportal.core.models import User
from reports.domain.asks import FollowUp, follow_up
from reports.models import Decision
from risks.models import GovernanceException, Signature
from risks.models import Verdict as Signed
from risks.queries.frozen_figures import Figure, kept

PAGE_SIZE: Final = 50
_SHORT: Final = 15


class Origin(StrEnum):
    """Where it was decided."""

    ASK = "ask"
    REVIEW = "review"
    ALONE = "alone"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilters:
    """Empty: not filtered by. Days are the company's, both included; `follow_ups` are values of FollowUp."""

    text: str = ""
    person: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    origins: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogOrder:
    """The newest first, or the oldest."""

    oldest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """`decision` or `signature`, the other is None; `due_on`: when its outcome is looked at, None: never, or not any more."""

    origin: Origin
    at: dt.datetime
    by: User
    title: str
    short_id: str
    url: str
    reason: str
    follow_up: FollowUp
    due_on: dt.date | None = None
    figures: tuple[Figure, ...] = ()
    decision: Decision | None = None
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class LogTally:
    """Of all decisions: those whose outcome is still to be told, those late with it, and what came of the others."""

    open: int
    overdue: int
    worked: int
    did_not: int


@dataclass(frozen=True, slots=True)
class DecisionLog:
    rows: tuple[LogRow, ...]
    total: int
    page: int
    size: int | None
    tally: LogTally


def log_rows(
    user: User,
    *,
    filters: LogFilters,
    order: LogOrder,
    at: dt.datetime,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> DecisionLog:
    """One page; `size` None: everything. However long the log, one statement finds the page and one each reads its rows."""
    today = company.day(at)
    kinds = _places(decisions_found(filters, today=today), "decided_at", Origin.ALONE)
    both = kinds.union(_places(signatures_found(user, filters), "at", Origin.EXCEPTION), all=True)
    total = both.count()
    page = max(1, min(page, -(-total // size))) if size and total else 1
    ordered: Any = both.order_by(F("_at").asc() if order.oldest else F("_at").desc(), "_kind", "_id")
    places = list(ordered[(page - 1) * size : page * size] if size else ordered)
    return DecisionLog(tuple(rows_at(places, today=today)), total, page, size, tally(today=today))


def _places(rows: QuerySet[Any], instant: str, kind: str) -> QuerySet[Any, Any]:
    named = rows.order_by().annotate(_kind=Value(kind, output_field=TextField()), _id=F("pk"), _at=F(instant))
    listed: QuerySet[Any, Any] = named.values_list("_kind", "_id", "_at")
    return listed


def rows_at(places: Iterable[tuple[str, int, dt.datetime]], *, today: dt.date) -> Iterable[LogRow]:
    places = list(places)
    ids: dict[bool, list[int]] = {True: [], False: []}
    for kind, pk, _at in places:
        ids[kind == Origin.EXCEPTION].append(pk)
    related = ("decided_by", "ask", "team", "in_review__item__review")
    decisions = Decision.objects.followed().filter(pk__in=ids[False]).select_related(*related)
    signatures = Signature.objects.filter(pk__in=ids[True]).select_related("by", "exception")
    rows: dict[tuple[bool, int], LogRow] = {(False, one.pk): row_of(one, today=today) for one in decisions}
    rows |= {(True, one.pk): _of_signature(one) for one in signatures}
    return (rows[kind == Origin.EXCEPTION, pk] for kind, pk, _at in places)


def row_of(one: Any, *, today: dt.date) -> LogRow:
    """Of a decision that came through `followed`."""
    state = follow_up(one.due_on, one.verdict, superseded=one.superseded, today=today)
    return LogRow(
        origin=_origin(one),
        at=one.decided_at,
        by=one.decided_by,
        title=one.title,
        short_id=one.short_id,
        url=one.get_absolute_url(),
        reason=one.reason,
        follow_up=state,
        due_on=one.due_on,
        figures=kept(one.figures),
        decision=one,
    )


def _origin(one: Decision) -> Origin:
    if one.ask_id is not None:
        return Origin.ASK
    return Origin.REVIEW if hasattr(one, "in_review") else Origin.ALONE


def _of_signature(one: Signature) -> LogRow:
    if one.by is None or one.at is None:
        raise ValueError("a signature that nobody gave is no decision")
    return LogRow(
        origin=Origin.EXCEPTION,
        at=one.at,
        by=one.by,
        title=one.exception.title,
        short_id=one.exception.short_id,
        url=one.exception.get_absolute_url(),
        reason=one.comment,
        follow_up=FollowUp.NONE,
        figures=kept(one.figures),
        signature=one,
    )


def decisions_found(filters: LogFilters, *, today: dt.date) -> QuerySet[Any]:
    rows: QuerySet[Any] = Decision.objects.followed()
    for word in filters.text.split():
        named = Q(title__icontains=word) | Q(reason__icontains=word) | Q(decided_by__display_name__icontains=word)
        rows = rows.filter(named | _numbered(word, ("DEC-", "pk"), ("ASK-", "ask")) | Q(refs__contains=[word.upper()]))
    rows = _of_days(rows, filters, "decided_at")
    if filters.person is not None:
        rows = rows.filter(decided_by=filters.person)
    if filters.origins:
        rows = rows.filter(_union(_ORIGINS[Origin(each)] for each in filters.origins if each != Origin.EXCEPTION))
    if filters.follow_ups:
        rows = rows.filter(_union(_FOLLOW_UPS[FollowUp(each)](today) for each in filters.follow_ups))
    return rows


def _union(conditions: Iterable[Q]) -> Q:
    """Of none: nothing."""
    return reduce(or_, conditions, Q(pk__in=()))


_ORIGINS: Final = {
    Origin.ASK: Q(ask__isnull=False),
    Origin.REVIEW: Q(ask__isnull=True, in_review__isnull=False),
    Origin.ALONE: Q(ask__isnull=True, in_review__isnull=True),
}

_FOLLOW_UPS: Final[dict[FollowUp, Any]] = {
    FollowUp.NONE: lambda _today: Q(due_on__isnull=True, superseded=False, verdict=""),
    FollowUp.OPEN: lambda today: Q(due_on__gte=today),
    FollowUp.OVERDUE: lambda today: Q(due_on__lt=today),
    FollowUp.WORKED: lambda _today: Q(verdict=FollowUp.WORKED.value),
    FollowUp.DID_NOT: lambda _today: Q(verdict=FollowUp.DID_NOT.value),
    FollowUp.SUPERSEDED: lambda _today: Q(superseded=True) & ~Q(verdict__in=(FollowUp.WORKED, FollowUp.DID_NOT)),
}


def signatures_found(user: User, filters: LogFilters) -> QuerySet[Signature]:
    """What was signed or refused of the exceptions that the person sees; nobody follows up on those here."""
    if filters.follow_ups or (filters.origins and Origin.EXCEPTION not in filters.origins):
        return Signature.objects.none()
    rows = Signature.objects.filter(exception__in=GovernanceException.objects.visible_to(user))
    rows = rows.filter(verdict__in=(Signed.APPROVED, Signed.REFUSED))
    for word in filters.text.split():
        named = Q(exception__title__icontains=word) | Q(comment__icontains=word) | Q(by__display_name__icontains=word)
        rows = rows.filter(named | _numbered(word, ("EXC-", "exception")))
    if filters.person is not None:
        rows = rows.filter(Q(by=filters.person) | Q(on_behalf_of=filters.person))
    return _of_days(rows, filters, "at")


def _of_days(rows: QuerySet[Any], filters: LogFilters, instant: str) -> QuerySet[Any]:
    if filters.since is not None:
        rows = rows.filter(**{f"{instant}__gte": midnight(filters.since, company.zone())})
    if filters.until is not None:
        rows = rows.filter(**{f"{instant}__lt": midnight(filters.until + dt.timedelta(days=1), company.zone())})
    return rows


def _numbered(word: str, *prefixes: tuple[str, str]) -> Q:
    found = Q(pk__in=())
    for prefix, column in prefixes:
        number = word.upper().removeprefix(prefix)
        if word.upper().startswith(prefix) and number.isascii() and number.isdigit() and len(number) < _SHORT:
            found |= Q(**{column: int(number)})
    return found


def tally(*, today: dt.date) -> LogTally:
    counted = Decision.objects.followed().aggregate(
        open=Count("pk", filter=Q(due_on__gte=today)),
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        worked=Count("pk", filter=Q(verdict=FollowUp.WORKED.value)),
        did_not=Count("pk", filter=Q(verdict=FollowUp.DID_NOT.value)),
    )
    return LogTally(**counted)


def people() -> QuerySet[User]:
    """Whoever has ever decided or signed."""
    signed = Signature.objects.exclude(verdict="").values("by")
    either = Q(pk__in=Decision.objects.values("decided_by")) | Q(pk__in=signed)
    return User.objects.filter(either).order_by("display_name")
