"""KPI 15: whether what was promised after incidents is done by the first date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import distribution
from incidents.models import UNFINISHED, ActionItem, ActionState
from relportal.core import company
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Unit, Value
from reports.kpis._base import Beside, Frame, Heading
from reports.kpis._shares import Met, ShareKpi

COLUMNS = (
    "pk", "first_due_on", "due_on", "done_at", "state", "service_id", "team_id", "created_at", "incident__severity_id",
)  # fmt: skip
GRAVE = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Promised(Met):
    """`open_s` are the seconds since it was promised, None once it is done or dropped."""

    open_s: float | None = None

    @property
    def done(self) -> bool:
        return self.open_s is None and "dropped" not in self.but


class ActionClosure(ShareKpi):
    key = "action_closure"
    number = 15
    title = _("Actions closed by their first date")
    about = _(
        "Actions of incidents that fell due in the period by the first date that was promised, done by that date, of all that "
        "fell due. Putting a date off, or dropping an action, closes nothing."
    )
    connect = _("Write the actions of incidents here, with an owner and a date.")
    guard = _("Put off, dropped, still open past the date, how old the open ones are, and how many were verified")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.9, red=0.8, better=Better.UP)
    buts = ("put_off", "dropped", "overdue", "overdue_grave", "verified")
    definition = 2
    beside = (
        Beside("overdue_grave", _("of SEV-0 to SEV-2 still open past their date"), guard=True),
        Beside("age_p90", _("age of the oldest tenth of the open ones, at least"), Unit.DURATION, guard=True),
        Beside("verified_share", _("of the done ones verified"), Unit.SHARE, guard=True),
        Beside("put_off", _("put off")),
        Beside("dropped", _("dropped")),
        Beside("overdue", _("still open past their date")),
        Beside("verified", _("verified")),
    )
    met_words = _("done by its first date")
    missed_words = _("not done by its first date")

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Met]]:
        today = company.day(frame.at)
        rows = ActionItem.objects.filter(incident__isnull=False, first_due_on__lt=today, created_at__lte=frame.at)
        for pk, first, due, done_at, state, service, team, created, severity in rows.values_list(*COLUMNS):
            periods = frame.of_day(first)
            if not periods:
                continue
            done = company.day(done_at) if done_at else None
            unfinished = state in UNFINISHED
            late = unfinished and due < today
            held = (
                ("put_off", due > first),
                ("dropped", state == ActionState.DROPPED),
                ("overdue", late),
                ("overdue_grave", late and severity in GRAVE),
                ("verified", state == ActionState.VERIFIED),
            )
            met = done is not None and done <= first and state != ActionState.DROPPED
            age = (frame.at - created).total_seconds() if unfinished else None
            fact = Promised("action", pk, met, tuple(name for name, true in held if true), age)
            for period in periods:
                yield Seen(period=period, fact=fact, services=(service,) if service else (), team=team)

    def value(self, facts: Sequence[Met]) -> Value:
        found = super().value(facts)
        ages = [one.open_s for one in facts if isinstance(one, Promised) and one.open_s is not None]
        done = sum(one.done for one in facts if isinstance(one, Promised))
        verified = found.parts["verified"] or 0.0
        parts = {"age_p90": distribution(ages).p90, "verified_share": verified / done if done else None}
        return replace(found, parts={**found.parts, **parts})


PLUGIN = ActionClosure()
