"""How the company cuts its year, since when it closes periods, and what it promised to how many customers."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.exceptions import Invalid
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.actions.outdated import outdate
from reports.models import ReportSettings

FIELDS: Final = ("first_month", "shift", "began_on", "customers", "promise")


def edit_settings(
    actor: Actor, given: dict[str, Any], *, reason: str, version: int | None, at: dt.datetime
) -> ReportSettings:
    """`given` are some of FIELDS; nothing changed writes nothing. What it changes is told by `reports.queries.recut`.

    Raises: NotAllowed; Stale; Invalid, by field.
    """
    require(actor, "kpi.target")
    with transaction.atomic():
        ReportSettings.objects.get_or_create(pk=1)
        row = locked(ReportSettings, 1, version=version)
        before = ReportSettings.objects.get(pk=1)
        for name in FIELDS:
            setattr(row, name, given.get(name, getattr(row, name)))
        changes = audit.differences(before, row, FIELDS)
        if not changes:
            return row
        _check(row, reason, at=at)
        clean(row)
        row.version += 1
        save(row)
        audit.record(actor, "report.settings", row, at=at, key="settings", reason=reason.strip(), changes=changes)
        outdate(ReportSettings, at=at)
    return row


def _check(row: ReportSettings, reason: str, *, at: dt.datetime) -> None:
    errors: dict[str, str] = {}
    if not 1 <= row.first_month <= 12:
        errors["first_month"] = _("A year begins in month 1 to 12.")
    if not 0 <= row.shift <= 2:
        errors["shift"] = _("Quarters are shifted by 0 to 2 months.")
    if row.began_on is not None and row.began_on > company.day(at):
        errors["began_on"] = _("This day lies in the future: nothing would be closed until then. Give a day that was.")
    if row.promise is not None and not 0 < row.promise < 1:
        errors["promise"] = _("A promise lies between 0 and 100 %, both excluded.")
    if (row.customers is None) != (row.promise is None):
        missing = "customers" if row.customers is None else "promise"
        errors[missing] = _("Give both the customers and what was promised to them, or neither.")
    if not reason.strip():
        errors["reason"] = _("Say why: who decided it, and where.")
    if errors:
        raise Invalid({name: [text] for name, text in errors.items()})
