"""One risk with everything that its page says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from relportal.core.exceptions import Missing
from relportal.core.models import User
from relportal.core.permissions import allowed
from risks.models import Risk


@dataclass(frozen=True, slots=True)
class RiskDetail:
    risk: Risk
    may_edit: bool
    may_close: bool


def visible(user: User, number: int) -> Risk:
    """With its ratings and people, in one statement. Raises: Missing."""
    rows = Risk.objects.visible_to(user).select_related(
        "category", "owner", "team", "current__level", "current__likelihood", "current__impact", "current__matrix"
    )
    found = rows.filter(pk=number).first()
    if found is None:
        raise Missing(_("There is no such risk."))
    return found


def may_edit(user: User, risk: Risk) -> bool:
    owns = risk.owner_id == user.pk and allowed(user, "risk.own")
    return owns or allowed(user, "risk.edit", _scope(risk))


def may_close(user: User, risk: Risk) -> bool:
    return allowed(user, "risk.close", _scope(risk))


def _scope(risk: Risk) -> Risk | None:
    return risk if risk.team_id is not None else None


def detail(user: User, risk: Risk, *, at: dt.datetime) -> RiskDetail:  # noqa: ARG001
    return RiskDetail(risk, may_edit(user, risk), may_close(user, risk))
