"""What is done about a risk: planned with an effort and an effect, moved on, and kept when it is dropped."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, allowed
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.outdated import outdate_risk
from risks.actions.standing import may_change, open_only
from risks.domain.treatment_states import State, may_go
from risks.models import Risk, Strategy, Treatment, TreatmentState
from risks.queries.benefits import has_effect

MOST_DAYS: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """`owner` None: the owner of the risk. `effort_days` None: nobody has said."""

    title: str
    strategy: str = Strategy.MITIGATE.value
    description: str = ""
    expected_effect: str = ""
    effort_days: float | None = None
    owner: User | None = None
    due_on: dt.date | None = None


FIELDS: Final = tuple(one.name for one in fields(Planned))


def add_treatment(actor: Actor, risk: Risk, given: Planned, *, at: dt.datetime) -> Treatment:
    """Raises: NotAllowed; Conflict for a closed risk; Invalid, by field."""
    with transaction.atomic():
        of = locked(Risk, risk.pk)
        may_change(actor, of)
        open_only(of)
        row = Treatment(risk=of, created_at=at, **{name: _plain(getattr(given, name)) for name in FIELDS})
        row.owner = given.owner or of.owner
        _check(row, before=None, at=at)
        clean(row)
        save(row)
        changes = {"strategy": (None, row.get_strategy_display()), "due_on": (None, row.due_on)}
        audit.record(actor, "treatment.add", row, at=at, changes=changes)
        _tell_owner(actor, row, at=at)
    return row


def edit_treatment(
    actor: Actor, treatment: Treatment, *, version: int | None, at: dt.datetime, **given: Any
) -> Treatment:
    """What is not given stays. Raises: NotAllowed, Stale; Invalid, by field."""
    if unknown := given.keys() - set(FIELDS):
        raise TypeError(f"not a field of a treatment: {unknown}")
    with transaction.atomic():
        row = locked(Treatment, treatment.pk, version=version)
        may_treat(actor, row)
        before = Treatment.objects.select_related("owner").get(pk=row.pk)
        for name, value in given.items():
            setattr(row, name, _plain(value))
        _check(row, before=before, at=at)
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "treatment.edit", row, at=at, changes=changes)
            if "owner" in changes:
                _tell_owner(actor, row, at=at)
    return row


def move_treatment(
    actor: Actor, treatment: Treatment, to: str, *, at: dt.datetime, reason: str = "", version: int | None = None
) -> Treatment:
    """Dropping it needs a reason. The rating stays: somebody rates again when it is in place.

    Raises: NotAllowed, Stale; Invalid where the reason is missing; Conflict where there is no way.
    """
    with transaction.atomic():
        row = locked(Treatment, treatment.pk, version=version)
        may_treat(actor, row)
        if row.state == to:
            return row
        if to not in TreatmentState.values or not may_go(State(row.state), State(to)):
            words = _("“%(title)s” cannot go there now. Reload the page for what is possible.")
            raise Conflict(words % {"title": row.title})
        if to == TreatmentState.DROPPED and not reason.strip():
            raise Invalid({"reason": _("Say why this is not done, for whoever plans against the same risk again.")})
        before = row.get_state_display()
        row.state = to
        row.done_at = at if to == TreatmentState.DONE else None
        row.version += 1
        clean(row)
        save(row)
        changes = {"state": (before, row.get_state_display())}
        audit.record(actor, "treatment.state", row, at=at, reason=reason.strip(), changes=changes)
        if has_effect(row):
            outdate_risk(row.risk, at=at)
    return row


def may_treat(actor: Actor, treatment: Treatment) -> None:
    """Its owner, and who may change the risk. Raises: NotAllowed."""
    if isinstance(actor, User) and treatment.owner_id == actor.pk and allowed(actor, "risk.own"):
        return
    may_change(actor, treatment.risk)


def day_to_come(day: dt.date, *, at: dt.datetime) -> None:
    """Raises: Invalid for a day that is over."""
    if day < company.day(at):
        raise Invalid({"due_on": _("This day is over. Choose today or a later one.")})


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _check(row: Treatment, *, before: Treatment | None, at: dt.datetime) -> None:
    """What is late stays so; a new date lies ahead."""
    if row.due_on is not None and (before is None or before.due_on != row.due_on):
        day_to_come(row.due_on, at=at)
    effort = row.effort_days
    if effort is not None and not (isfinite(effort) and 0 <= effort <= MOST_DAYS):
        raise Invalid({"effort_days": _("Give person days from 0 to 100,000, or nothing.")})
    if row.owner is not None and not allowed(row.owner, "risk.own"):
        words = _("%(name)s cannot take this. Choose an active person with a role that may write.")
        raise Invalid({"owner": words % {"name": row.owner}})


def _tell_owner(actor: Actor, row: Treatment, *, at: dt.datetime) -> None:
    if row.owner is not None and row.owner != actor:
        words = _("“%(title)s” against %(risk)s is yours") % {"title": row.title, "risk": row.risk.short_id}
        notify([row.owner], words, key=f"treatment:{row.pk}:owner:{row.version}", url=row.get_absolute_url(), at=at)
