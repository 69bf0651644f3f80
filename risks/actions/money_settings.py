"""The currency, and what a customer minute is worth to the company: it ships empty, for nobody else can know it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.impact import reprice
from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.outdated import outdate
from risks.actions.tolerance import replace
from risks.domain.lognormal import Range, Refused
from risks.models import MoneySettings, Unit
from risks.queries.tolerance import newest

FIELDS: Final = ("currency", "minute_low", "minute_high")
_CODE: Final = re.compile(r"[A-Z]{3}")


def edit_money(
    actor: Actor,
    *,
    currency: str,
    minute_low: float | None,
    minute_high: float | None,
    reason: str,
    version: int | None,
    at: dt.datetime,
) -> MoneySettings:
    """Nothing changed writes nothing. What incidents cost follows. Another currency takes the tolerance of money back: its
    numbers would mean other amounts.

    Raises: NotAllowed; Stale; Invalid, by field.
    """
    require(actor, "risk.settings")
    with transaction.atomic():
        row = locked(MoneySettings, 1, version=version)
        before = MoneySettings.objects.get(pk=1)
        row.currency, row.minute_low, row.minute_high = currency.strip().upper(), minute_low, minute_high
        changes = audit.differences(before, row, FIELDS)
        _check(row, reason)
        if not changes:
            return row
        clean(row)
        row.version += 1
        save(row)
        audit.record(actor, "money.edit", row, at=at, key="money", reason=reason.strip(), changes=changes)
        # An amount in the old currency is none in the new one: what is said of the minute holds from now on.
        reprice()
        if "currency" in changes:
            _take_back(actor, before.currency, row.currency, at=at)
    return row


def _check(row: MoneySettings, reason: str) -> None:
    errors: dict[str, str] = {}
    if not _CODE.fullmatch(row.currency):
        errors["currency"] = _("Three letters, such as EUR.")
    if (row.minute_low is None) != (row.minute_high is None):
        missing = "minute_low" if row.minute_low is None else "minute_high"
        errors[missing] = _("Give both ends of what a minute is worth, or neither.")
    elif row.minute_low is not None and row.minute_high is not None:
        errors |= _range_errors(row.minute_low, row.minute_high)
    if not reason.strip():
        errors["reason"] = _("Say why: who set it, and what it is based on.")
    if errors:
        raise Invalid(errors)


def _range_errors(low: float, high: float) -> dict[str, str]:
    if low <= 0:
        return {"minute_low": _("Above zero. Leave both empty if nobody can say what a minute is worth.")}
    if high < low:
        return {"minute_high": _("Not below the lower end.")}
    try:
        Range(low, high)
    except Refused:
        return {"minute_high": _("Too large, or more than a million times the lower end: nothing is calculated so.")}
    return {}


def _take_back(actor: Actor, before: str, after: str, *, at: dt.datetime) -> None:
    held = newest(Unit.MONEY)
    if held is not None and held.points:
        reason = _("The currency changed from %(before)s to %(after)s") % {"before": before, "after": after}
        replace(actor, Unit.MONEY, (), reason=reason, at=at)
    else:
        outdate(MoneySettings, [Unit.MONEY], at=at)
