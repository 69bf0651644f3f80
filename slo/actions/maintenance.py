"""Announcing maintenance. What has begun can only be shortened, and what is over stands: the past is nobody's to plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, units
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Service, User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean
from relportal.core.versions import locked
from slo.domain.maintenance import LONGEST, Phase
from slo.models import MaintenanceWindow

FIELDS: Final = ("title", "start", "end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    title: str
    start: dt.datetime
    end: dt.datetime


def announce(
    actor: Actor, services: Sequence[Service], given: Announcement, *, at: dt.datetime
) -> tuple[MaintenanceWindow, ...]:
    """One window a service, so that each can end in its own time; all or none.

    Raises: NotAllowed; Invalid by field.
    """
    if not services:
        raise Invalid({"services": [_("Choose at least one service.")]})
    made = []
    with transaction.atomic():
        for service in services:
            row = MaintenanceWindow(
                service=service, title=given.title, start=given.start, end=given.end,
                declared_at=at, by=actor if isinstance(actor, User) else None,
            )  # fmt: skip
            require(actor, "maintenance.declare", row)
            _check(row, at=at)
            row.save()
            changes = {name: (None, getattr(row, name)) for name in FIELDS}
            audit.record(actor, "maintenance.announce", row, at=at, changes=changes)
            made.append(row)
    return tuple(made)


def change(
    actor: Actor, window: MaintenanceWindow, given: Announcement, *, at: dt.datetime, version: int | None
) -> MaintenanceWindow:
    """Anything before it begins; while it runs, its words, and an earlier end that is not past.

    Raises: NotAllowed; Stale; Conflict when it is over or cancelled; Invalid by field.
    """
    require(actor, "maintenance.declare", window)
    with transaction.atomic():
        row = locked(MaintenanceWindow, window.pk, version=version)
        was = copy(row)
        stood = _standing(row, at=at)
        row.title, row.start, row.end = given.title, given.start, given.end
        if stood is Phase.RUNNING:
            _only_shorter(was, row, at=at)
            clean(row)
        else:
            _check(row, at=at)
        _save(actor, "maintenance.change", row, was, at=at)
    return row


def finish(actor: Actor, window: MaintenanceWindow, *, at: dt.datetime) -> MaintenanceWindow:
    """Ends it now: what fails from now on is planned no longer. Raises: NotAllowed; Conflict when it does not run."""
    require(actor, "maintenance.declare", window)
    with transaction.atomic():
        row = locked(MaintenanceWindow, window.pk)
        if _standing(row, at=at) is not Phase.RUNNING:
            raise Conflict(_("It has not begun yet. Cancel it, or change its times."))
        was = copy(row)
        row.end = max(at, row.start + dt.timedelta(microseconds=1))
        _save(actor, "maintenance.finish", row, was, at=at)
    return row


def cancel(actor: Actor, window: MaintenanceWindow, *, at: dt.datetime) -> MaintenanceWindow:
    """Raises: NotAllowed; Conflict when it has begun."""
    require(actor, "maintenance.declare", window)
    with transaction.atomic():
        row = locked(MaintenanceWindow, window.pk)
        if _standing(row, at=at) is not Phase.AHEAD:
            raise Conflict(_("It has begun. End it now instead: what was planned until now stays planned."))
        was = copy(row)
        row.cancelled_at = at
        _save(actor, "maintenance.cancel", row, was, at=at)
    return row


def _standing(row: MaintenanceWindow, *, at: dt.datetime) -> Phase:
    """Ahead or running. Raises: Conflict."""
    stood = row.phase(at)
    if stood in (Phase.OVER, Phase.CANCELLED):
        said = _("It is over") if stood is Phase.OVER else _("It was cancelled")
        raise Conflict(_("%(said)s, and stays as it stands. Announce another one.") % {"said": said})
    return stood


def _check(row: MaintenanceWindow, *, at: dt.datetime) -> None:
    errors = {}
    if row.start < at:
        errors["start"] = [
            _("Maintenance is announced before it begins. What has begun already is an incident: declare that.")
        ]
    if row.end - row.start > LONGEST:
        longest = units.duration(LONGEST)
        errors["end"] = [
            _("At most %(longest)s. What takes longer is a change of the objective.") % {"longest": longest}
        ]
    if errors:
        raise Invalid(errors)
    clean(row)


def _only_shorter(was: MaintenanceWindow, row: MaintenanceWindow, *, at: dt.datetime) -> None:
    errors = {}
    if row.start != was.start:
        errors["start"] = [_("It has begun: its start stays.")]
    if row.end > was.end or row.end < at:
        errors["end"] = [_("It runs: it can end earlier, from now on. Announce another one for what takes longer.")]
    if errors:
        raise Invalid(errors)


def _save(actor: Actor, verb: str, row: MaintenanceWindow, was: MaintenanceWindow, *, at: dt.datetime) -> None:
    row.version += 1
    row.save()
    audit.record(actor, verb, row, at=at, changes=audit.differences(was, row, (*FIELDS, "cancelled_at")))
