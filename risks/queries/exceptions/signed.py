"""What executives have signed or refused: the whole of it, by person and period."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, F, Q, QuerySet

from incidents.domain.periods import midnight
from relportal.core import company
from relportal.core.models import User
from risks.models import Approver, GovernanceException, Signature, Verdict
from risks.queries.exceptions.policy import LevelWord, level_words
from risks.queries.exceptions.standing import Standing, standing

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFilters:
    """Empty: not filtered by. Days are the company's, both included; `person` signed, or was signed for."""

    text: str = ""
    person: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    kinds: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """The newest first, or the oldest."""

    oldest: bool = False


@dataclass(frozen=True, slots=True)
class SignedRow:
    signature: Signature
    one: GovernanceException
    standing: Standing
    level: LevelWord | None


@dataclass(frozen=True, slots=True)
class SignedList:
    """`people`: so many have signed what matches."""

    rows: tuple[SignedRow, ...]
    total: int
    people: int
    page: int
    size: int | None


def found(user: User, filters: SignedFilters) -> QuerySet[Signature]:
    rows = Signature.objects.filter(approver=Approver.EXECUTIVE).exclude(verdict="")
    rows = rows.filter(exception__in=GovernanceException.objects.visible_to(user))
    for word in filters.text.split():
        named = Q(exception__title__icontains=word) | Q(by__display_name__icontains=word) | Q(comment__icontains=word)
        number = word.upper().removeprefix("EXC-")
        short = number.isascii() and number.isdigit() and len(number) < 15
        rows = rows.filter(named | Q(exception=int(number)) if short else named)
    if filters.person is not None:
        rows = rows.filter(Q(by=filters.person) | Q(on_behalf_of=filters.person))
    if filters.since is not None:
        rows = rows.filter(at__gte=midnight(filters.since, company.zone()))
    if filters.until is not None:
        rows = rows.filter(at__lt=midnight(filters.until + dt.timedelta(days=1), company.zone()))
    if filters.kinds:
        rows = rows.filter(exception__kind__in=filters.kinds)
    return rows.filter(verdict__in=filters.verdicts) if filters.verdicts else rows


def signed_rows(
    user: User,
    *,
    filters: SignedFilters,
    order: SignedOrder,
    at: dt.datetime,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> SignedList:
    """One page; `size` None: everything."""
    matching = found(user, filters)
    counted = matching.aggregate(total=Count("pk"), people=Count("by", distinct=True))
    total = counted["total"]
    page = max(1, min(page, -(-total // size))) if size and total else 1
    newest = F("at").asc() if order.oldest else F("at").desc()
    ordered = matching.order_by(newest, "pk").select_related(
        "by", "on_behalf_of", "exception__team", "exception__service", "exception__requester"
    )
    words = level_words()
    rows = tuple(
        SignedRow(each, each.exception, standing(each.exception, at=at), words.get(each.exception.level))
        for each in (ordered[(page - 1) * size : page * size] if size else ordered)
    )
    return SignedList(rows, total, counted["people"], page, size)


def executives() -> QuerySet[User]:
    """Whoever has ever decided such a step, or was decided for."""
    decided = Signature.objects.filter(approver=Approver.EXECUTIVE).exclude(verdict="")
    return User.objects.filter(Q(pk__in=decided.values("by")) | Q(pk__in=decided.values("on_behalf_of")))


def verdict_words() -> list[tuple[str, str]]:
    return [(each.value, str(each.label)) for each in Verdict]
