"""The end of an exception acts: the risk, the gap and the gate are open again at once, and everybody concerned hears of it.

No query waits for this: `in_force(at)` compares instants. What is done here is what nobody asks for by looking.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, work
from relportal.core.permissions import SYSTEM
from relportal.core.rows import save
from relportal.core.versions import locked
from risks.actions.acceptance import reopen_risk
from risks.actions.exception_notices import concerned, tell
from risks.models import ExceptionState, GovernanceException
from risks.signals import exception_ended

EXPIRY: Final = "exceptions.expiry"
EVERY: Final = dt.timedelta(minutes=1)
"""The safety net: work is due at the very instant of the next end as well."""


@dataclass(frozen=True, slots=True)
class Expired:
    """`failed` maps the short id of each row that could not be ended to its error; `next_at` is the end that comes next."""

    done: int
    failed: dict[str, str]
    next_at: dt.datetime | None


def schedule_expiry(*, at: dt.datetime) -> None:
    with transaction.atomic():
        work.enqueue(EXPIRY, "all", at=at + EVERY, every=EVERY)


def due_at_end(exception: GovernanceException) -> None:
    """In the transaction that writes it."""
    work.enqueue(EXPIRY, "all", at=exception.expires_at, every=EVERY)


def expire_due(*, at: dt.datetime) -> Expired:
    """Ends what has come to its end; a row that fails stops none of the others, and is tried again with the next run."""
    due = list(GovernanceException.objects.overdue(at).order_by("expires_at", "pk").values_list("pk", flat=True))
    failed = work.one_by_one(due, partial(expire, at=at), name=lambda pk: f"EXC-{pk}")
    coming = GovernanceException.objects.filter(
        state__in=(ExceptionState.REQUESTED, ExceptionState.IN_FORCE), expires_at__gt=at
    )
    return Expired(
        len(due) - len(failed), failed, coming.order_by("expires_at").values_list("expires_at", flat=True).first()
    )


def expire(pk: int, *, at: dt.datetime) -> None:
    """Within a transaction; what is not due, or has ended by another way, stays as it is."""
    row = locked(GovernanceException, pk)
    if row.state not in (ExceptionState.REQUESTED, ExceptionState.IN_FORCE) or row.expires_at > at:
        return
    held = row.state == ExceptionState.IN_FORCE
    before = row.get_state_display()
    row.state, row.expired_at = ExceptionState.EXPIRED, at
    row.version += 1
    save(row)
    changes: dict[str, audit.Change] = {"state": (before, row.get_state_display())}
    audit.record(SYSTEM, "exception.expire", row, at=at, changes=changes)
    if held:
        over(row, how="expired", at=at)
    else:
        words = _("%(exception)s has come to its end before everybody had signed it") % {"exception": row}
        tell(concerned(row), words, row, key="lapsed", at=at)


def over(row: GovernanceException, *, how: str, at: dt.datetime) -> None:
    """What follows when something that was in force no longer is, by whichever way, in the same transaction."""
    reopened = reopen_risk(SYSTEM, row, at=at)
    if reopened:
        words = _("%(exception)s is over, and %(risk)s is open again")
        words = words % {"exception": row, "risk": row.risk.short_id if row.risk is not None else ""}
    else:
        words = _("%(exception)s is over") % {"exception": row}
    tell(concerned(row), words, row, key="over", at=at)
    transaction.on_commit(partial(_announce, row, how, at), robust=True)


def _announce(row: GovernanceException, how: str, at: dt.datetime) -> None:
    exception_ended.send(GovernanceException, exception=row, how=how, at=at)
