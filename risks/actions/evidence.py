"""Files that show something of a risk or an exception: attached, taken away, and brought back; all of it in the audit."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid, Missing
from relportal.core.files import KEPT, checked
from relportal.core.models import User
from relportal.core.permissions import Actor, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.standing import may_change, person
from risks.models import Evidence, GovernanceException, Risk
from risks.queries.evidence import Holder, present

MOST_FILES: Final = 50


def may_attach(actor: Actor, holder: Holder) -> None:
    """To a risk whoever may change it; to an exception who asked for it, and who may end it. Raises: NotAllowed."""
    if isinstance(holder, Risk):
        may_change(actor, holder)
        return
    own = isinstance(actor, User) and holder.requester_id == actor.pk and allowed(actor, "exception.request")
    if not own:
        require(actor, "exception.end", holder)


def attach(actor: Actor, holder: Holder, *, name: str, content: bytes, at: dt.datetime) -> Evidence:
    """The file, or the one that is there already where it has the same content.

    Raises: NotAllowed; Invalid at `file` for what is no file of the kinds that are taken, too large, or one too many.
    """
    may_attach(actor, holder)
    file = checked(name, content)
    with transaction.atomic():
        locked(type(holder), holder.pk)
        same = present(holder).filter(sha256=file.sha256).first()
        if same is not None:
            return same
        if present(holder).count() >= MOST_FILES:
            raise Invalid({"file": _("There are %(n)d files here, more are not taken.") % {"n": MOST_FILES}})
        row = Evidence(
            risk=holder if isinstance(holder, Risk) else None,
            exception=holder if isinstance(holder, GovernanceException) else None,
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
        _record(actor, "attach", holder, row, at=at)
    return row


def remove_evidence(actor: Actor, holder: Holder, evidence: Evidence, *, at: dt.datetime) -> None:
    """Nobody is given it any more; twice changes nothing.

    Raises: NotAllowed; Conflict for what somebody had before them when they signed.
    """
    may_attach(actor, holder)
    with transaction.atomic():
        row = locked(type(holder), holder.pk)
        _check_unsigned(row, evidence)
        if present(holder).filter(pk=evidence.pk).update(removed_at=at):
            _record(actor, "remove", holder, evidence, at=at)


def restore_evidence(actor: Actor, holder: Holder, number: int, *, at: dt.datetime) -> Evidence:
    """Brings back what was removed. Raises: NotAllowed; Missing once it is gone; Conflict where it was attached anew."""
    may_attach(actor, holder)
    with transaction.atomic():
        locked(type(holder), holder.pk)
        of = {"risk": holder} if isinstance(holder, Risk) else {"exception": holder}
        row = Evidence.objects.defer("content").filter(pk=number, **of).first()
        if row is None:
            raise Missing(_("This file is gone: what was removed is kept for a day."))
        if row.removed_at is None:
            return row
        if present(holder).filter(sha256=row.sha256).exists():
            raise Conflict(_("This file was attached again in the meantime."))
        if present(holder).count() >= MOST_FILES:
            raise Conflict(_("There are %(n)d files here, more are not taken.") % {"n": MOST_FILES})
        row.removed_at = None
        row.save(update_fields=["removed_at"])
        _record(actor, "restore", holder, row, at=at)
    return row


def forget_removed(*, at: dt.datetime) -> int:
    """Deletes what was removed a day ago and more; how many."""
    return Evidence.objects.filter(removed_at__lt=at - KEPT).delete()[0]


def _check_unsigned(holder: Holder, evidence: Evidence) -> None:
    if not isinstance(holder, GovernanceException):
        return
    for signature in holder.signatures.exclude(verdict="").select_related("by"):
        if any(file["sha256"] == evidence.sha256 for file in signature.seen.get("evidence", ())):
            words = _("%(who)s had this file before them when they decided: it stays.")
            raise Conflict(words % {"who": signature.by})


def _record(actor: Actor, verb: str, holder: Holder, row: Evidence, *, at: dt.datetime) -> None:
    gone = verb == "remove"
    changes: dict[str, audit.Change] = {
        "evidence": (row.name, None) if gone else (None, row.name),
        "sha256": (row.sha256, None) if gone else (None, row.sha256),
    }
    audit.record(actor, f"evidence.{verb}", holder, at=at, changes=changes)
