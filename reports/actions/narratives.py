"""What people write in a report: messages and text of its pages, and comments on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid, Missing, Stale
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from reports.domain.report_states import OUT, WRITABLE
from reports.models import Narrative, Report, ReportComment
from reports.payloads import shown

MOST: Final = {"title": 300, "so_what": 600, "text": 150_000}
MOST_COMMENT: Final = 4000


@dataclass(frozen=True, slots=True)
class Words:
    """Empty: what the numbers propose stands there."""

    title: str = ""
    so_what: str = ""
    text: str = ""


def write(actor: Actor, report: Report, page: str, words: Words, *, at: dt.datetime, version: int | None) -> Narrative:
    """`version` is that of the text which its author saw, None for a new one. Approvals of what stood there before lapse.

    Raises: NotAllowed; Invalid; Stale; Conflict where it can be written no more.
    """
    require(actor, "report.write", report)
    _check(report, page, words)
    try:
        with transaction.atomic():
            return _write(actor, report, page, words, at=at, version=version)
    except IntegrityError:
        row = Narrative.objects.get(report=report, page=page)
        raise Stale(_("Somebody else has written on this page. Compare, and save again."), current=row) from None


def _check(report: Report, page: str, words: Words) -> None:
    if page not in report.sections:
        raise Missing(_("The report has no such page."))
    errors = {
        name: [
            _("At most %(most)d characters: this has %(n)d. Shorten it.")
            % {"most": most, "n": len(getattr(words, name))}
        ]
        for name, most in MOST.items()
        if len(getattr(words, name)) > most
    }
    if errors:
        raise Invalid(errors)


def _write(actor: Actor, report: Report, page: str, words: Words, *, at: dt.datetime, version: int | None) -> Narrative:
    # Locked, so that nobody approves while somebody writes.
    held = Report.objects.select_for_update(of=("self",)).defer("facts", "payload").get(pk=report.pk)
    if held.life not in WRITABLE:
        raise Conflict(_("%(report)s is %(state)s: open it again to write, or make a revision.") % {
            "report": held.short_id, "state": held.get_state_display()})  # fmt: skip
    row = Narrative.objects.select_for_update(of=("self",)).filter(report=report, page=page).first()
    if row is not None and version != row.version:
        raise Stale(_("Somebody else has written on this page. Compare, and save again."), current=row)
    there, row = row is not None, row or Narrative(report=report, page=page, version=0)
    changes = {
        name: (getattr(row, name), getattr(words, name).strip())
        for name in MOST
        if getattr(row, name) != getattr(words, name).strip()
    }
    if there and not changes:
        # Whoever saves the words of another as they stand has not written them.
        return row
    for name in MOST:
        setattr(row, name, getattr(words, name).strip())
    row.at, row.version = at, row.version + 1
    row.by = actor if isinstance(actor, User) else None
    row.save()
    audit.record(actor, "report.write", held, at=at, key=f"{held.short_id}:{page}", changes=changes)
    return row


def take(actor: Actor, report: Report, page: str, *, at: dt.datetime, version: int | None) -> Narrative:
    """The proposed message and so-what become those of the author; text that was written stays.

    Raises: as `write`; Missing where nothing is proposed.
    """
    require(actor, "report.write", report)
    proposed = shown(report).proposals.get(page)
    if proposed is None:
        raise Missing(_("Nothing is proposed for this page."))
    row = Narrative.objects.filter(report=report, page=page).first()
    words = Words(
        proposed.title[: MOST["title"]], proposed.so_what[: MOST["so_what"]], row.text if row is not None else ""
    )
    return write(actor, report, page, words, at=at, version=version)


def comment(actor: User, report: Report, text: str, *, page: str = "", at: dt.datetime) -> ReportComment:
    """Raises: NotAllowed; Invalid; Conflict once the report is out."""
    require(actor, "report.comment")
    if not text.strip() or len(text) > MOST_COMMENT:
        raise Invalid({"text": _("Write a comment of at most 4,000 characters.")})
    if page and page not in report.sections:
        raise Invalid({"page": _("The report has no such page.")})
    if report.life in OUT:
        raise Conflict(_("The report is out: make a revision to change it."))
    with transaction.atomic():
        row = ReportComment.objects.create(report=report, page=page, text=text.strip(), author=actor, at=at)
        audit.record(actor, "report.comment", report, at=at, changes={"comment": (None, row.text)})
    return row


def settle(actor: User, row: ReportComment, *, at: dt.datetime) -> ReportComment:
    """Twice changes nothing. Raises: NotAllowed."""
    require(actor, "report.write", row.report)
    with transaction.atomic():
        if ReportComment.objects.filter(pk=row.pk, settled_at=None).update(settled_at=at):
            row.settled_at = at
            audit.record(actor, "report.settle", row.report, at=at, changes={"comment": (row.text, None)})
    return row
