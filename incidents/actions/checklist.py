"""Steps of the checklist: ticked, and doing what they say where that is one click."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from incidents.actions.postmortems import open_postmortem
from incidents.actions.roles import take_role
from incidents.actions.timeline import person
from incidents.models import ChecklistStep, ChecklistTick, Incident, IncidentRole
from relportal.core import audit
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.versions import locked


def tick_step(actor: User, incident: Incident, step: ChecklistStep, *, at: dt.datetime, done: bool = True) -> None:
    """Taking command, filling a role and beginning the postmortem do so for the actor. Ticking twice changes nothing.

    Raises: NotAllowed; Conflict when someone else holds the role.
    """
    require(actor, "incident.run")
    with transaction.atomic():
        locked(Incident, incident.pk)
        if not done:
            ChecklistTick.objects.filter(incident=incident, step=step).delete()
            return
        _tick, new = ChecklistTick.objects.get_or_create(
            incident=incident, step=step, defaults={"at": at, "by": person(actor)}
        )
        if not new:
            return
        if step.does == ChecklistStep.Does.TAKE_COMMAND:
            take_role(actor, incident, IncidentRole.COMMANDER, at=at)
        elif step.does == ChecklistStep.Does.ASSIGN_ROLE and step.role:
            take_role(actor, incident, IncidentRole(step.role), at=at)
        elif step.does == ChecklistStep.Does.OPEN_POSTMORTEM:
            open_postmortem(actor, incident, at=at)
        audit.record(actor, "incident.step", incident, at=at, changes={"step": (None, step.text)})
