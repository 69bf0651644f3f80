"""Schedules with what came of them, and the log of their e-mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404

from relportal.core.models import User
from relportal.core.permissions import allowed
from reports.domain.schedules import Cadence
from reports.models import Mailing, MailingState, Report, Schedule, Unsubscription

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """`next_at` None: paused, or when a report is published. `mine`: the viewer is among those whom it names; `wanted`: and
    has not said that they want none. `last_at` None: nothing was sent yet."""

    schedule: Schedule
    next_at: dt.datetime | None
    last_at: dt.datetime | None
    waiting: int
    failed: int
    mine: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Log:
    """Of all schedules, or of one: what is shown, and how many have which state."""

    rows: QuerySet[Mailing]
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def schedule_rows(user: User, *, at: dt.datetime) -> tuple[ScheduleRow, ...]:
    """By name, the viewer's own first. Five statements."""
    schedules = list(Schedule.objects.select_related("team").prefetch_related("people", "teams"))
    found = _rows(user, schedules, at=at)
    return tuple(sorted(found, key=lambda row: (not row.mine, row.schedule.name.casefold())))


def schedule_row(user: User, pk: int, *, at: dt.datetime) -> ScheduleRow:
    """Raises: Http404."""
    schedules = list(
        Schedule.objects.filter(pk=pk).select_related("team", "created_by").prefetch_related("people", "teams")
    )
    if not schedules:
        raise Http404
    return _rows(user, schedules, at=at)[0]


def _rows(user: User, schedules: Sequence[Schedule], *, at: dt.datetime) -> list[ScheduleRow]:
    tallied: dict[int, dict[str, Any]] = {
        row["schedule"]: {**row}
        for row in Mailing.objects.filter(schedule__in=schedules)
        .order_by()
        .values("schedule")
        .annotate(
            last=Max("sent_at"),
            waiting=Count("pk", filter=Q(state=MailingState.WAITING)),
            failed=Count("pk", filter=Q(state=MailingState.FAILED)),
        )
    }
    unwanted = set(Unsubscription.objects.filter(user=user).values_list("schedule", flat=True))
    teams = {team for team, _slug, _name in user.teams}
    made = []
    for each in schedules:
        tally = tallied.get(each.pk, {})
        waits = each.is_active and each.cadence != Cadence.QUARTERLY
        made.append(
            ScheduleRow(
                schedule=each,
                next_at=each.rhythm.next_after(at) if waits else None,
                last_at=tally.get("last"),
                waiting=tally.get("waiting", 0),
                failed=tally.get("failed", 0),
                mine=user in each.people.all() or bool(teams & {team.pk for team in each.teams.all()}),
                wanted=each.pk not in unwanted,
            )
        )
    return made


def log(user: User, *, schedule: Schedule | None = None, state: str = "") -> Log:
    """The newest first. Whoever keeps schedules, and auditors, see every e-mail; all others see those to themselves."""
    rows = Mailing.objects.select_related("schedule", "user").defer("content")
    if schedule is not None:
        rows = rows.filter(schedule=schedule)
    if not (allowed(user, "report.schedule") or allowed(user, "audit.view")):
        rows = rows.filter(user=user)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return Log(rows.filter(state=state) if state in MailingState.values else rows, counts)


def delivery_of(user: User, pk: int) -> Mailing:
    """Raises: Http404 where there is none that the viewer may see."""
    found = log(user).rows.filter(pk=pk).select_related("schedule__team", "report").first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Receipts:
    """Of the e-mails with a report: `rows` are those that the viewer may see, by name."""

    sent: int
    opened: int
    waiting: int
    rows: tuple[Mailing, ...]


def receipts(user: User, report: Report) -> Receipts:
    """One statement."""
    rows = list(
        Mailing.objects.filter(report=report).defer("content").select_related("user").order_by("user__display_name")
    )
    every = allowed(user, "report.schedule") or allowed(user, "audit.view")
    sent = [row for row in rows if row.state == MailingState.SENT]
    return Receipts(
        len(sent),
        sum(row.opened_at is not None for row in sent),
        sum(row.state in (MailingState.WAITING, MailingState.FAILED) for row in rows),
        tuple(row for row in rows if every or row.user_id == user.pk),
    )
