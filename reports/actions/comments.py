"""What the owner of a figure says of it: why it is as it is, and what comes next."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import ActionItem
from relportal.core import audit
from relportal.core.exceptions import Invalid, Stale
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from reports.actions.inputs import owned
from reports.domain.periods import Period
from reports.domain.scopes import Scope
from reports.models import Ask, KpiComment

MOST = 4000


def comment(
    actor: Actor,
    kpi: str,
    of: tuple[Scope, Period],
    *,
    text: str,
    action: ActionItem | None,
    ask: Ask | None = None,
    version: int | None,
    at: dt.datetime,
) -> KpiComment:
    """One a figure; `version` is the one that its author saw, None for a new one. `action` mends it, or `ask` wants what would.

    Raises: NotAllowed; Invalid; Stale.
    """
    scope, period = of
    require(actor, "kpi.comment", owned(scope))
    if not text.strip() or len(text) > MOST:
        raise Invalid({"text": _("Say why the figure is as it is and what comes next, in at most 4,000 characters.")})
    with transaction.atomic():
        key = {"kpi": kpi, "cut": period.cut, "first": period.first, "scope": scope.kind, "number": scope.number}
        row = KpiComment.objects.select_for_update().filter(**key).first()
        if row is not None and version != row.version:
            raise Stale(_("Somebody else has commented on this figure. Compare, and save again."), current=row)
        before = (row.text, row.action_id, row.ask_id) if row is not None else (None, None, None)
        row = row or KpiComment(**key, version=0)
        row.text, row.action, row.ask = text.strip(), action, ask
        row.at, row.version = at, row.version + 1
        row.by = actor if isinstance(actor, User) else None
        row.save()
        now = (row.text, row.action_id, row.ask_id)
        pairs = zip(("text", "action", "ask"), before, now, strict=True)
        changes = {name: (was, is_now) for name, was, is_now in pairs if was != is_now}
        audit.record(actor, "kpi.comment", row, at=at, key=f"{kpi}:{period.key}", changes=changes)
    return row
