"""What is said to whom, and when the next word is due."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.timeline import noted, person
from incidents.models import Audience, Draft, EntryKind, Incident, Update
from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

LATEST_NEXT: Final = dt.timedelta(days=7)


def post_update(
    actor: Actor,
    incident: Incident,
    *,
    audience: str,
    condition: str,
    at: dt.datetime,
    actions: str = "",
    needs: str = "",
    next_at: dt.datetime | None = None,
) -> Update:
    """Says it, notes it in the timeline, and forgets the author's draft of it.

    Raises: NotAllowed; Invalid for a next update that lies in the past, or more than a week ahead.
    """
    require(actor, "incident.run")
    if next_at is not None and next_at <= at:
        raise Invalid({"next_at": _("The next update lies in the past. Choose a later time, or leave it empty.")})
    if next_at is not None and next_at > at + LATEST_NEXT:
        raise Invalid({"next_at": _("The next update lies more than a week ahead. Check the day.")})
    with transaction.atomic():
        row = locked(Incident, incident.pk)
        update = Update(
            incident=row,
            audience=audience,
            condition=condition,
            actions=actions,
            needs=needs,
            next_at=next_at,
            severity=row.severity,
            state=row.state,
            author=person(actor),
            at=at,
        )
        clean(update)
        save(update)
        row.next_update_at = next_at
        row.version += 1
        row.save(update_fields=["next_update_at", "version"])
        who = Audience(audience).label
        noted(
            row,
            EntryKind.UPDATE,
            _("Update (%(who)s): %(text)s") % {"who": who, "text": condition},
            at=at,
            actor=actor,
            key=f"update:{update.pk}",
        )
        Draft.objects.filter(incident=row, user=person(actor), field__startswith="update").delete()
        audit.record(actor, "incident.update", row, at=at, changes={"audience": (None, audience)})
    return update
