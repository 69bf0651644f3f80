"""Saying whether a past incident helped: it comes earlier or later the next time."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import Incident, SimilarRating
from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import require


def rate(actor: User, incident: Incident, other: Incident, *, useful: bool | None, at: dt.datetime) -> None:
    """One rating for each person; None takes it back, the same again changes nothing. Both are seen by the actor.

    Raises: NotAllowed; Invalid for an incident itself.
    """
    require(actor, "incident.run")
    if incident.pk == other.pk:
        raise Invalid({"other": _("An incident says nothing of itself.")})
    with transaction.atomic():
        held = SimilarRating.objects.select_for_update().filter(incident=incident, other=other, by=actor).first()
        before = held.useful if held else None
        if before == useful:
            return
        if useful is None:
            SimilarRating.objects.filter(incident=incident, other=other, by=actor).delete()
        else:
            SimilarRating.objects.update_or_create(
                incident=incident, other=other, by=actor, defaults={"useful": useful, "at": at}
            )
        changes: dict[str, audit.Change] = {"similar": (None, other.short_id), "useful": (before, useful)}
        audit.record(actor, "incident.similar", incident, at=at, changes=changes)
