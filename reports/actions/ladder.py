"""The ladder: a new version is drafted from the one in force, changed as long as it is a draft, and published as a whole."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.actions.outdated import outdate_levels
from reports.domain.ladder import Ladder
from reports.domain.ladder_lint import FaultKind, faults
from reports.domain.ladder_text import as_json, from_json
from reports.domain.ladder_v1 import SHIPPED
from reports.facts import MEASURES
from reports.models import LadderState, LadderVersion
from reports.queries.ladder.versions import current, draft
from reports.queries.ladder.words import sentences

IMPOSSIBLE: Final = frozenset(
    {FaultKind.MANY, FaultKind.LEVEL_TWICE, FaultKind.RULE_TWICE, FaultKind.LINK_UNSAFE, FaultKind.RULE_NOWHERE}
)
"""What not even a draft can hold: its parts could not be told apart."""


def ship_ladder(*, at: dt.datetime) -> None:
    """Version 1, where there is none yet."""
    if not LadderVersion.objects.exists():
        LadderVersion.objects.get_or_create(
            number=1,
            defaults={
                "name": "Reliability ladder",
                "content": as_json(SHIPPED),
                "state": LadderState.CURRENT,
                "created_at": at,
                "in_force_from": at,
            },
        )


def begin_draft(actor: Actor, *, at: dt.datetime) -> LadderVersion:
    """A copy of the ladder in force; where somebody has begun one already, that one.

    Raises: NotAllowed.
    """
    require(actor, "ladder.edit")
    with transaction.atomic():
        # Two who begin at once wait for each other here, and the second finds the draft of the first.
        source = LadderVersion.objects.select_for_update().get(pk=current().row.pk)
        if (begun := draft()) is not None:
            return begun
        number = (LadderVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        row = LadderVersion(
            number=number,
            name=source.name,
            content=source.content,
            created_at=at,
            created_by=actor if isinstance(actor, User) else None,
        )
        clean(row)
        save(row)
        audit.record(actor, "ladder.draft", row, at=at, key=str(number))
    return row


def edit_draft(
    actor: Actor, row: LadderVersion, *, name: str, ladder: Ladder, version: int | None, at: dt.datetime
) -> LadderVersion:
    """Replaces the draft as a whole; it may be faulty until it is published.

    Raises: NotAllowed, Stale; Conflict for what is or was in force; Invalid, by field, for what not even a draft can be.
    """
    require(actor, "ladder.edit")
    if wrong := [one for one in faults(ladder, MEASURES) if one.kind in IMPOSSIBLE]:
        raise Invalid(sentences(wrong, ladder))
    with transaction.atomic():
        kept = _draft(row, version=version)
        before = kept.name
        kept.name, kept.content = name.strip(), as_json(ladder)
        clean(kept)
        kept.version += 1
        save(kept)
        changes = {"name": (before, kept.name)} if before != kept.name else {}
        audit.record(actor, "ladder.edit", kept, at=at, key=str(kept.number), changes=changes)
    return kept


def discard_draft(actor: Actor, row: LadderVersion, *, at: dt.datetime) -> None:
    """Raises: NotAllowed; Missing where it is gone; Conflict for what is or was in force."""
    require(actor, "ladder.edit")
    with transaction.atomic():
        kept = _draft(row, version=None)
        audit.record(actor, "ladder.discard", kept, at=at, key=str(kept.number))
        kept.delete()


def publish(actor: Actor, row: LadderVersion, *, note: str, version: int | None, at: dt.datetime) -> LadderVersion:
    """From the next look on, which is asked for at once, services are judged by it.

    Raises: NotAllowed, Stale; Conflict for what is no draft; Invalid for a ladder with faults, and without a note.
    """
    require(actor, "ladder.edit")
    if not note.strip():
        raise Invalid({"note": _("Say what changed and why, for the teams that are judged by it.")})
    with transaction.atomic():
        before = LadderVersion.objects.select_for_update().get(pk=current().row.pk)
        kept = _draft(row, version=version)
        ladder = from_json(kept.content)
        if wrong := faults(ladder, MEASURES):
            raise Invalid(sentences(wrong, ladder))
        before.state, before.version = LadderState.PAST, before.version + 1
        save(before)
        kept.state, kept.note, kept.in_force_from = LadderState.CURRENT, note.strip(), at
        kept.version += 1
        clean(kept)
        save(kept)
        changes = {"version": (before.number, kept.number)}
        audit.record(actor, "ladder.publish", kept, at=at, key=str(kept.number), reason=kept.note, changes=changes)
        outdate_levels(LadderVersion, at=at)
    return kept


def _draft(row: LadderVersion, *, version: int | None) -> LadderVersion:
    kept = locked(LadderVersion, row.pk, version=version)
    if kept.state != LadderState.DRAFT:
        raise Conflict(_("%(ladder)s is no draft any more. Begin a new version.") % {"ladder": kept})
    return kept
