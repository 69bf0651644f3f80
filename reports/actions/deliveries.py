"""E-mails of schedules: prepared for each reader, sent from the queue, tried again, and kept with what became of them.

A mail server that is down loses nothing: what waits is tried again later and later for five days, is then said to have failed,
and can still be sent by hand.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from relportal.core import audit, company, work
from relportal.core.exceptions import Conflict
from relportal.core.models import User
from relportal.core.permissions import Actor, allowed, require
from reports.actions.inputs import Owned
from reports.actions.mails import Letter, message, subject
from reports.actions.schedules import recipients
from reports.domain.payload import Payload, read, written
from reports.domain.report_states import ReportState
from reports.domain.schedules import Cadence, tried_again
from reports.domain.scopes import ScopeKind
from reports.exports import FORMATS
from reports.models import Mailing, MailingState, Report, Schedule
from reports.queries.asked import scope_of
from reports.queries.digest import digest

logger = structlog.get_logger(__name__)

MAILS: Final = "reports.mails"
SENT_AT_ONCE: Final = 50
NEWS: Final = dt.timedelta(days=7)
"""So long after its publication a report is still sent to its readers."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """`again_at` None: paused, or waits for a report. `failed`: whose could not be made, and why."""

    made: int = 0
    again_at: dt.datetime | None = None
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """`again_at` None: nothing waits. `problem` is why the last that failed did: what the mail server said, or what cannot be
    made."""

    sent: int = 0
    again_at: dt.datetime | None = None
    problem: str = ""


def run_schedule(pk: int, *, at: dt.datetime) -> Prepared:
    """Prepares what is due of it. Again for the same occasion it prepares what is missing."""
    schedule = Schedule.objects.select_related("team").filter(pk=pk).first()
    if schedule is None or not schedule.is_active or schedule.cadence == Cadence.QUARTERLY:
        return Prepared()
    made, failed = prepare_digest(schedule, recipients(schedule), at=at)
    return Prepared(made, schedule.rhythm.next_after(at), failed)


def prepare_digest(schedule: Schedule, people: Iterable[User], *, at: dt.datetime) -> tuple[int, dict[str, str]]:
    """One for each, once for each occasion, with what each of them may see; how many are new, and what failed, by name."""
    occasion = _occasion(Cadence(schedule.cadence), company.day(at))
    have = set(Mailing.objects.filter(schedule=schedule, occasion=occasion).values_list("user", flat=True))
    rows: list[Mailing] = []
    of = scope_of(schedule.team, schedule.tier)

    def prepare(user: User) -> None:
        payload = digest(user, of, Cadence(schedule.cadence), at=at)
        rows.append(_row(schedule, occasion, user, payload, at=at, content=written(payload)))

    failed = work.one_by_one([user for user in people if user.pk not in have], prepare, name=str)
    return _keep(rows, at=at), failed


def prepare_report(pk: int, *, at: dt.datetime) -> int:
    """To whoever is sent the reports of its scope, each at the next hour of their schedule; how many are new."""
    report = Report.objects.get(pk=pk)
    if report.payload is None or report.published_at is None or report.life is not ReportState.PUBLISHED:
        return 0
    # Files that are made long after are no news.
    if at - report.published_at > NEWS:
        return 0
    wanted = Schedule.objects.active().filter(cadence=Cadence.QUARTERLY).select_related("team")
    if report.scope not in (ScopeKind.COMPANY, ScopeKind.TIER, ScopeKind.TEAM):
        return 0
    wanted = wanted.filter(
        team=report.number if report.scope == ScopeKind.TEAM else None,
        tier=report.number if report.scope == ScopeKind.TIER else None,
    )
    payload, made = read(bytes(report.payload)), 0
    for schedule in wanted:
        due = schedule.rhythm.next_after(at)
        have = set(Mailing.objects.filter(schedule=schedule, occasion=report.short_id).values_list("user", flat=True))
        rows = [
            _row(schedule, report.short_id, user, payload, at=due, report=report)
            for user in recipients(schedule)
            if user.pk not in have
        ]
        made += _keep(rows, at=due)
    return made


def _occasion(cadence: Cadence, day: dt.date) -> str:
    return day.strftime("%G-W%V") if cadence is Cadence.WEEKLY else day.strftime("%Y-%m")


def _row(
    schedule: Schedule,
    occasion: str,
    user: User,
    payload: Payload,
    *,
    at: dt.datetime,
    content: bytes | None = None,
    report: Report | None = None,
) -> Mailing:
    return Mailing(
        report=report,
        schedule=schedule, occasion=occasion, user=user, address=user.email, subject=subject(payload), content=content,
        first_due_at=at, due_at=at,
    )  # fmt: skip


def _keep(rows: list[Mailing], *, at: dt.datetime) -> int:
    if rows:
        with transaction.atomic():
            Mailing.objects.bulk_create(rows, ignore_conflicts=True)
            work.enqueue(MAILS, "all", at=at)
    return len(rows)


def send_due(*, at: dt.datetime) -> Sent:
    """Sends what is due, over one connection. Each in a transaction of its own: whoever was written to is not again, and one
    that cannot be made or is refused holds up no other."""
    due = list(_waiting().filter(due_at__lte=at).order_by("due_at", "pk").values_list("pk", flat=True)[:SENT_AT_ONCE])
    sent, problem = 0, ""
    with contextlib.closing(get_connection()) as connection:
        try:
            # Opened here: an e-mail that finds it closed opens and closes one of its own.
            if due:
                connection.open()
        except (SMTPException, OSError) as error:
            problem, due = _failed(due, error, at=at), []
        for number, pk in enumerate(due):
            try:
                sent += _send(pk, connection, at=at)
            except (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError) as error:
                # Only this one, for its address, its size or what is in it; the server goes on talking.
                problem = _failed([pk], error, at=at)
            except (SMTPException, OSError) as error:
                problem = _failed(due[number:], error, at=at)
                break
            except Exception as error:
                # Whatever the making of one raises is its own.
                logger.exception("mail cannot be made", mailing=pk)
                problem = _failed([pk], error, at=at)
    return Sent(sent, _waiting().order_by("due_at").values_list("due_at", flat=True).first(), problem)


def _waiting() -> QuerySet[Mailing]:
    return Mailing.objects.filter(state=MailingState.WAITING)


def _send(pk: int, connection: BaseEmailBackend, *, at: dt.datetime) -> int:
    """1 where it went out; 0 where somebody else has it, or it is not to go out any more."""
    with transaction.atomic():
        row = (
            Mailing.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("schedule__team", "user", "report")
            .filter(pk=pk, state=MailingState.WAITING)
            .first()
        )
        if row is None:
            return 0
        row.attempts += 1
        if why := _why_not(row):
            row.state, row.error = MailingState.SKIPPED, why
            row.save(update_fields=["state", "attempts", "error"])
            return 0
        row.state, row.sent_at, row.error, row.address = MailingState.SENT, at, "", row.user.email
        row.save(update_fields=["state", "sent_at", "attempts", "error", "address"])
        message(row, letter_of(row), connection=connection).send()
    return 1


def _why_not(row: Mailing) -> str:
    """What has happened since it was prepared that it is not to go out any more; empty: it is."""
    if not (row.user.is_active and row.user.mail and allowed(row.user, "report.view")):
        return _("Its reader may not read reports any more, or wants no e-mails.")
    if row.schedule.unsubscriptions.filter(user=row.user).exists():
        return _("Its reader has stopped these e-mails.")
    if row.report is not None and row.report.life is ReportState.SUPERSEDED:
        return _("A revision has superseded the report.")
    return ""


def letter_of(row: Mailing) -> Letter:
    """Of a report as it was published, with the files that were made of it; of a digest as it was prepared."""
    if row.report is not None:
        files = dict(row.report.files.filter(key__in=("picture", "pdf")).values_list("key", "content"))
        made = {key: bytes(content) for key, content in files.items()}
        return Letter(payload=read(bytes(row.report.payload or b"")), picture=made.get("picture"), pdf=made.get("pdf"))
    payload = read(bytes(row.content or b""))
    return Letter(
        payload=payload,
        picture=FORMATS["picture"].make(payload, settings.BASE_URL),
        pdf=FORMATS["pdf"].make(payload, settings.BASE_URL),
    )


def _failed(pks: list[int], error: Exception, *, at: dt.datetime) -> str:
    """Of what did not go out: counted, kept, and due again later."""
    words = f"{type(error).__name__}: {error}"[:500]
    for row in Mailing.objects.filter(pk__in=pks, state=MailingState.WAITING):
        row.attempts += 1
        row.error = words
        again = tried_again(row.attempts, first_due=row.first_due_at, at=at)
        row.state, row.due_at = (MailingState.FAILED, at) if again is None else (MailingState.WAITING, again)
        row.save(update_fields=["state", "attempts", "error", "due_at"])
    logger.warning("mails failed", waiting=len(pks), error=words)
    return words


def send_again(actor: Actor, delivery: Mailing, *, at: dt.datetime) -> Mailing:
    """What failed or was not sent waits once more, from now on for five days. Raises: NotAllowed; Conflict where it went out."""
    require(actor, "report.schedule", Owned(delivery.schedule.team_id))
    with transaction.atomic():
        row = Mailing.objects.select_for_update().get(pk=delivery.pk)
        if row.state not in (MailingState.FAILED, MailingState.SKIPPED):
            raise Conflict(_("This e-mail is %(state)s.") % {"state": row.get_state_display()})
        row.state, row.first_due_at, row.due_at = MailingState.WAITING, at, at
        row.save(update_fields=["state", "first_due_at", "due_at"])
        audit.record(actor, "schedule.send_again", row.schedule, at=at, changes={"address": (None, row.address)})
        work.enqueue(MAILS, "all", at=at)
    return row


def opened(user: User, delivery: Mailing, *, at: dt.datetime) -> str:
    """The address that the link of an e-mail leads to, and a receipt where it is the recipient who followed it."""
    if user.pk == delivery.user_id:
        Mailing.objects.filter(pk=delivery.pk, opened_at=None).update(opened_at=at)
    return path_of(delivery)


def path_of(row: Mailing) -> str:
    """What it is about, in the portal."""
    if row.report is not None:
        return row.report.get_absolute_url()
    of = scope_of(row.schedule.team, row.schedule.tier)
    return reverse("reports:scorecard") + (f"?of={of.key}" if of.key else "")
