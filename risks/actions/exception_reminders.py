"""What ends is said 30, 7 and 1 days before, once each; what waits for a signature once a week, in one sentence a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import ngettext

from relportal.core import company, work
from relportal.core.actions.notifications import notify
from relportal.core.models import User
from risks.actions.evidence import forget_removed
from risks.actions.exception_notices import owners, tell, until
from risks.domain.exception_states import REMINDED, due_reminder
from risks.models import ExceptionKind, ExceptionState, GovernanceException, Signature
from risks.queries.exceptions.signers import held, signers

REMINDERS: Final = "exceptions.reminders"
EVERY: Final = dt.timedelta(minutes=30)
PATIENCE: Final = dt.timedelta(days=3)
"""So long a signature may wait before it is said again; when it began to wait was said at once."""


@dataclass(frozen=True, slots=True)
class Wait:
    since: dt.datetime
    row: GovernanceException


def schedule_reminders(*, at: dt.datetime) -> None:
    with transaction.atomic():
        work.enqueue(REMINDERS, "all", at=at + EVERY, every=EVERY)


@dataclass(frozen=True, slots=True)
class Reminded:
    """How much was looked at, files that were forgotten for good, and what could not be said, by whom or what."""

    ending: int
    waiting: int
    files: int
    failed: dict[str, str]


def remind(*, at: dt.datetime) -> Reminded:
    """Everything that is due to be said at `at`."""
    ending, waiting = _ending(at=at), _waiting(at=at)
    failed = work.one_by_one(ending, partial(_say_end, at=at), name=_name)
    theirs: dict[User, list[Wait]] = {}
    failed |= work.one_by_one(waiting, partial(_collect, theirs, at=at), name=_name)
    failed |= work.one_by_one(
        theirs.items(), lambda one: _say_waiting(one[0], one[1], at=at), name=lambda one: str(one[0])
    )
    return Reminded(len(ending), len(waiting), forget_removed(at=at), failed)


def _name(row: GovernanceException) -> str:
    return row.short_id


def excused(actions: Collection[int], at: dt.datetime) -> AbstractSet[int]:
    """Of these actions those whose being late is agreed to at `at`: they are not reminded of until that ends."""
    agreed = GovernanceException.objects.in_force(at).filter(kind=ExceptionKind.ACTION, action__in=actions)
    return frozenset(pk for pk in agreed.values_list("action", flat=True) if pk is not None)


def _ending(*, at: dt.datetime) -> list[GovernanceException]:
    """Not what goes on: a renewal that is in force already ends later."""
    soon = at + dt.timedelta(days=max(REMINDED))
    rows = GovernanceException.objects.in_force(at).filter(expires_at__lte=soon)
    rows = rows.exclude(pk__in=GovernanceException.objects.in_force(at).filter(renews__isnull=False).values("renews"))
    return list(rows.select_related("requester", "risk__owner", "action__owner", "team"))


def _say_end(row: GovernanceException, *, at: dt.datetime) -> None:
    begun = row.in_force_at or row.requested_at
    mark = due_reminder(begins_at=begun, expires_at=row.expires_at, at=at)
    if mark is None:
        return
    days = -(-(row.expires_at - at) // dt.timedelta(days=1))
    words = ngettext(
        "%(exception)s ends within %(n)d day, on %(day)s: renew it, or do what it puts off",
        "%(exception)s ends within %(n)d days, on %(day)s: renew it, or do what it puts off",
        days,
    )
    said = words % {"exception": row, "n": days, "day": until(row)}
    tell([row.requester, *owners(row), *_next_deciders(row, at=at)], said, row, key=f"ends{mark}", at=at)


def _next_deciders(row: GovernanceException, *, at: dt.datetime) -> list[User]:
    """Who signs next so that it goes on: of its renewal where that waits, else the first of a path like its own."""
    renewal = row.renewals.filter(state=ExceptionState.REQUESTED).first()
    if renewal is not None:
        return [one.person for one in signers(renewal, list(renewal.signatures.order_by("position")), at=at)]
    first = row.signatures.order_by("position").first()
    if first is None:
        return []
    people = held(first.approver, row.team_id).values("user")
    return list(User.objects.filter(pk__in=people).exclude(pk=row.requester_id))


def _waiting(*, at: dt.datetime) -> list[GovernanceException]:
    return list(GovernanceException.objects.waiting(at).select_related("requester", "team"))


def _collect(theirs: dict[User, list[Wait]], row: GovernanceException, *, at: dt.datetime) -> None:
    """Adds a request to those who may decide it, once it has waited for longer than PATIENCE."""
    signatures = list(row.signatures.order_by("position"))
    since = waits_since(row, signatures)
    if at - since >= PATIENCE:
        for one in signers(row, signatures, at=at):
            theirs.setdefault(one.person, []).append(Wait(since, row))


def waits_since(row: GovernanceException, signatures: Iterable[Signature]) -> dt.datetime:
    """Since when it waits for its next signature."""
    return max((one.at for one in signatures if one.at is not None), default=row.requested_at)


def _say_waiting(person: User, waits: Sequence[Wait], *, at: dt.datetime) -> None:
    """One sentence a person and week, about all that waits for them."""
    oldest = min(waits, key=lambda one: one.since)
    year, week, _weekday = company.day(at).isocalendar()
    key, days = f"exceptions:waiting:{year}-W{week:02}", (at - oldest.since).days
    if len(waits) == 1:
        words = ngettext(
            "%(exception)s has waited for your signature for %(n)d day",
            "%(exception)s has waited for your signature for %(n)d days",
            days,
        )
        notify(
            [person], words % {"exception": oldest.row, "n": days}, key=key, url=oldest.row.get_absolute_url(), at=at
        )
        return
    words = ngettext(
        "%(count)d exceptions wait for your signature, the oldest for %(n)d day",
        "%(count)d exceptions wait for your signature, the oldest for %(n)d days",
        days,
    )
    url = f"{reverse('risks:exception-list')}?whose=waits"
    notify([person], words % {"count": len(waits), "n": days}, key=key, url=url, at=at)
