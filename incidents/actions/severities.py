"""The severities and the matrix that suggests them, as the organisation wants them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import Condition, Impact, Severity, SeverityCell
from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

FIELDS = (
    "name", "criteria", "first_update_min", "update_every_min", "executive_every_min", "postmortem_days", "action_days",
    "min_user_share", "min_burn",
)  # fmt: skip


def edit_severity(actor: Actor, severity: Severity, *, version: int | None, at: dt.datetime, **fields: Any) -> Severity:
    """Raises: NotAllowed, Stale; Invalid, by field."""
    require(actor, "incident.settings")
    with transaction.atomic():
        row = locked(Severity, severity.pk, version=version)
        before = Severity.objects.get(pk=row.pk)
        for name in fields.keys() & set(FIELDS):
            setattr(row, name, fields[name])
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "severity.edit", row, at=at, changes=changes)
    return row


def edit_matrix(actor: Actor, cells: Mapping[tuple[str, str], int], *, at: dt.datetime) -> None:
    """Every impact with every condition has a severity, and more of either never suggests a milder one.

    Raises: NotAllowed; Invalid for a hole, or a step the wrong way.
    """
    require(actor, "incident.settings")
    for impact in Impact.values:
        for condition in Condition.values:
            if (impact, condition) not in cells:
                raise Invalid({f"{impact}.{condition}": _("Choose a severity: the matrix has no hole.")})
    _monotone(cells)
    with transaction.atomic():
        before = {(each.impact, each.condition): each.severity_id for each in SeverityCell.objects.select_for_update()}
        changes: dict[str, audit.Change] = {}
        for (impact, condition), level in cells.items():
            if before.get((impact, condition)) != level:
                SeverityCell.objects.update_or_create(
                    impact=impact, condition=condition, defaults={"severity_id": level}
                )
                changes[f"{impact}, {condition}"] = (before.get((impact, condition)), level)
        if changes:
            audit.record(actor, "severity.matrix", Severity.objects.earliest("level"), at=at, changes=changes)


def _monotone(cells: Mapping[tuple[str, str], int]) -> None:
    impacts, conditions = list(Impact.values), list(Condition.values)
    for row, impact in enumerate(impacts):
        for column, condition in enumerate(conditions):
            level = cells[impact, condition]
            less = [cells[impacts[row - 1], condition]] if row else []
            less += [cells[impact, conditions[column - 1]]] if column else []
            if any(level > each for each in less):
                raise Invalid({f"{impact}.{condition}": _("More harm cannot be milder than less.")})
