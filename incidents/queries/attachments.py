"""The files of an incident, without their content, which is read for one only."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from incidents.models import Attachment
from relportal.core.exceptions import Missing


def present(incident: int) -> QuerySet[Attachment]:
    """Those that were not removed, of the incident with this key. Whoever asks has looked whether it may be seen."""
    return Attachment.objects.defer("content").filter(incident=incident, removed_at=None)


def listed(incident: int) -> QuerySet[Attachment]:
    return present(incident).select_related("by", "incident")


def found(incident: int, number: int) -> Attachment:
    """Raises: Missing."""
    row = listed(incident).filter(pk=number).first()
    if row is None:
        raise Missing(_("There is no such file in this incident."))
    return row
