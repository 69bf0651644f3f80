"""Who signs for whom: one's own delegations, and all of them for those who oversee."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Q, QuerySet

from relportal.core import company
from relportal.core.models import User
from relportal.core.permissions import allowed
from risks.models import Delegation

SHOWN: Final = 200


class When(StrEnum):
    NOW = "now"
    COMING = "coming"
    OVER = "over"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class DelegationRow:
    one: Delegation
    when: When
    may_revoke: bool


@dataclass(frozen=True, slots=True)
class Delegations:
    """`given` by the viewer, `taken` by them; `others` only for who may see everybody's (None: not for this viewer)."""

    given: tuple[DelegationRow, ...]
    taken: tuple[DelegationRow, ...]
    others: tuple[DelegationRow, ...] | None


def when(one: Delegation, *, at: dt.datetime) -> When:
    if one.revoked_at is not None:
        return When.REVOKED
    today = company.day(at)
    if one.ends_on < today:
        return When.OVER
    return When.COMING if one.starts_on > today else When.NOW


def visible(user: User) -> QuerySet[Delegation]:
    """One's own, those to oneself, and everybody's for who oversees."""
    rows = Delegation.objects.select_related("person", "delegate")
    return rows if oversees(user) else rows.filter(Q(person=user) | Q(delegate=user))


def oversees(user: User) -> bool:
    return allowed(user, "audit.view")


def delegations(user: User, *, at: dt.datetime) -> Delegations:
    """Newest first; of those that are over the newest only."""
    rows = tuple(DelegationRow(one, when(one, at=at), _may(user, one, at=at)) for one in visible(user)[:SHOWN])
    given = tuple(row for row in rows if row.one.person_id == user.pk)
    taken = tuple(row for row in rows if row.one.delegate_id == user.pk)
    others = tuple(row for row in rows if user.pk not in (row.one.person_id, row.one.delegate_id))
    return Delegations(given, taken, others if oversees(user) else None)


def _may(user: User, one: Delegation, *, at: dt.datetime) -> bool:
    live = when(one, at=at) in {When.NOW, When.COMING}
    return live and one.person_id == user.pk and allowed(user, "exception.sign")
