"""The scale: a new version is drafted from the one in force, changed as long as it is a draft, and put in force as a whole."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relportal.core import audit
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.scale_rows import write_scale
from risks.actions.standing import person
from risks.domain.matrix import FaultKind, Scale, faults
from risks.models import Matrix, MatrixState, RatingTask, Risk
from risks.queries.scale import current, scale_of
from risks.queries.scale_words import sentences

# What even a draft cannot hold, since its rows could not be told apart or would contradict themselves.
IMPOSSIBLE: Final = frozenset(
    {
        FaultKind.KEY_TWICE,
        FaultKind.MANY,
        FaultKind.RANGE_BAD,
        FaultKind.RANGE_EMPTY,
        FaultKind.NO_LEVEL,
        FaultKind.STRAY,
    }
)


def begin_draft(actor: Actor, *, at: dt.datetime) -> Matrix:
    """A copy of the scale in force; where somebody has begun one already, that one.

    Raises: NotAllowed.
    """
    require(actor, "risk.settings")
    with transaction.atomic():
        # Two who begin at once wait for each other here, and the second finds the draft of the first.
        source = Matrix.objects.select_for_update().get(pk=current().matrix.pk)
        if (draft := Matrix.objects.filter(state=MatrixState.DRAFT).first()) is not None:
            return draft
        number = (Matrix.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        row = Matrix(number=number, name=source.name, created_at=at, created_by=person(actor))
        clean(row)
        save(row)
        write_scale(row, scale_of(source))
        audit.record(actor, "scale.draft", row, at=at)
    return row


def edit_draft(actor: Actor, draft: Matrix, *, name: str, scale: Scale, version: int | None, at: dt.datetime) -> Matrix:
    """Replaces the draft as a whole; it may have holes until it is put in force.

    Raises: NotAllowed, Stale; Conflict for what is or was in force; Invalid, by field, for what not even a draft can be.
    """
    require(actor, "risk.settings")
    if wrong := [fault for fault in faults(scale) if fault.kind in IMPOSSIBLE]:
        raise Invalid(sentences(wrong))
    with transaction.atomic():
        row = _draft(draft, version=version)
        before = row.name
        row.name = name.strip()
        clean(row)
        row.version += 1
        save(row)
        write_scale(row, scale)
        changes = {"name": (before, row.name)} if before != row.name else {}
        audit.record(actor, "scale.edit", row, at=at, changes=changes)
    return row


def discard_draft(actor: Actor, draft: Matrix, *, at: dt.datetime) -> None:
    """Raises: NotAllowed; Missing where it is gone; Conflict for what is or was in force."""
    require(actor, "risk.settings")
    with transaction.atomic():
        row = _draft(draft, version=None)
        audit.record(actor, "scale.discard", row, at=at)
        # Levels are held by their cells.
        row.cells.all().delete()
        row.delete()


def put_in_force(actor: Actor, draft: Matrix, *, note: str, version: int | None, at: dt.datetime) -> Matrix:
    """From now on ratings are by this version. Each risk that is alive and rated by an older one is to be rated again, and
    its owner is told; what was rated stays as it is.

    Raises: NotAllowed, Stale; Conflict for what is no draft; Invalid, by field, for a scale that is not whole, and without note.
    """
    require(actor, "risk.settings")
    if not note.strip():
        raise Invalid({"note": _("Say what changed and why, for whoever rates by it.")})
    with transaction.atomic():
        before = Matrix.objects.select_for_update().get(pk=current().matrix.pk)
        row = _draft(draft, version=version)
        if wrong := faults(scale_of(row)):
            raise Invalid(sentences(wrong))
        before.state, before.version = MatrixState.PAST, before.version + 1
        save(before)
        row.state, row.note, row.in_force_from, row.version = MatrixState.CURRENT, note.strip(), at, row.version + 1
        clean(row)
        save(row)
        asked = _ask_for_ratings(row, at=at)
        changes = {"version": (before.number, row.number), "risks": (None, asked)}
        audit.record(actor, "scale.force", row, at=at, reason=row.note, changes=changes)
    return row


def _draft(draft: Matrix, *, version: int | None) -> Matrix:
    row = locked(Matrix, draft.pk, version=version)
    if row.state != MatrixState.DRAFT:
        raise Conflict(_("%(matrix)s is no draft any more. Begin a new version.") % {"matrix": row})
    return row


def _ask_for_ratings(matrix: Matrix, *, at: dt.datetime) -> int:
    """One open task a risk: those of a version between are of no use any more."""
    RatingTask.objects.filter(done_at=None).exclude(matrix=matrix).delete()
    rows = Risk.objects.alive().filter(current__isnull=False).exclude(current__matrix=matrix)
    risks = list(rows.select_related("owner"))
    RatingTask.objects.bulk_create(RatingTask(risk=risk, matrix=matrix, created_at=at) for risk in risks)
    owned: dict[User, int] = {}
    for risk in risks:
        if risk.owner is not None:
            owned[risk.owner] = owned.get(risk.owner, 0) + 1
    for owner, n in owned.items():
        words = ngettext(
            "The scale of risks has changed: %(n)d risk of yours is to be rated again.",
            "The scale of risks has changed: %(n)d risks of yours are to be rated again.",
            n,
        )
        notify([owner], words % {"n": n}, key=f"scale:{matrix.number}", url=reverse("risks:to-rate"), at=at)
    return len(risks)
