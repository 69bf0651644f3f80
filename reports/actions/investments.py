"""Entering investments into reliability, and what was seen to come of them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean
from relportal.core.versions import locked
from reports.kpis import KPIS
from reports.models import Investment

FIELDS: Final = (
    "title", "team", "kpi", "risk", "promised", "observed", "state", "starts_on", "ends_on", "currency", "spent",
    "benefit_low", "benefit_high",
)  # fmt: skip


def enter(actor: Actor, fields: dict[str, Any], *, at: dt.datetime) -> Investment:
    """Raises: NotAllowed; Invalid by field."""
    row = Investment(created_at=at, by=actor if isinstance(actor, User) else None, **fields)
    require(actor, "report.write", row)
    _check(row)
    with transaction.atomic():
        row.save()
        audit.record(actor, "investment.enter", row, at=at, changes={"title": (None, row.title)})
    return row


def change(
    actor: Actor, investment: Investment, fields: dict[str, Any], *, at: dt.datetime, version: int | None
) -> Investment:
    """Reports that are out keep what they said. Raises: NotAllowed; Stale; Invalid by field."""
    require(actor, "report.write", investment)
    with transaction.atomic():
        row = locked(Investment, investment.pk, version=version)
        before = {name: getattr(row, name) for name in FIELDS}
        for name, value in fields.items():
            setattr(row, name, value)
        # Whoever gives it to another team enters it there.
        require(actor, "report.write", row)
        _check(row)
        row.version += 1
        row.save()
        changes = {name: (before[name], getattr(row, name)) for name in FIELDS if before[name] != getattr(row, name)}
        audit.record(actor, "investment.change", row, at=at, changes=changes)
    return row


def _check(row: Investment) -> None:
    if row.kpi and row.kpi not in KPIS:
        raise Invalid({"kpi": [_("There is no such KPI.")]})
    if (row.benefit_low is None) != (row.benefit_high is None):
        missing = "benefit_low" if row.benefit_low is None else "benefit_high"
        raise Invalid({missing: [_("Give both ends of the range, or neither.")]})
    clean(row)
