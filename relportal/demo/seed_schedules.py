"""What Perronova sends by e-mail, with a log: a digest that went out, one that waits, and one that a mail server refused."""

from __future__ import annotations

import datetime as dt
from typing import Final

from relportal.core.models import Team, User
from relportal.demo.people import COMPANY_ZONE
from relportal.demo.seed_figures import LEADER
from reports.actions.deliveries import prepare_digest
from reports.actions.schedules import ScheduleGiven, create, recipients
from reports.domain.schedules import Cadence
from reports.models import Mailing, MailingState, Schedule

WEEK: Final = dt.timedelta(days=7)
REFUSED: Final = "SMTPRecipientsRefused: 550 5.1.1 mailbox unavailable"


def schedules(*, at: dt.datetime) -> int:
    """Made once. How many are new."""
    if Schedule.objects.exists():
        return 0
    leader = User.objects.get(email=LEADER)
    payments = Team.objects.get(slug="payments")
    weekly = create(
        leader,
        ScheduleGiven(
            name="Payments, Monday morning", cadence=Cadence.WEEKLY, zone=COMPANY_ZONE, hour=8, team=payments, teams=[payments],
            people=[leader],
        ),
        at=at,
    )  # fmt: skip
    for name, cadence in (("The company, each month", Cadence.MONTHLY), ("Quarterly report", Cadence.QUARTERLY)):
        create(leader, ScheduleGiven(name=name, cadence=cadence, zone=COMPANY_ZONE, hour=7, people=[leader]), at=at)
    prepare_digest(weekly, recipients(weekly), at=at - WEEK)
    _log()
    return 3


def _log() -> None:
    """All of last week's went out but one; the leader has read theirs."""
    rows = list(Mailing.objects.order_by("pk"))
    for number, row in enumerate(rows):
        row.attempts = 1
        if number == len(rows) - 1 and number > 0:
            row.state, row.attempts, row.error = MailingState.FAILED, 11, REFUSED
        else:
            row.state, row.sent_at = MailingState.SENT, row.first_due_at + dt.timedelta(seconds=4)
            row.opened_at = row.sent_at + dt.timedelta(minutes=41) if row.user.email == LEADER else None
        row.save()
