"""Letting somebody else sign for oneself, from a day to a day."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from relportal.core.rows import clean, save
from risks.models import Delegation

LONGEST_DAYS: Final = 366


def delegate(
    actor: User, to: User, *, starts_on: dt.date, ends_on: dt.date, reason: str, at: dt.datetime
) -> Delegation:
    """`to` may sign for `actor`, as themselves and named so; they are told. Nobody delegates for somebody else.

    Raises: NotAllowed; Invalid, by field.
    """
    require(actor, "exception.sign")
    today = company.day(at)
    errors: dict[str, str] = {}
    if to == actor:
        errors["delegate"] = _("Choose somebody else.")
    elif not allowed(to, "exception.sign"):
        errors["delegate"] = _("%(name)s signs no exceptions. Choose somebody who may.") % {"name": to}
    if starts_on < today:
        errors["starts_on"] = _("Choose today or a later day: nobody signs for the past.")
    if ends_on < starts_on:
        errors["ends_on"] = _("It ends on the day on which it begins, or later.")
    elif (ends_on - starts_on).days >= LONGEST_DAYS:
        errors["ends_on"] = _("At most a year. Whoever signs for longer needs the role.")
    if not reason.strip():
        errors["reason"] = _("Say why, such as a holiday.")
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        # One's own row, so that the same is not delegated twice at once.
        User.objects.select_for_update().get(pk=actor.pk)
        same = Delegation.objects.filter(person=actor, delegate=to, revoked_at=None)
        if same.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
            raise Invalid({"delegate": _("%(name)s signs for you on some of these days already.") % {"name": to}})
        row = Delegation(
            person=actor, delegate=to, starts_on=starts_on, ends_on=ends_on, reason=reason.strip(), created_at=at
        )
        clean(row)
        save(row)
        changes: dict[str, audit.Change] = {"starts_on": (None, starts_on), "ends_on": (None, ends_on)}
        audit.record(actor, "delegation.create", row, at=at, reason=row.reason, changes=changes)
        words = _("You may sign for %(name)s from %(first)s to %(last)s") % {
            "name": actor, "first": date_format(starts_on), "last": date_format(ends_on),
        }  # fmt: skip
        notify([to], words, key=f"delegation:{row.pk}", url=reverse("risks:delegation-list"), at=at)
    return row


def revoke(actor: User, delegation: Delegation, *, at: dt.datetime) -> Delegation:
    """From now on. What was signed by it stays signed.

    Raises: NotAllowed for somebody else's; Conflict where it was revoked already, or is over.
    """
    require(actor, "exception.sign")
    if delegation.person_id != actor.pk:
        raise NotAllowed(_("Only who has delegated revokes it."), ability="exception.sign")
    with transaction.atomic():
        row = Delegation.objects.select_for_update(of=("self",)).select_related("delegate").get(pk=delegation.pk)
        if row.revoked_at is not None or row.ends_on < company.day(at):
            raise Conflict(_("This delegation does not hold any more."))
        row.revoked_at = at
        save(row)
        audit.record(actor, "delegation.revoke", row, at=at, changes={"revoked_at": (None, at)})
        words = _("You no longer sign for %(name)s") % {"name": actor}
        notify([row.delegate], words, key=f"delegation:{row.pk}:revoked", url=reverse("risks:delegation-list"), at=at)
    return row
