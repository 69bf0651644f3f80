"""Writing the timeline: notes by people, entries that follow from what happened, tasks, and their history."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.domain.entry_line import parsed
from incidents.domain.times import EARLIEST
from incidents.models import Entry, EntryKind, Incident, Task
from relportal.core import audit
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

LONGEST: Final = 4000


def person(actor: Actor) -> User | None:
    return actor if isinstance(actor, User) else None


def noted(
    incident: Incident,
    kind: EntryKind,
    text: str,
    *,
    at: dt.datetime,
    actor: Actor,
    happened_at: dt.datetime | None = None,
    key: str = "",
    url: str = "",
) -> None:
    """An entry that follows from something else, once for each `key`. Belongs into its transaction."""
    row = Entry(
        incident=incident,
        kind=kind,
        text=text[:4000],
        at=happened_at or at,
        key=key,
        url=url,
        author=person(actor),
        recorded_at=at,
    )
    Entry.objects.bulk_create([row], ignore_conflicts=bool(key))


def write_line(actor: Actor, incident: Incident, text: str, *, zone: dt.tzinfo, at: dt.datetime) -> Entry | Task:
    """The one-line entry, see `incidents.domain.entry_line`: a note when it happened, or a task.

    Raises: NotAllowed; Invalid for an empty or endless line.
    """
    require(actor, "incident.run")
    line = parsed(text, at=at, zone=zone)
    if not line.text:
        raise Invalid({"text": _("Write what happened, such as: 14:05 rolled back to 1.4.2")})
    if len(line.text) > LONGEST:
        words = _("A line has at most %(most)d characters (it has %(n)d). Attach what is longer as a file.")
        raise Invalid({"text": words % {"most": LONGEST, "n": len(line.text)}})
    if line.is_task:
        return add_task(actor, incident, line.text, at=at)
    row = Entry(incident=incident, text=line.text, at=line.at, pinned=line.pinned, author=person(actor), recorded_at=at)
    with transaction.atomic():
        clean(row)
        save(row)
        audit.record(actor, "incident.note", incident, at=at, changes={"entry": (None, row.pk)})
    return row


def edit_entry(
    actor: Actor,
    entry: Entry,
    *,
    version: int | None,
    at: dt.datetime,
    text: str | None = None,
    happened_at: dt.datetime | None = None,
    pinned: bool | None = None,
    struck: bool | None = None,
) -> Entry:
    """What is None stays. The versions before are kept in the row history.

    Raises: NotAllowed, Stale; Conflict for the text of an automatic entry; Invalid for a time in the future.
    """
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Entry, entry.pk, version=version)
        before = Entry.objects.get(pk=row.pk)
        if text is not None and text != row.text and row.kind != EntryKind.NOTE:
            raise Conflict(_("This entry says what the portal did. Strike it, and write a note beside it."))
        if happened_at is not None and happened_at > at:
            raise Invalid({"at": _("This lies in the future. Check the day and the zone.")})
        if happened_at is not None and happened_at < EARLIEST:
            raise Invalid({"at": _("This lies before 1970. Check the date.")})
        row.text = row.text if text is None else text
        row.at = happened_at or row.at
        row.pinned = row.pinned if pinned is None else pinned
        row.struck = row.struck if struck is None else struck
        changes = audit.differences(before, row, ("text", "at", "pinned", "struck"))
        if changes:
            clean(row)
            row.version += 1
            row.edited_at = at
            save(row)
            audit.record(actor, "incident.note_edit", row.incident, at=at, changes=changes)
    return row


def add_task(
    actor: Actor,
    incident: Incident,
    text: str,
    *,
    at: dt.datetime,
    assignee: User | None = None,
    due_at: dt.datetime | None = None,
) -> Task:
    """Raises: NotAllowed; Invalid."""
    require(actor, "incident.run")
    row = Task(incident=incident, text=text, assignee=assignee, due_at=due_at, created_at=at, created_by=person(actor))
    with transaction.atomic():
        clean(row)
        save(row)
        noted(incident, EntryKind.TASK, _("Task: %(text)s") % {"text": row.text}, at=at, actor=actor)
        audit.record(actor, "incident.task", incident, at=at, changes={"task": (None, row.text)})
    return row


def finish_task(actor: Actor, task: Task, *, at: dt.datetime, done: bool = True) -> Task:
    """Ticks a task off, or takes that back. Doing it twice changes nothing. Raises: NotAllowed."""
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Task, task.pk)
        if (row.done_at is not None) is done:
            return row
        row.done_at, row.done_by = (at, person(actor)) if done else (None, None)
        row.version += 1
        save(row)
        words = _("Done: %(text)s") if done else _("Open again: %(text)s")
        noted(row.incident, EntryKind.TASK, words % {"text": row.text}, at=at, actor=actor)
        audit.record(actor, "incident.task_done", row.incident, at=at, changes={"task": (row.text, done)})
    return row


def assign_task(
    actor: Actor, task: Task, *, assignee: User | None, due_at: dt.datetime | None, at: dt.datetime
) -> Task:
    """Whoever it goes to is told. Raises: NotAllowed; Invalid for someone who may not see the incident."""
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Task, task.pk)
        before = Task.objects.get(pk=row.pk)
        row.assignee, row.due_at = assignee, due_at
        if assignee is not None and not Incident.objects.visible_to(assignee).filter(pk=row.incident_id).exists():
            words = _("%(name)s cannot see this incident. Choose someone who can.")
            raise Invalid({"assignee": words % {"name": assignee}})
        changes = audit.differences(before, row, ("assignee", "due_at"))
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "incident.task_assign", row.incident, at=at, changes=changes)
            if "assignee" in changes and assignee is not None and assignee != actor:
                said = _("%(incident)s: “%(task)s” is yours") % {"incident": row.incident, "task": row.text}
                url = row.incident.get_absolute_url()
                notify([assignee], said, key=f"task:{row.pk}:{row.version}", url=url, at=at)
    return row
