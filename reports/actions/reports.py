"""Making a report, drafting it in the worker, freezing, publishing and revising it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from relportal.core import audit, company, work
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from relportal.core.versions import locked
from reports.domain.payload import Payload, read, written
from reports.domain.periods import Cut, Period
from reports.domain.report_states import MOVING, OUT, ReportState, follows
from reports.domain.scopes import Scope
from reports.models import Narrative, Report
from reports.pages import PAGES, in_order
from reports.payloads import drafted, scope_of, shown
from reports.queries.calendar import calendar
from reports.queries.discussed import answered
from reports.queries.reports import SCOPES, Hindering, closes_on, hindering, is_final, scope_name
from reports.signals import report_published

logger = structlog.get_logger(__name__)

DRAFTS: Final = "reports.draft"
EVERY: Final = dt.timedelta(hours=1)
MOST_REASON: Final = 500
MOST_AGREED: Final = 1000


def create(actor: Actor, scope: Scope, period: Period, *, sections: Sequence[str], at: dt.datetime) -> Report:
    """Drafted by the worker at once. Raises: NotAllowed; Invalid; Conflict where there is one of this period and scope."""
    row = Report(
        cut=period.cut, first=period.first, last=period.last, scope=scope.kind, number=scope.number,
        sections=_checked(sections), created_at=at, created_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    require(actor, "report.write", row)
    _check_period(scope, period, at=at)
    row.scope_name = scope_name(scope)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            changes = {"period": (None, period.key), "scope": (None, row.scope_name)}
            audit.record(actor, "report.create", row, at=at, changes=changes)
            schedule_draft(row, at=at)
    except IntegrityError:
        raise Conflict(_("There is a report of this period and scope already: open that one.")) from None
    return row


def _check_period(scope: Scope, period: Period, *, at: dt.datetime) -> None:
    if period.cut is not Cut.QUARTER:
        raise Invalid({"period": _("A report is of a quarter. Scorecards show the other periods.")})
    if period.first > company.day(at):
        raise Invalid({"period": _("This quarter has not begun. Choose one that has.")})
    if calendar().period(Cut.QUARTER, period.first) != period:
        raise Invalid({"period": _("The company cuts its year otherwise: choose a quarter from the list.")})
    if scope.kind not in SCOPES:
        raise Invalid({"scope": _("A report is of the company, a tier or a team.")})


def _checked(sections: Sequence[str]) -> list[str]:
    """Each once, in the order given; the scorecard can be left out, the headline not."""
    keys = list(dict.fromkeys(sections))
    unknown = [key for key in keys if key not in PAGES]
    if unknown:
        known = ", ".join(page.key for page in in_order())
        raise Invalid(
            {
                "sections": _("There is no page “%(key)s”. There are: %(known)s.")
                % {"key": unknown[0][:60], "known": known}
            }
        )
    if "headline" not in keys:
        raise Invalid({"sections": _("A report needs its headline.")})
    return keys


def set_sections(
    actor: Actor, report: Report, sections: Sequence[str], *, at: dt.datetime, version: int | None
) -> Report:
    """Raises: NotAllowed; Invalid; Stale; Conflict where the numbers are frozen."""
    require(actor, "report.write", report)
    keys = _checked(sections)
    with transaction.atomic():
        row = locked(Report, report.pk, version=version)
        if row.life not in MOVING:
            raise Conflict(_("The report is frozen: its pages stay as they are. Make a revision to change them."))
        before, row.sections = row.sections, keys
        row.version += 1
        row.save(update_fields=["sections", "version"])
        audit.record(actor, "report.sections", row, at=at, changes={"sections": (before, keys)})
        schedule_draft(row, at=at)
    return row


def schedule_draft(report: Report, *, at: dt.datetime) -> None:
    work.enqueue(DRAFTS, str(report.pk), at=at)


def schedule_drafts(*, at: dt.datetime) -> None:
    """When figures were computed, every report whose numbers still move is drafted anew."""
    with transaction.atomic():
        for row in Report.objects.filter(state__in=[each.value for each in MOVING]).only("pk"):
            schedule_draft(row, at=at)


def draft(pk: int, *, at: dt.datetime) -> dt.datetime | None:
    """Computes what the report says of numbers. When it is due again; None: never, for it is frozen or gone."""
    report = Report.objects.filter(pk=pk).first()
    if report is None or report.life not in MOVING:
        return None
    name = scope_name(scope_of(report), known=report.scope_name)
    content = written(drafted(report, scope_name=name, at=at))
    with transaction.atomic():
        row = locked(Report, pk)
        if row.life not in MOVING or row.sections != report.sections:
            return at if row.life in MOVING else None
        row.facts, row.drafted_at, row.scope_name = content, at, name
        if row.life is ReportState.DRAFT and company.day(at) > row.last:
            row.state = ReportState.CLOSING
        row.save(update_fields=["facts", "drafted_at", "scope_name", "state"])
    return at + EVERY


def freeze(actor: Actor, report: Report, *, at: dt.datetime, version: int | None) -> Report:
    """Numbers stay from now on as they were drafted last. Raises: NotAllowed; Stale; Conflict before they are final."""
    require(actor, "report.write", report)
    with transaction.atomic():
        row = locked(Report, report.pk, version=version)
        if not is_final(row):
            given = {"day": closes_on(row).isoformat()}
            schedule_draft(row, at=at)
            raise Conflict(
                _("Late data is waited for until %(day)s. It can be frozen once it was drafted then.") % given
            )
        _step(row, ReportState.FROZEN)
        row.frozen_at = at
        row.save()
        audit.record(actor, "report.freeze", row, at=at, changes={"drafted_at": (None, row.drafted_at)})
    return row


def reopen(actor: Actor, report: Report, *, reason: str, at: dt.datetime, version: int | None) -> Report:
    """Back to writing; the approvals lapse. Raises: NotAllowed; Invalid; Stale; Conflict."""
    require(actor, "report.write", report)
    if not reason.strip():
        raise Invalid({"reason": _("Say why it is opened again: two people have approved it.")})
    with transaction.atomic():
        row = locked(Report, report.pk, version=version)
        _step(row, ReportState.FROZEN)
        row.payload, row.sha256 = None, ""
        row.save()
        # Also where no word changes: whoever opens it again wants it to be read again.
        people = [str(one.by) for one in row.approvals.select_related("by")]
        row.approvals.all().delete()
        changes: dict[str, audit.Change] = {"approvals": (people, None)}
        audit.record(actor, "report.reopen", row, at=at, reason=reason.strip()[:MOST_REASON], changes=changes)
    return row


def recompute(actor: Actor, report: Report, *, reason: str, at: dt.datetime, version: int | None) -> Report:
    """Frozen numbers are dropped at once and drafted anew; approvals were of other content, and lapse.

    Raises: NotAllowed; Invalid; Stale; Conflict unless it is frozen.
    """
    require(actor, "report.write", report)
    if not reason.strip():
        raise Invalid({"reason": _("Say why its numbers are computed anew: people have read those that stand.")})
    with transaction.atomic():
        row = locked(Report, report.pk, version=version)
        if row.life is not ReportState.FROZEN:
            words = _("Only frozen numbers are computed anew: it is %(state)s.")
            raise Conflict(words % {"state": row.get_state_display()})
        _step(row, ReportState.CLOSING)
        # Dropped, so that nobody reads or freezes them again before the worker has drafted.
        row.facts, row.drafted_at, row.frozen_at = None, None, None
        row.save()
        audit.record(actor, "report.recompute", row, at=at, reason=reason.strip()[:MOST_REASON])
        schedule_draft(row, at=at)
    return row


def publish(actor: Actor, report: Report, *, at: dt.datetime, version: int | None) -> Report:
    """From now on nothing of it moves. Raises: NotAllowed; Stale; Conflict, with what hinders it."""
    require(actor, "report.publish", report)
    with transaction.atomic():
        row = locked(Report, report.pk, version=version)
        if row.life is not ReportState.APPROVED:
            raise Conflict(
                _("It is published when two people have approved it: it is %(state)s.")
                % {"state": row.get_state_display()}
            )
        if found := hindrances_of(row):
            raise Conflict(found[0].words)
        _step(row, ReportState.PUBLISHED)
        row.published_at = at
        row.save()
        if row.supersedes is not None:
            _supersede(row.supersedes)
        audit.record(actor, "report.publish", row, at=at, changes={"sha256": (None, row.sha256)})
        transaction.on_commit(lambda: report_published.send(Report, pk=row.pk, at=at))
    return row


def discuss(actor: Actor, report: Report, *, agreed: str = "", at: dt.datetime, version: int | None) -> Report:
    """It was talked over by those who decide: what it asks for is decided, or `agreed` says what becomes of the rest.

    Raises: NotAllowed; Stale; Conflict; Invalid where something waits and nothing is said of it.
    """
    require(actor, "report.publish", report)
    agreed = agreed.strip()
    with transaction.atomic():
        row = locked(Report, report.pk, version=version)
        _step(row, ReportState.DISCUSSED)
        _check_answered(row, agreed, at=at)
        row.discussed_at, row.discussion = at, agreed
        row.save()
        audit.record(actor, "report.discuss", row, at=at, reason=agreed)
    return row


def _check_answered(row: Report, agreed: str, *, at: dt.datetime) -> None:
    if len(agreed) > MOST_AGREED:
        raise Invalid({"agreed": _("Say it in at most 1,000 characters: what is longer is a decision of its own.")})
    waits = [one.ask.short_id for one in answered(read(bytes(row.payload or b"")), at=at) if one.ask.is_open]
    if waits and not agreed:
        words = _("Not decided yet: %(asks)s. Decide, or say what was agreed instead.")
        raise Invalid({"agreed": words % {"asks": ", ".join(waits)}})


def revise(actor: Actor, report: Report, *, reason: str, at: dt.datetime) -> Report:
    """A draft of the next revision, with the words of the one before. Raises: NotAllowed; Invalid; Conflict."""
    require(actor, "report.write", report)
    if not reason.strip() or len(reason) > MOST_REASON:
        raise Invalid(
            {"reason": _("Say in at most 500 characters what has to be corrected: it is printed in the revision.")}
        )
    with transaction.atomic():
        old = locked(Report, report.pk)
        if old.life not in OUT or old.life is ReportState.SUPERSEDED or Report.objects.filter(supersedes=old).exists():
            raise Conflict(_("Only the newest published revision is revised, and once at a time."))
        row = Report.objects.create(
            cut=old.cut, first=old.first, last=old.last, scope=old.scope, number=old.number, scope_name=old.scope_name,
            sections=old.sections, revision=old.revision + 1, supersedes=old, reason=reason.strip(), created_at=at,
            created_by=actor if isinstance(actor, User) else None,
        )  # fmt: skip
        for said in Narrative.objects.filter(report=old):
            Narrative.objects.create(
                report=row,
                page=said.page,
                title=said.title,
                so_what=said.so_what,
                text=said.text,
                at=said.at,
                by=said.by,
            )
        audit.record(
            actor, "report.revise", row, at=at, reason=row.reason, changes={"revision": (old.revision, row.revision)}
        )
        schedule_draft(row, at=at)
    return row


def hindrances_of(report: Report) -> tuple[Hindering, ...]:
    """What has to be done before it can go out; nothing once it is out."""
    found = shown(report).payload
    return _hindering(report, found) if found is not None and report.life not in OUT else ()


def _hindering(report: Report, payload: Payload) -> tuple[Hindering, ...]:
    needed = {page.key: str(page.topic) for page in in_order() if page.needed}
    return hindering(report, payload, needed=needed)


def _supersede(old: Report) -> None:
    row = locked(Report, old.pk)
    _step(row, ReportState.SUPERSEDED)
    row.save(update_fields=["state", "version"])


def _step(row: Report, state: ReportState) -> None:
    if not follows(row.life, state):
        raise Conflict(
            _("%(report)s is %(state)s: this does not follow.")
            % {"report": row.short_id, "state": row.get_state_display()}
        )
    row.state, row.version = state, row.version + 1
