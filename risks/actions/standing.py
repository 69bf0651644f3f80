"""What every action on a risk asks first: may this person, is it still open, and when is it looked at again."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, allowed, require
from risks.domain import review
from risks.models import Risk


def scope(risk: Risk) -> Risk | None:
    """What an ability is asked for: without a team, whoever works for some team may."""
    return risk if risk.team_id is not None else None


def may_change(actor: Actor, risk: Risk) -> None:
    """Its owner, and who may edit risks of its team. Raises: NotAllowed."""
    if isinstance(actor, User) and risk.owner_id == actor.pk and allowed(actor, "risk.own"):
        return
    require(actor, "risk.edit", scope(risk))


def open_only(risk: Risk) -> None:
    """Raises: Conflict."""
    if risk.is_closed:
        raise Conflict(_("%(risk)s is closed. Open it again to change it.") % {"risk": risk.short_id})


def person(actor: Actor) -> User | None:
    return actor if isinstance(actor, User) else None


def next_review(risk: Risk, *, at: dt.datetime) -> dt.date:
    """By its level, from today."""
    level = risk.current.level if risk.current is not None else None
    return review.due(company.day(at), level.review_days if level is not None else None)


def check_owner(risk: Risk) -> None:
    """Raises: Invalid."""
    if risk.owner is not None and not allowed(risk.owner, "risk.own"):
        words = _("%(name)s cannot own a risk. Choose an active person with a role that may write.")
        raise Invalid({"owner": words % {"name": risk.owner}})


def check_identified(risk: Risk, *, at: dt.datetime) -> None:
    """Raises: Invalid."""
    if risk.identified_on > company.day(at):
        raise Invalid({"identified_on": _("Nobody can have seen it on a day to come.")})
