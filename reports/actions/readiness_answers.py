"""Answering the items of an open review."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.exceptions import Conflict, Invalid, Stale
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.actions.readiness import EDIT
from reports.actions.readiness_judging import judge
from reports.domain.readiness import ANSWERS, Item, Proof, Result
from reports.models import ReadinessAnswer, ReadinessReview
from reports.queries.readiness.template import current

FIELDS = ("result", "reason", "link", "seen_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGiven:
    """`result` UNKNOWN takes an answer back. `seen_on`: the day of the evidence."""

    item: str
    result: Result
    reason: str = ""
    link: str = ""
    seen_on: dt.date | None = None


def answer(
    actor: Actor, one: ReadinessReview, given: AnswerGiven, *, version: int | None, at: dt.datetime
) -> ReadinessReview:
    """`version` is that of the answer which its author saw, 0: there was none, None: whatever stands there.

    Raises: NotAllowed; Stale; Conflict where the review is not open; Invalid, by field.
    """
    with transaction.atomic():
        row = locked(ReadinessReview, one.pk)
        require(actor, EDIT, row)
        if not row.is_open:
            raise Conflict(_("%(review)s is not open any more: what was answered stays.") % {"review": row.short_id})
        _check(given, today=company.day(at))
        stands = ReadinessAnswer.objects.filter(review=row, item=given.item).first()
        if version is not None and version != (stands.version if stands is not None else 0):
            words = _("Somebody else has answered this item since you opened the page. Look at their answer first.")
            raise Stale(words, current=stands or ReadinessAnswer(review=row, item=given.item, version=0))
        changes = _write(actor, row, stands, given, at=at)
        if changes:
            # Nobody decides on answers that they have not seen.
            row.version += 1
            judge(row, at=at)
            save(row)
            audit.record(actor, "readiness.answer", row, at=at, reason=given.reason.strip()[:300], changes=changes)
    return row


def _write(
    actor: Actor, row: ReadinessReview, stands: ReadinessAnswer | None, given: AnswerGiven, *, at: dt.datetime
) -> dict[str, audit.Change]:
    """What is different, by item; empty: nothing."""
    if given.result is Result.UNKNOWN:
        if stands is None:
            return {}
        before = stands.get_result_display()
        stands.delete()
        return {given.item: (before, None)}
    kept = stands or ReadinessAnswer(review=row, item=given.item, version=0)
    said = kept.get_result_display() if stands is not None else None
    told = {name: getattr(kept, name) for name in FIELDS}
    kept.result, kept.reason, kept.link = given.result.value, given.reason.strip(), given.link.strip()
    kept.seen_on = given.seen_on
    if stands is not None and told == {name: getattr(kept, name) for name in FIELDS}:
        return {}
    kept.by, kept.at, kept.version = actor if isinstance(actor, User) else None, at, kept.version + 1
    clean(kept)
    save(kept)
    return {given.item: (said, kept.get_result_display())}


def _check(given: AnswerGiven, *, today: dt.date) -> None:
    item = current().template.item(given.item)
    if item is None:
        raise Invalid({"item": _("The template has no such item.")})
    if errors := _errors(item, given, today=today):
        raise Invalid(errors)


def _errors(item: Item, given: AnswerGiven, *, today: dt.date) -> dict[str, str]:
    errors = {}
    if given.result not in (*ANSWERS, Result.UNKNOWN):
        errors["result"] = _("An item is made exempt by an exception that is signed, not by an answer.")
    elif not item.answered and given.result in (Result.PASSED, Result.FAILED):
        errors["result"] = _("The portal reads this. Mend what it reads, or say why it does not apply.")
    if given.result is Result.NOT_APPLICABLE and not given.reason.strip():
        errors["reason"] = _("Say why it does not apply.")
    if given.seen_on is not None and given.seen_on > today:
        errors["seen_on"] = _("This day is still to come. Give the day on which it was seen.")
    elif item.proof is Proof.EVIDENCE and given.result in (Result.PASSED, Result.FAILED):
        if given.seen_on is None:
            errors["seen_on"] = _("Say on which day it was seen: evidence is worth something for a while.")
        elif item.days is not None and (today - given.seen_on).days > item.days:
            words = _("Evidence of this is worth something for %(days)d days: this one is too old.")
            errors["seen_on"] = words % {"days": item.days}
    return errors
