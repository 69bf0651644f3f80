"""What an acceptance does to its risk: accepted while it is in force, open again when it is not."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.exceptions import Conflict
from relportal.core.permissions import Actor
from relportal.core.rows import save
from relportal.core.versions import locked
from risks.models import ExceptionKind, GovernanceException, Risk, RiskState


def accept_risk(actor: Actor, exception: GovernanceException, *, at: dt.datetime) -> None:
    """Within the transaction that puts the exception in force. Raises: Conflict for a closed risk."""
    if exception.kind != ExceptionKind.RISK:
        return
    row = locked(Risk, exception.risk_id)
    if row.is_closed:
        words = _("%(risk)s was closed in the meantime: there is nothing left to accept.")
        raise Conflict(words % {"risk": row.short_id})
    if row.state != RiskState.ACCEPTED:
        _turn(actor, row, RiskState.ACCEPTED, action="risk.accept", reason=str(exception), at=at)


def reopen_risk(actor: Actor, exception: GovernanceException, *, at: dt.datetime) -> bool:
    """Within the transaction that ends the exception; whether the risk is open again by that.

    It is not where it was closed, or where another acceptance of it, as a renewal, is in force.
    """
    if exception.kind != ExceptionKind.RISK:
        return False
    row = locked(Risk, exception.risk_id)
    others = GovernanceException.objects.in_force(at).filter(kind=ExceptionKind.RISK, risk=row)
    if row.state != RiskState.ACCEPTED or others.exclude(pk=exception.pk).exists():
        return False
    row.reopened_at, row.review_due_on = at, company.day(at)
    _turn(actor, row, RiskState.OPEN, action="risk.reopen", reason=str(exception), at=at)
    return True


def _turn(actor: Actor, row: Risk, to: RiskState, *, action: str, reason: str, at: dt.datetime) -> None:
    before = row.get_state_display()
    row.state = to
    row.version += 1
    save(row)
    changes = {"state": (before, row.get_state_display())}
    audit.record(actor, action, row, at=at, reason=reason, changes=changes)
