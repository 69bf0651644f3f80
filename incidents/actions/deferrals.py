"""Putting an action off: asked for with a reason, and decided by someone else."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.action_items import may_change
from incidents.models import ActionItem, Deferral
from relportal.core import audit
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import Membership, Role, User
from relportal.core.permissions import Actor, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked


def ask_deferral(actor: User, item: ActionItem, *, until: dt.date, reason: str, at: dt.datetime) -> Deferral:
    """Those who may decide are told. One wish waits at a time.

    Raises: NotAllowed; Invalid, by field; Conflict when one waits already, or the action is not open.
    """
    may_change(actor, item)
    if not reason.strip():
        raise Invalid({"reason": _("Say why it takes longer: whoever decides reads only this.")})
    with transaction.atomic():
        row = locked(ActionItem, item.pk)
        if not row.is_unfinished:
            raise Conflict(_("%(action)s is not open any more.") % {"action": row.short_id})
        if until <= row.due_on:
            raise Invalid({"until": _("Choose a day after %(day)s, on which it is due now.") % {"day": row.due_on}})
        if row.deferrals.filter(approved=None).exists():
            raise Conflict(_("A wish to put this off waits already."))
        wish = Deferral(action=row, until=until, reason=reason.strip(), asked_by=actor, asked_at=at)
        clean(wish)
        save(wish)
        audit.record(actor, "action.defer_ask", row, at=at, reason=wish.reason, changes={"due_on": (row.due_on, until)})
        words = _("%(who)s asks to put off %(action)s until %(day)s") % {"who": actor, "action": row, "day": until}
        notify(_deciders(row, actor), words, key=f"deferral:{wish.pk}", url=row.get_absolute_url(), at=at)
    return wish


def decide_deferral(actor: Actor, wish: Deferral, *, approved: bool, at: dt.datetime) -> Deferral:
    """Four eyes: neither who asked nor the owner decides. Approved, the date moves; the first one is kept.

    Raises: NotAllowed; Conflict when it was decided already.
    """
    item = wish.action
    may_decide(actor, item)
    if isinstance(actor, User) and actor.pk in (wish.asked_by_id, item.owner_id):
        raise NotAllowed(_("Someone else decides what you have asked for."), ability="action.defer")
    with transaction.atomic():
        row = locked(ActionItem, item.pk)
        wish = Deferral.objects.select_for_update().get(pk=wish.pk)
        if wish.approved is not None:
            raise Conflict(_("This was decided already."))
        wish.approved, wish.decided_at = approved, at
        wish.decided_by = actor if isinstance(actor, User) else None
        save(wish)
        if approved:
            before, row.due_on = row.due_on, wish.until
            row.version += 1
            save(row)
            audit.record(
                actor, "action.defer", row, at=at, reason=wish.reason, changes={"due_on": (before, row.due_on)}
            )
            words = _("%(action)s is put off until %(day)s") % {"action": row, "day": row.due_on}
        else:
            audit.record(actor, "action.defer_refuse", row, at=at, changes={"until": (wish.until, None)})
            words = _("%(action)s stays due on %(day)s: it is not put off") % {"action": row, "day": row.due_on}
        people = {each.pk: each for each in (wish.asked_by, row.owner) if each is not None and each != actor}
        notify(people.values(), words, key=f"deferral:{wish.pk}:decided", url=row.get_absolute_url(), at=at)
    return wish


def may_decide(actor: Actor, item: ActionItem) -> None:
    """Raises: NotAllowed."""
    require(actor, "action.defer", item if item.team_id or item.service_id else None)


def _deciders(row: ActionItem, asker: User) -> list[User]:
    """Service owners of the action's team, else those who steward everything; never who asked, nor who sees it not."""
    held = Membership.objects.filter(user__is_active=True)
    team = row.team_id or (row.service and row.service.team_id)
    chosen = held.filter(role=Role.SERVICE_OWNER, team=team) if team else held.none()
    if not chosen.exclude(user__in=[asker.pk, row.owner_id or 0]).exists():
        chosen = held.filter(role=Role.RELIABILITY_LEAD)
    people = User.objects.filter(pk__in=chosen.values("user")).exclude(pk__in=[asker.pk, row.owner_id or 0])
    return [
        each
        for each in people
        if allowed(each, "action.defer") and ActionItem.objects.visible_to(each).filter(pk=row.pk).exists()
    ]
