"""The exceptions of one risk, objective, action or service, for the page of that."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from relportal.core.models import User
from relportal.core.permissions import allowed
from risks.models import GovernanceException
from risks.queries.exceptions.listing import ExceptionRow, rows_of
from risks.queries.exceptions.standing import Standing


@dataclass(frozen=True, slots=True)
class OfSubject:
    """`live` waits or is in force, `past` is over, both newest first. `request` is where one is asked for, empty: not now."""

    live: tuple[ExceptionRow, ...]
    past: tuple[ExceptionRow, ...]
    request: str

    @property
    def in_force(self) -> tuple[ExceptionRow, ...]:
        return tuple(row for row in self.live if row.standing is not Standing.WAITING)


def of_subject(user: User, about: Q, *, request: str, at: dt.datetime) -> OfSubject | None:
    """None where there is nothing to say and the viewer may not ask for one. `request` is offered while none is live."""
    found = rows_of(GovernanceException.objects.visible_to(user).filter(about), at=at)
    live = tuple(row for row in found if row.standing.is_live)
    past = tuple(row for row in found if not row.standing.is_live)
    ask = request if request and not live and allowed(user, "exception.request") else ""
    return OfSubject(live, past, ask) if found or ask else None
