"""Milestones of a treatment: days on which one sees whether it gets anywhere."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Missing
from relportal.core.permissions import Actor
from relportal.core.rows import clean, save
from risks.actions.treatments import day_to_come, may_treat
from risks.domain.treatment_states import PENDING
from risks.models import Milestone, Treatment


def add_milestone(actor: Actor, treatment: Treatment, *, title: str, due_on: dt.date, at: dt.datetime) -> Milestone:
    """Raises: NotAllowed; Conflict where nothing is to be done any more; Invalid, by field."""
    may_treat(actor, treatment)
    if treatment.state not in PENDING:
        raise Conflict(_("“%(title)s” goes on no longer.") % {"title": treatment.title})
    day_to_come(due_on, at=at)
    with transaction.atomic():
        row = Milestone(treatment=treatment, title=title.strip(), due_on=due_on)
        clean(row)
        save(row)
        audit.record(actor, "milestone.add", treatment, at=at, changes={row.title: (None, row.due_on)})
    return row


def edit_milestone(actor: Actor, milestone: Milestone, *, title: str, due_on: dt.date, at: dt.datetime) -> Milestone:
    """Raises: NotAllowed; Missing where it is gone; Invalid, by field."""
    may_treat(actor, milestone.treatment)
    with transaction.atomic():
        row = _locked(milestone)
        before = {"title": row.title, "due_on": row.due_on}
        row.title, row.due_on = title.strip(), due_on
        if row.due_on != before["due_on"]:
            day_to_come(due_on, at=at)
        clean(row)
        changes = {name: (old, getattr(row, name)) for name, old in before.items() if old != getattr(row, name)}
        if changes:
            save(row)
            audit.record(actor, "milestone.edit", row.treatment, at=at, reason=row.title, changes=changes)
    return row


def tick_milestone(actor: Actor, milestone: Milestone, *, done: bool, at: dt.datetime) -> Milestone:
    """Reached, or not after all; saying it twice says it once. Raises: NotAllowed; Missing where it is gone."""
    may_treat(actor, milestone.treatment)
    with transaction.atomic():
        row = _locked(milestone)
        if (row.done_at is not None) != done:
            before, row.done_at = row.done_at, at if done else None
            save(row)
            changes = {row.title: (before, row.done_at)}
            audit.record(actor, "milestone.tick", row.treatment, at=at, changes=changes)
    return row


def remove_milestone(actor: Actor, milestone: Milestone, *, at: dt.datetime) -> None:
    """Raises: NotAllowed; Missing where it is gone."""
    may_treat(actor, milestone.treatment)
    with transaction.atomic():
        row = _locked(milestone)
        audit.record(actor, "milestone.remove", row.treatment, at=at, changes={row.title: (row.due_on, None)})
        row.delete()


def restore_milestone(
    actor: Actor, treatment: Treatment, *, title: str, due_on: dt.date, done_at: dt.datetime | None, at: dt.datetime
) -> Milestone:
    """One that was removed, with its day, which may be over by now. Raises: NotAllowed."""
    may_treat(actor, treatment)
    with transaction.atomic():
        row = Milestone(treatment=treatment, title=title, due_on=due_on, done_at=done_at)
        clean(row)
        save(row)
        audit.record(actor, "milestone.add", treatment, at=at, changes={row.title: (None, row.due_on)})
    return row


def _locked(milestone: Milestone) -> Milestone:
    row = Milestone.objects.select_for_update(of=("self",)).filter(pk=milestone.pk).first()
    if row is None:
        raise Missing(_("This milestone is not there any more."))
    row.treatment = milestone.treatment
    return row
