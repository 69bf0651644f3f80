"""KPI 15: whether what was promised after incidents is done by the first date."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem, ActionState
from relportal.core import company
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Unit
from reports.kpis._base import Frame, Heading
from reports.kpis._shares import Met, ShareKpi

COLUMNS = ("pk", "first_due_on", "due_on", "done_at", "state", "service_id", "team_id")


class ActionClosure(ShareKpi):
    key = "action_closure"
    number = 15
    title = _("Actions closed by their first date")
    about = _(
        "Actions of incidents that fell due in the period by the first date that was promised, done by that date, of all that "
        "fell due. Putting a date off, or dropping an action, closes nothing."
    )
    connect = _("Write the actions of incidents here, with an owner and a date.")
    guard = _("Put off, dropped, and still open past the date")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.9, red=0.8, better=Better.UP)
    buts = ("put_off", "dropped", "overdue")
    met_words = _("done by its first date")
    missed_words = _("not done by its first date")

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Met]]:
        today = company.day(frame.at)
        rows = ActionItem.objects.filter(incident__isnull=False, first_due_on__lt=today, created_at__lte=frame.at)
        for pk, first, due, done_at, state, service, team in rows.values_list(*COLUMNS):
            periods = frame.of_day(first)
            if not periods:
                continue
            done = company.day(done_at) if done_at else None
            held = (
                ("put_off", due > first),
                ("dropped", state == ActionState.DROPPED),
                ("overdue", state in (ActionState.OPEN, ActionState.DOING) and due < today),
            )
            met = done is not None and done <= first and state != ActionState.DROPPED
            fact = Met("action", pk, met, tuple(name for name, true in held if true))
            for period in periods:
                yield Seen(period=period, fact=fact, services=(service,) if service else (), team=team)


PLUGIN = ActionClosure()
