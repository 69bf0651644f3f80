"""Approving a report: two different people, neither of them an author, of the very bytes that they read."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import audit
from relportal.core.exceptions import Conflict
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.versions import locked
from reports.actions.reports import hindrances_of
from reports.domain.payload import written
from reports.domain.report_states import Given, Refusal, ReportState, enough, refusal
from reports.models import Report, ReportApproval
from reports.payloads import shown
from reports.queries.reports import authors

WORDS: Final[dict[Refusal, str | Promise]] = {
    Refusal.AUTHOR: gettext_lazy("You made this report or wrote in it: two others approve it."),
    Refusal.TWICE: gettext_lazy("You have approved it already: somebody else has to."),
    Refusal.OTHER: gettext_lazy(
        "The report says something else now than what you read. Read it again, and approve it then."
    ),
}


def approve(actor: User, report: Report, *, sha256: str, note: str = "", at: dt.datetime) -> Report:
    """`sha256` is the hash of what the person read. With the second approval the report is approved as it reads.

    Raises: NotAllowed; Conflict, with what stands against it.
    """
    require(actor, "report.approve", report)
    with transaction.atomic():
        row = locked(Report, report.pk)
        if row.life is not ReportState.FROZEN:
            raise Conflict(
                _("A report is approved when its numbers are frozen: it is %(state)s.")
                % {"state": row.get_state_display()}
            )
        now = shown(row)
        given = given_for(row)
        why = refusal(actor.pk, authors=authors(row), given=given, read=sha256, now=now.sha256)
        if why is not None:
            raise Conflict(str(WORDS[why]))
        if found := hindrances_of(row):
            raise Conflict(found[0].words)
        ReportApproval.objects.create(report=row, by=actor, sha256=now.sha256, note=note.strip()[:500], at=at)
        audit.record(actor, "report.approve", row, at=at, changes={"sha256": (None, now.sha256)})
        if now.payload is not None and enough([*given, Given(actor.pk, now.sha256)], now.sha256, authors=authors(row)):
            row.state, row.payload, row.sha256 = ReportState.APPROVED, written(now.payload), now.sha256
            row.version += 1
            row.save()
    return row


def given_for(report: Report) -> list[Given]:
    return [Given(one.by_id, one.sha256) for one in report.approvals.all()]
