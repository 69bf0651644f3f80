"""Rows that a body names by their short ids, as far as the caller may see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from incidents.models import ActionItem
from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import User
from risks.models import ExceptionKind, Risk
from risks.queries.detail import visible
from risks.queries.exceptions.subject import Subject
from slo.models import Objective

M = TypeVar("M", bound=Model)
RISK: Final = r"^(RISK-)?[0-9]{1,9}$"
SUBJECT_OF: Final = {
    ExceptionKind.RISK.value: "risk",
    ExceptionKind.SLO.value: "objective",
    ExceptionKind.ACTION.value: "action",
}
"""What an exception of a kind names; those of the other kinds may name a service and an address."""


def risk_named(user: User, text: str) -> Risk:
    """Of a text that fits RISK. Raises: Invalid at `risk`."""
    try:
        return visible(user, int(text.removeprefix("RISK-")))
    except Missing as error:
        raise Invalid({"risk": _("There is no such risk. Enter an id such as RISK-12.")}) from error


def subject_named(user: User, given: Mapping[str, Any]) -> Subject:
    """Raises: Invalid by field, for what is not there and for what an exception of this kind is not about."""
    wanted = SUBJECT_OF.get(given["kind"])
    allowed = {wanted} if wanted is not None else {"service", "url"}
    strange = [name for name in ("risk", "objective", "action", "service", "url") if given.get(name)]
    if wrong := [name for name in strange if name not in allowed]:
        words = _("An exception of this kind is about something else. Leave it out, or choose another kind.")
        raise Invalid(dict.fromkeys(wrong, words))
    objectives = Objective.objects.visible_to(user).select_related("service__team")
    actions = ActionItem.objects.visible_to(user).select_related("team", "service__team")
    return Subject(
        risk=risk_named(user, given["risk"]) if given.get("risk") else None,
        objective=_one(objectives, given, "objective", "SLO"),
        action=_one(actions, given, "action", "ACT"),
        service=given.get("service"),
        team=given.get("team"),
        url=given.get("url", ""),
    )


def _one(rows: QuerySet[M], given: Mapping[str, Any], name: str, prefix: str) -> M | None:
    text = given.get(name)
    if not text:
        return None
    found = rows.filter(pk=int(text.removeprefix(f"{prefix}-"))).first()
    if found is None:
        raise Invalid({name: _("There is nothing with this id. Enter one such as %(prefix)s-12.") % {"prefix": prefix}})
    return found
