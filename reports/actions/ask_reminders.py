"""What is wanted soon or late is said to whoever decides; what nobody decided on for a quarter lapses; outcomes fall due."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Final

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from relportal.core import company, work
from relportal.core.actions.notifications import notify
from relportal.core.permissions import SYSTEM
from relportal.core.versions import locked
from reports.actions.asks import close
from reports.domain.asks import lapses, reminder_due
from reports.models import Ask, AskState, Decision

REMINDERS: Final = "reports.asks"
EVERY: Final = dt.timedelta(hours=1)


def schedule_asks(*, at: dt.datetime) -> None:
    with transaction.atomic():
        work.enqueue(REMINDERS, "all", at=at + EVERY, every=EVERY)


def remind(*, at: dt.datetime) -> dict[str, str]:
    """Everything that is due to be said or to lapse at `at`, each once; what could not be, by its id."""
    asks = list(Ask.objects.open().select_related("owner", "decider"))
    failed = work.one_by_one(asks, partial(_of_ask, at=at), name=lambda row: row.short_id)
    due = Decision.objects.followed().filter(due_on__lte=company.day(at)).select_related("decided_by", "ask__owner")
    return failed | work.one_by_one(list(due), partial(_of_outcome, at=at), name=lambda row: row.short_id)


def _of_ask(one: Ask, *, at: dt.datetime) -> None:
    today = company.day(at)
    if lapses(one.wanted_by, today=today):
        _lapse(one, at=at)
        return
    days = reminder_due(one.wanted_by, asked_on=company.day(one.asked_at), today=today)
    if days is None:
        return
    words = (
        _("Your decision is wanted by %(day)s: %(ask)s")
        if days >= 0
        else _("Your decision was wanted by %(day)s: %(ask)s")
    )
    text = words % {"day": date_format(one.wanted_by), "ask": one}
    people = [one.decider] if days >= 0 else [one.decider, one.owner]
    notify(people, text, key=f"ask:{one.pk}:{one.wanted_by}:{days}", url=one.get_absolute_url(), at=at)


def _lapse(one: Ask, *, at: dt.datetime) -> None:
    with transaction.atomic():
        row = locked(Ask, one.pk)
        if not row.is_open:
            return
        close(SYSTEM, row, AskState.LAPSED, because=_("Nobody decided in time."), at=at)
        words = _("%(ask)s has lapsed: nobody decided. Ask again if it is still wanted.") % {"ask": row}
        notify([row.owner, row.decider], words, key=f"ask:{row.pk}:lapsed", url=row.get_absolute_url(), at=at)


def _of_outcome(one: Decision, *, at: dt.datetime) -> None:
    owner = one.ask.owner if one.ask is not None else one.decided_by
    words = _("What came of %(decision)s? You wanted to look today.") % {"decision": one}
    due: dt.date = one.due_on  # type: ignore[attr-defined]  # annotated by followed()
    notify([owner], words, key=f"decision:{one.pk}:{due}", url=one.get_absolute_url(), at=at)
