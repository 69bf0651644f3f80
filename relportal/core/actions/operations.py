"""What an operator may do to the portal's own work."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Missing
from relportal.core.models import WorkItem, WorkState
from relportal.core.permissions import Actor, require


def retry_work(actor: Actor, item: WorkItem, *, at: dt.datetime, reason: str = "") -> WorkItem:
    """Makes it due now with all attempts before it, out of the quarantine too.

    Raises: NotAllowed; Missing; Conflict while a worker has it.
    """
    require(actor, "work.retry")
    with transaction.atomic():
        row = WorkItem.objects.select_for_update().filter(pk=item.pk).first()
        if row is None:
            raise Missing(_("This piece of work is not there any more."))
        if row.lease_until is not None and row.lease_until >= at:
            raise Conflict(_("A worker has just taken this up: look again in a minute."))
        changes = {"state": (row.state, WorkState.PENDING.value), "attempts": (row.attempts, 0)}
        row.state, row.attempts, row.due_at = WorkState.PENDING, 0, at
        row.lease_until = row.lease_token = None
        row.save(update_fields=["state", "attempts", "due_at", "lease_until", "lease_token"])
        audit.record(actor, "work.retry", row, at=at, key=str(row), reason=reason, changes=changes)
    return row
