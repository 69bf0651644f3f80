"""What a risk is measured against: incidents in which it came true, objectives, actions. Linking computes nothing."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import ActionItem, Incident
from relportal.core import audit
from relportal.core.exceptions import Invalid, Missing
from relportal.core.permissions import Actor
from relportal.core.rows import clean, save
from risks.actions.standing import may_change, person
from risks.models import Relation, Risk, RiskLink
from slo.models import Objective


def link(
    actor: Actor,
    risk: Risk,
    *,
    relation: str = Relation.RELATED.value,
    incident: Incident | None = None,
    objective: Objective | None = None,
    action: ActionItem | None = None,
    note: str = "",
    at: dt.datetime,
) -> RiskLink:
    """Exactly one of the three; the caller sees to it that the actor may see it. Closed risks may be linked, too.

    Raises: NotAllowed; Invalid for none or several, for a risk that came true in what is no incident, and for a link twice.
    """
    may_change(actor, risk)
    with transaction.atomic():
        row = RiskLink(
            risk=risk,
            relation=relation,
            incident=incident,
            objective=objective,
            action=action,
            note=note.strip(),
            at=at,
        )
        row.by = person(actor)
        clean(row)
        save(row)
        audit.record(actor, "risk.link", risk, at=at, changes={_label(row): (None, _of(row))})
    return row


def unlink(actor: Actor, row: RiskLink, *, at: dt.datetime) -> None:
    """Raises: NotAllowed; Missing where it is gone already."""
    may_change(actor, row.risk)
    with transaction.atomic():
        found = RiskLink.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
        if found is None:
            raise Missing(_("This is not linked any more."))
        changes = {_label(found): (_of(found), None)}
        found.delete()
        audit.record(actor, "risk.unlink", row.risk, at=at, changes=changes)


def _label(row: RiskLink) -> str:
    return str(row.get_relation_display())


def _of(row: RiskLink) -> str:
    """What is linked, by its id alone: the title of a private incident does not belong into the audit of a risk."""
    linked = row.incident or row.objective or row.action
    if linked is None:
        raise Invalid(_("A link leads to an incident, an objective or an action."))
    return linked.short_id
