"""Saying when a risk is looked at again: sooner than its level asks for, never later."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.exceptions import Invalid
from relportal.core.permissions import Actor
from relportal.core.rows import save
from relportal.core.versions import locked
from risks.actions.standing import may_change, next_review, open_only
from risks.models import Risk


def plan_review(
    actor: Actor, risk: Risk, *, due_on: dt.date, at: dt.datetime, version: int | None = None, put_back: bool = False
) -> Risk:
    """`put_back`: the day stood there before, so that it may be over, too. The same day writes nothing.

    Raises: NotAllowed, Stale; Conflict for a closed one; Invalid for a day that is over or later than its level allows.
    """
    with transaction.atomic():
        row = locked(Risk, risk.pk, version=version)
        may_change(actor, row)
        open_only(row)
        if not put_back:
            _check(row, due_on, at=at)
        before = row.review_due_on
        if before != due_on:
            row.review_due_on = due_on
            row.version += 1
            save(row)
            audit.record(actor, "risk.plan_review", row, at=at, changes={"review_due_on": (before, due_on)})
    return row


def _check(row: Risk, due_on: dt.date, *, at: dt.datetime) -> None:
    last = next_review(row, at=at)
    if due_on < company.day(at):
        raise Invalid({"review_due_on": _("Choose today or a day to come.")})
    if due_on > last:
        level = row.current.level.name if row.current is not None else _("Not rated")
        words = _("%(level)s: it is looked at again by %(day)s at the latest.")
        raise Invalid({"review_due_on": words % {"level": level, "day": date_format(last)}})
