"""Who holds a role: taken when it is free, handed over when the other one accepts."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from incidents.actions.marks import marked
from incidents.actions.timeline import noted, person
from incidents.models import EntryKind, Incident, IncidentRole, Moment, RoleHolder, TimeSource
from relportal.core import audit
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, NotAllowed
from relportal.core.models import User
from relportal.core.permissions import Actor, allowed, require
from relportal.core.versions import locked


def take_role(actor: User, incident: Incident, role: IncidentRole, *, at: dt.datetime) -> RoleHolder:
    """The actor holds the role from now on. Taking what one holds changes nothing.

    Raises: NotAllowed; Conflict when someone else holds it: it is handed over, not taken away.
    """
    require(actor, "incident.run")
    with transaction.atomic():
        locked(Incident, incident.pk)
        holder = _holder(incident, role)
        if holder is not None and holder.user_id == actor.pk:
            return holder
        if holder is not None:
            raise Conflict(
                _("%(name)s holds this role. Ask for a handover, so that nobody thinks the other one acts.")
                % {"name": holder.user}
            )
        return _begun(incident, role, actor, actor=actor, at=at)


def offer_role(actor: Actor, incident: Incident, role: IncidentRole, to: User, *, at: dt.datetime) -> RoleHolder:
    """Asks `to` to take the role; until it is accepted, whoever holds it keeps it. A newer offer replaces the older.

    Raises: NotAllowed; Conflict when `to` may not respond, or holds it already.
    """
    require(actor, "incident.run")
    if not allowed(to, "incident.run") or not Incident.objects.visible_to(to).filter(pk=incident.pk).exists():
        raise Conflict(_("%(name)s cannot respond to this incident. Choose someone who can.") % {"name": to})
    with transaction.atomic():
        locked(Incident, incident.pk)
        holder = _holder(incident, role)
        if holder is not None and holder.user_id == to.pk:
            raise Conflict(_("%(name)s holds this role already.") % {"name": to})
        _offers(incident, role).update(until=at)
        row = RoleHolder.objects.create(incident=incident, role=role, user=to, offered_by=person(actor), offered_at=at)
        words = _("%(role)s offered to %(name)s")
        noted(incident, EntryKind.ROLE, words % {"role": IncidentRole(role).label, "name": to}, at=at, actor=actor)
        if to != actor:
            said = _("%(incident)s: %(role)s is offered to you") % {
                "incident": incident,
                "role": IncidentRole(role).label,
            }
            notify([to], said, key=f"role:{row.pk}", url=incident.get_absolute_url(), at=at)
        audit.record(actor, "incident.role_offer", incident, at=at, changes={role: (holder and holder.user, to)})
    return row


def accept_role(actor: User, offer: RoleHolder, *, at: dt.datetime) -> RoleHolder:
    """The handover happens now. Accepting twice changes nothing.

    Raises: NotAllowed when it was offered to someone else; Conflict when the offer is over.
    """
    with transaction.atomic():
        locked(Incident, offer.incident_id)
        row = RoleHolder.objects.select_for_update().get(pk=offer.pk)
        if row.user_id != actor.pk:
            raise NotAllowed(_("This role was offered to %(name)s.") % {"name": row.user}, ability="incident.run")
        if row.since is not None and row.until is None:
            return row
        if row.until is not None:
            raise Conflict(_("This offer is over: someone else took the role, or it was offered to another person."))
        role = IncidentRole(row.role)
        RoleHolder.objects.filter(incident=row.incident_id, role=role, since__isnull=False, until=None).update(until=at)
        row.since = at
        row.save(update_fields=["since"])
        _say(row.incident, role, actor, actor=actor, at=at)
    return row


def leave_role(actor: Actor, holder: RoleHolder, *, at: dt.datetime) -> None:
    """Gives a role up, or takes an offer back. Raises: NotAllowed."""
    require(actor, "incident.run")
    with transaction.atomic():
        # First the incident, as whoever accepts: in the other order the two would wait for each other.
        locked(Incident, holder.incident_id)
        row = RoleHolder.objects.select_for_update().get(pk=holder.pk)
        if row.until is not None:
            return
        row.until = at
        row.save(update_fields=["until"])
        words = _("%(name)s left: %(role)s")
        role = IncidentRole(row.role).label
        noted(row.incident, EntryKind.ROLE, words % {"name": row.user, "role": role}, at=at, actor=actor)
        audit.record(actor, "incident.role_leave", row.incident, at=at, changes={row.role: (row.user, None)})


def _holder(incident: Incident, role: str) -> RoleHolder | None:
    held = RoleHolder.objects.select_related("user").filter(incident=incident, role=role, until=None)
    return held.filter(since__isnull=False).first()


def _offers(incident: Incident, role: str) -> QuerySet[RoleHolder]:
    return RoleHolder.objects.filter(incident=incident, role=role, since=None, until=None)


def _begun(incident: Incident, role: IncidentRole, user: User, *, actor: Actor, at: dt.datetime) -> RoleHolder:
    _offers(incident, role).update(until=at)
    row = RoleHolder.objects.create(
        incident=incident, role=role, user=user, offered_by=person(actor), offered_at=at, since=at
    )
    _say(incident, role, user, actor=actor, at=at)
    return row


def _say(incident: Incident, role: IncidentRole, user: User, *, actor: Actor, at: dt.datetime) -> None:
    words = _("%(name)s is %(role)s")
    noted(incident, EntryKind.ROLE, words % {"name": user, "role": IncidentRole(role).label}, at=at, actor=actor)
    if role == IncidentRole.COMMANDER:
        marked(incident, Moment.ACKNOWLEDGED, at, source=TimeSource.STATE, actor=actor, at=at)
    audit.record(actor, "incident.role", incident, at=at, changes={role.value: (None, user)})
