"""Attaching files to an incident, and taking them away again; both stand in its timeline and in the audit."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from incidents.actions.timeline import noted, person
from incidents.models import Attachment, EntryKind, Incident
from incidents.queries.attachments import present
from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid, Missing
from relportal.core.files import KEPT, checked
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

MOST_FILES: Final = 50


def attach(actor: Actor, incident: Incident, *, name: str, content: bytes, at: dt.datetime) -> Attachment:
    """The file, or the one that is there already where it has the same content.

    Raises: NotAllowed; Invalid at `file` for what is no file of the kinds that are taken, too large, or one too many.
    """
    require(actor, "incident.run")
    file = checked(name, content)
    with transaction.atomic():
        locked(Incident, incident.pk)
        same = present(incident.pk).filter(sha256=file.sha256).first()
        if same is not None:
            return same
        if present(incident.pk).count() >= MOST_FILES:
            raise Invalid({"file": _("This incident has %(n)d files, more are not taken.") % {"n": MOST_FILES}})
        row = Attachment(
            incident=incident,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
            content=file.content,
            by=person(actor),
            at=at,
        )
        clean(row)
        save(row)
        words = _("Attached: %(name)s") % {"name": row.name}
        noted(incident, EntryKind.LINK, words, at=at, actor=actor, key=_key(row), url=row.get_absolute_url())
        changes: dict[str, audit.Change] = {"attachment": (None, row.name), "sha256": (None, row.sha256)}
        audit.record(actor, "incident.attach", incident, at=at, changes=changes)
    return row


def remove_attachment(actor: Actor, attachment: Attachment, *, at: dt.datetime) -> None:
    """Nobody is given it any more; twice changes nothing. Raises: NotAllowed."""
    require(actor, "incident.run")
    with transaction.atomic():
        incident = locked(Incident, attachment.incident_id)
        if not present(incident.pk).filter(pk=attachment.pk).update(removed_at=at):
            return
        _strike(incident, attachment, struck=True)
        changes: dict[str, audit.Change] = {"attachment": (attachment.name, None), "sha256": (attachment.sha256, None)}
        audit.record(actor, "incident.attachment_remove", incident, at=at, changes=changes)


def restore_attachment(actor: Actor, incident: Incident, number: int, *, at: dt.datetime) -> Attachment:
    """Brings back what was removed. Raises: NotAllowed; Missing once it is gone; Conflict where it was attached anew."""
    require(actor, "incident.run")
    with transaction.atomic():
        locked(Incident, incident.pk)
        row = Attachment.objects.defer("content").filter(incident=incident, pk=number).first()
        if row is None:
            raise Missing(_("This file is gone: what was removed is kept for a day."))
        if row.removed_at is None:
            return row
        if present(incident.pk).filter(sha256=row.sha256).exists():
            raise Conflict(_("This file was attached again in the meantime."))
        if present(incident.pk).count() >= MOST_FILES:
            raise Conflict(_("This incident has %(n)d files, more are not taken.") % {"n": MOST_FILES})
        row.removed_at = None
        row.save(update_fields=["removed_at"])
        _strike(incident, row, struck=False)
        changes: dict[str, audit.Change] = {"attachment": (None, row.name), "sha256": (None, row.sha256)}
        audit.record(actor, "incident.attachment_restore", incident, at=at, changes=changes)
    return row


def forget_removed(*, at: dt.datetime) -> int:
    """Deletes what was removed a day ago and more; how many."""
    return Attachment.objects.filter(removed_at__lt=at - KEPT).delete()[0]


def _key(row: Attachment) -> str:
    return f"attachment:{row.pk}"


def _strike(incident: Incident, row: Attachment, *, struck: bool) -> None:
    incident.entries.filter(key=_key(row)).update(struck=struck, version=F("version") + 1)
