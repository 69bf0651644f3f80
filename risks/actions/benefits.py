"""What a treatment is expected to change and to cost, as 90 % ranges: its benefit follows from the estimate of its risk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.permissions import Actor
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.outdated import outdate_risk
from risks.actions.ranges import HIGH, LOW, ranged
from risks.actions.standing import open_only
from risks.actions.treatments import may_treat
from risks.domain.benefit import LONGEST, STRONGEST
from risks.models import Treatment
from risks.queries.benefits import has_cost
from risks.queries.estimates import currency

FACTORS: Final = ("rate_factor", "loss_factor")
COSTS: Final = ("one_off", "yearly")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Factors of events and of losses that remain (0.2 to 0.5: half to four fifths stay away), costs in money.

    Both ends of a range or neither: None says nothing, and equal ends are a number that is known.
    """

    rate_factor_low: float | None = None
    rate_factor_high: float | None = None
    loss_factor_low: float | None = None
    loss_factor_high: float | None = None
    one_off_low: float | None = None
    one_off_high: float | None = None
    yearly_low: float | None = None
    yearly_high: float | None = None
    years: int = 3


FIELDS: Final = tuple(one.name for one in fields(Effects))


def set_benefit(
    actor: Actor, treatment: Treatment, given: Effects, *, reason: str, at: dt.datetime, version: int | None = None
) -> Treatment:
    """All of it at once: what is not given is said no more; costs are in the company's currency. Nothing changed writes nothing.

    Raises: NotAllowed, Stale; Conflict for a closed risk; Invalid, by field.
    """
    with transaction.atomic():
        row = locked(Treatment, treatment.pk, version=version)
        may_treat(actor, row)
        open_only(row.risk)
        check(given, reason=reason)
        before = Treatment.objects.get(pk=row.pk)
        for name in FIELDS:
            setattr(row, name, getattr(given, name))
        row.cost_currency = currency() if has_cost(row) else ""
        changes = audit.differences(before, row, (*FIELDS, "cost_currency"))
        if changes:
            clean(row)
            row.version += 1
            save(row)
            audit.record(actor, "treatment.benefit", row, at=at, reason=reason.strip(), changes=changes)
            outdate_risk(row.risk, at=at)
    return row


def check(given: Effects, *, reason: str) -> None:
    """Raises: Invalid, by field."""
    errors: dict[str, list[str]] = {}
    for name in (*FACTORS, *COSTS):
        low, high = getattr(given, name + LOW), getattr(given, name + HIGH)
        if low is None and high is None:
            continue
        try:
            found = ranged(low, high, name=name, known=True)
        except Invalid as error:
            errors |= error.errors
            continue
        if name in FACTORS and found.high > STRONGEST:
            words = _("At most %(most)d times as much: what grows more is a new risk.")
            errors[name + HIGH] = [words % {"most": STRONGEST}]
    if not 1 <= given.years <= LONGEST:
        errors["years"] = [_("Count it over 1 to %(most)d years.") % {"most": LONGEST}]
    if not reason.strip():
        errors["reason"] = [_("Say what this rests on, for whoever compares it with what came of it.")]
    if errors:
        raise Invalid(errors)
