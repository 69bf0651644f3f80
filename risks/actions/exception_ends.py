"""Ending an exception by hand: a request is withdrawn, what is in force is ended early."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import User
from relportal.core.permissions import Actor, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.exception_notices import concerned, tell
from risks.actions.expiry import over
from risks.models import ExceptionState, GovernanceException
from risks.queries.exceptions.signers import signers


def may_withdraw(actor: Actor, exception: GovernanceException) -> bool:
    """Who asked for it, and who steward everything."""
    own = isinstance(actor, User) and actor.pk == exception.requester_id and allowed(actor, "exception.request")
    return own or may_end(actor, exception)


def may_end(actor: Actor, exception: GovernanceException) -> bool:
    """For an exception of no team, only those whose role holds everywhere."""
    return allowed(actor, "exception.end", exception)


def withdraw(
    actor: Actor, exception: GovernanceException, *, reason: str = "", at: dt.datetime, version: int | None = None
) -> GovernanceException:
    """Raises: NotAllowed, Stale; Conflict where it is decided, or its end has come."""
    if not may_withdraw(actor, exception):
        raise NotAllowed(_("Whoever asked for it withdraws it, or an owner of its team."), ability="exception.request")
    with transaction.atomic():
        row = locked(GovernanceException, exception.pk, version=version)
        if row.state != ExceptionState.REQUESTED:
            raise Conflict(_("%(exception)s does not wait any more.") % {"exception": row.short_id})
        signatures = list(row.signatures.order_by("position"))
        waited = [one.person for one in signers(row, signatures, at=at)]
        _end(actor, row, ExceptionState.WITHDRAWN, reason=reason, at=at)
        words = _("%(exception)s is withdrawn: nobody has to sign it") % {"exception": row}
        tell([each for each in (*concerned(row), *waited) if each != actor], words, row, key="withdrawn", at=at)
    return row


def end_early(
    actor: Actor, exception: GovernanceException, *, reason: str, at: dt.datetime, version: int | None = None
) -> GovernanceException:
    """As if it had come to its end now, with a reason; `expires_at` stays what was signed.

    Raises: NotAllowed, Stale; Invalid; Conflict where it is not in force.
    """
    require(actor, "exception.end", exception)
    if not reason.strip():
        raise Invalid({"reason": _("Say why it ends before its day.")})
    with transaction.atomic():
        row = locked(GovernanceException, exception.pk, version=version)
        if not GovernanceException.objects.in_force(at).filter(pk=row.pk).exists():
            raise Conflict(_("%(exception)s is not in force.") % {"exception": row.short_id})
        _end(actor, row, ExceptionState.ENDED, reason=reason, at=at)
        over(row, how="ended", at=at)
    return row


def _end(actor: Actor, row: GovernanceException, to: ExceptionState, *, reason: str, at: dt.datetime) -> None:
    before = row.get_state_display()
    row.state, row.ended_at, row.ended_because = to, at, reason.strip()[:500]
    row.version += 1
    clean(row)
    save(row)
    verb = "exception.end" if to == ExceptionState.ENDED else "exception.withdraw"
    changes: dict[str, audit.Change] = {"state": (before, row.get_state_display())}
    audit.record(actor, verb, row, at=at, reason=row.ended_because, changes=changes)
