"""Promising something after an incident, doing it, and having it verified by someone else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.timeline import noted, person
from incidents.domain.action_states import State as StateOf
from incidents.domain.action_states import may_go
from incidents.models import ActionItem, ActionKind, ActionPriority, ActionState, EntryKind, Incident
from relportal.core import audit, company
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import Service, Team, User
from relportal.core.permissions import Actor, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

FIELDS: Final = (
    "title", "description", "kind", "priority", "owner", "team", "service", "due_on", "ticket_url", "verification",
)  # fmt: skip
DEFAULT_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """`due_on` None: as the severity of the incident asks. `team` None: that of the service, else of the incident."""

    title: str
    description: str = ""
    incident: Incident | None = None
    kind: str = ActionKind.PREVENT.value
    priority: int = ActionPriority.NORMAL.value
    owner: User | None = None
    team: Team | None = None
    service: Service | None = None
    due_on: dt.date | None = None
    ticket_url: str = ""
    verification: str = ""


def default_due(incident: Incident | None, *, at: dt.datetime) -> dt.date:
    """The day on which what is promised at `at` falls due, in the zone in force."""
    severity = incident.severity if incident is not None else None
    days = DEFAULT_DAYS if severity is None else severity.action_days
    return company.day(at) + dt.timedelta(days=days)


def promise(actor: Actor, given: Promised, *, at: dt.datetime) -> ActionItem:
    """Raises: NotAllowed; Invalid, by field."""
    require(actor, "action.edit")
    incident = given.incident
    due_on = given.due_on or default_due(incident, at=at)
    row = ActionItem(
        incident=incident,
        title=given.title.strip(),
        description=given.description,
        kind=given.kind,
        priority=given.priority,
        owner=given.owner,
        team=_team(given),
        service=given.service,
        due_on=due_on,
        first_due_on=due_on,
        ticket_url=given.ticket_url,
        verification=given.verification,
        created_at=at,
    )
    if due_on < company.day(at):
        raise Invalid({"due_on": _("This day is over. Choose today or a later one.")})
    _check_owner(row)
    with transaction.atomic():
        clean(row)
        save(row)
        if incident is not None:
            words = _("Action %(action)s") % {"action": row}
            noted(
                incident, EntryKind.TASK, words, at=at, actor=actor, key=f"action:{row.pk}", url=row.get_absolute_url()
            )
        audit.record(
            actor, "action.promise", row, at=at, changes={"owner": (None, row.owner), "due_on": (None, due_on)}
        )
        _tell_owner(actor, row, at=at)
    return row


def split(actor: Actor, item: ActionItem, *, title: str, owner: User | None, at: dt.datetime) -> ActionItem:
    """A part of it becomes an action of its own. It is due when the whole is, also by the first date, so that nothing is put off
    by splitting it.

    Raises: NotAllowed; Conflict when it is not open; Invalid, by field.
    """
    may_change(actor, item)
    with transaction.atomic():
        whole = locked(ActionItem, item.pk)
        if not whole.is_unfinished:
            raise Conflict(_("%(action)s is not open any more.") % {"action": whole.short_id})
        alike = ("incident", "kind", "priority", "team", "service", "due_on", "first_due_on")
        part = ActionItem(
            split_from=whole,
            title=title.strip(),
            owner=owner,
            created_at=at,
            **{name: getattr(whole, name) for name in alike},
        )
        _check_owner(part)
        clean(part)
        save(part)
        audit.record(actor, "action.split", part, at=at, changes={"split_from": (None, whole), "owner": (None, owner)})
        _tell_owner(actor, part, at=at)
    return part


def edit(actor: Actor, item: ActionItem, *, version: int | None, at: dt.datetime, **fields: Any) -> ActionItem:
    """What is not given stays. The date may come nearer; putting it off is asked for (see `actions.deferrals`).

    Raises: NotAllowed, Stale; Invalid, by field.
    """
    may_change(actor, item)
    if unknown := fields.keys() - set(FIELDS):
        raise TypeError(f"not a field of an action: {unknown}")
    with transaction.atomic():
        row = locked(ActionItem, item.pk, version=version)
        before = ActionItem.objects.get(pk=row.pk)
        for name, value in fields.items():
            setattr(row, name, value)
        if row.due_on > before.due_on:
            raise Invalid({"due_on": _("A date is put off by a deferral, with a reason that someone else approves.")})
        if row.owner_id != before.owner_id:
            _check_owner(row)
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "action.edit", row, at=at, changes=changes)
            if "owner" in changes:
                _tell_owner(actor, row, at=at)
    return row


def move(
    actor: Actor, item: ActionItem, to: str, *, at: dt.datetime, version: int | None = None, outcome: str = ""
) -> ActionItem:
    """To another state. Verified is said by someone else than the owner; giving up needs a reason and the right to defer.

    Raises: NotAllowed, Stale; Invalid where a reason is missing; Conflict where there is no way.
    """
    if to == ActionState.VERIFIED:
        require(actor, "action.edit")
    else:
        may_change(actor, item)
    with transaction.atomic():
        row = locked(ActionItem, item.pk, version=version)
        if row.state == to:
            return row
        if not may_go(StateOf(row.state), StateOf(to)):
            raise Conflict(
                _("%(action)s is %(state)s and cannot become %(to)s. Reload the page for what is possible.")
                % {
                    "action": row.short_id,
                    "state": row.get_state_display().lower(),
                    "to": ActionState(to).label.lower(),
                }
            )
        _check_move(actor, row, to, outcome)
        before = row.get_state_display()
        row.state = to
        row.outcome = outcome or row.outcome
        _stamp(row, to, actor=actor, at=at)
        row.version += 1
        clean(row)
        save(row)
        audit.record(
            actor, "action.state", row, at=at, reason=outcome, changes={"state": (before, row.get_state_display())}
        )
        if to == ActionState.DONE and row.incident is not None:
            words = _("Done: %(action)s") % {"action": row}
            noted(row.incident, EntryKind.TASK, words, at=at, actor=actor, url=row.get_absolute_url())
    return row


def may_change(actor: Actor, item: ActionItem) -> None:
    """Its owner, and who may edit actions of its team. Raises: NotAllowed."""
    if isinstance(actor, User) and item.owner_id == actor.pk and allowed(actor, "action.edit"):
        return
    require(actor, "action.edit", item if item.team_id or item.service_id else None)


def _check_move(actor: Actor, row: ActionItem, to: str, outcome: str) -> None:
    if to == ActionState.VERIFIED and isinstance(actor, User) and actor.pk == row.owner_id:
        raise NotAllowed(_("Someone else than its owner verifies an action."), ability="action.edit")
    if to == ActionState.DROPPED:
        require(actor, "action.defer", row if row.team_id or row.service_id else None)
        if not outcome.strip():
            raise Invalid({"outcome": _("Say why this is not done, for whoever meets the same failure again.")})


def _stamp(row: ActionItem, to: str, *, actor: Actor, at: dt.datetime) -> None:
    if to == ActionState.DONE:
        row.done_at = at
    elif to == ActionState.VERIFIED:
        row.verified_at, row.verified_by = at, person(actor)
    else:
        row.done_at = row.verified_at = row.verified_by = None


def _team(given: Promised) -> Team | None:
    if given.team is not None:
        return given.team
    if given.service is not None:
        return given.service.team
    return given.incident.team if given.incident is not None else None


def _check_owner(row: ActionItem) -> None:
    """Who cannot see the incident cannot keep its promise: the name of an outsider would tell that there is one."""
    owner, incident = row.owner, row.incident
    if owner is None:
        return
    hidden = incident is not None and not Incident.objects.visible_to(owner).filter(pk=incident.pk).exists()
    if hidden or not allowed(owner, "action.edit"):
        raise Invalid({"owner": _("%(name)s cannot take this action. Choose someone who can.") % {"name": owner}})


def _tell_owner(actor: Actor, row: ActionItem, *, at: dt.datetime) -> None:
    if row.owner is not None and row.owner != actor:
        words = _("%(action)s is yours, due on %(day)s") % {"action": row, "day": row.due_on}
        notify([row.owner], words, key=f"action:{row.pk}:owner:{row.version}", url=row.get_absolute_url(), at=at)
