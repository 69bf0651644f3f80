"""KPI 15: whether what was promised after incidents is done by the first date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, distribution
from incidents.models import UNFINISHED, ActionItem, ActionState
from relportal.core import company
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Unit, Value
from reports.kpis._base import Beside, Frame, Heading, Row
from reports.kpis._shares import Met, ShareKpi

COLUMNS = (
    "pk", "first_due_on", "due_on", "done_at", "state", "service_id", "team_id", "created_at", "incident__severity_id",
    "split_from_id",
)  # fmt: skip
GRAVE = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Promised(Met):
    """`open_s` are the seconds since it was promised, None once it is done or dropped."""

    open_s: float | None = None

    @property
    def done(self) -> bool:
        return self.open_s is None and "dropped" not in self.but


@dataclass(frozen=True, slots=True)
class Lingering(Met):
    """An action of a grave incident that was open past its first date at the end of a period."""


class ActionClosure(ShareKpi):
    key = "action_closure"
    number = 15
    title = _("Actions closed by their first date")
    about = _(
        "Actions of incidents that fell due in the period by the first date that was promised, done by that date, of all that "
        "fell due. Putting a date off, or dropping an action, closes nothing, and what is split off keeps the dates of the "
        "whole. Beside it, of grave incidents, all actions that were open past their first date at the end of the period, "
        "whenever that date was: there should be none."
    )
    connect = _("Write the actions of incidents here, with an owner and a date.")
    guard = _(
        "Put off, split, dropped, still open past the date, how old the open ones are, and how many were verified"
    )
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.9, red=0.8, better=Better.UP)
    buts = ("put_off", "split", "dropped", "overdue", "verified")
    definition = 2
    beside = (
        Beside("overdue_grave", _("of SEV-0 to SEV-2 open past their first date"), guard=True),
        Beside("age_p90", _("age of the oldest tenth of the open ones, at least"), Unit.DURATION, guard=True),
        Beside("verified_share", _("of the done ones verified"), Unit.SHARE, guard=True),
        Beside("put_off", _("put off")),
        Beside("split", _("split off from another")),
        Beside("dropped", _("dropped")),
        Beside("overdue", _("still open past their date")),
        Beside("verified", _("verified")),
    )
    met_words = _("done by its first date")
    missed_words = _("not done by its first date")

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Met]]:
        today = company.day(frame.at)
        rows = ActionItem.objects.filter(incident__isnull=False, first_due_on__lt=today, created_at__lte=frame.at)
        for pk, first, due, done_at, state, service, team, created, severity, whole in rows.values_list(*COLUMNS):
            unfinished = state in UNFINISHED
            closed = frame.at if unfinished else done_at
            if severity in GRAVE and closed is not None:
                for period in _open_at_the_end(frame, first, closed):
                    named = (service,) if service else ()
                    yield Seen(period=period, fact=Lingering("action", pk, met=False), services=named, team=team)
            periods = frame.of_day(first)
            if not periods:
                continue
            done = company.day(done_at) if done_at else None
            late = unfinished and due < today
            held = (
                ("put_off", due > first),
                ("split", whole is not None),
                ("dropped", state == ActionState.DROPPED),
                ("overdue", late),
                ("verified", state == ActionState.VERIFIED),
            )
            met = done is not None and done <= first and state != ActionState.DROPPED
            age = (frame.at - created).total_seconds() if unfinished else None
            fact = Promised("action", pk, met, tuple(name for name, true in held if true), age)
            for period in periods:
                yield Seen(period=period, fact=fact, services=(service,) if service else (), team=team)

    def value(self, facts: Sequence[Met]) -> Value:
        mine = _promised(facts)
        found = super().value(mine)
        ages = [one.open_s for one in mine if one.open_s is not None]
        done = sum(one.done for one in mine)
        verified = found.parts["verified"] or 0.0
        parts = {
            "overdue_grave": float(len(facts) - len(mine)),
            "age_p90": distribution(ages).p90,
            "verified_share": verified / done if done else None,
        }
        return replace(found, parts={**found.parts, **parts})

    def trend(self, now: Sequence[Met], before: Sequence[Met], *, exposure: float) -> Trend:
        return super().trend(_promised(now), _promised(before), exposure=exposure)

    def rows(self, fact: Met) -> Sequence[Row]:
        return super().rows(fact) if isinstance(fact, Promised) else ()


def _promised(facts: Sequence[Met]) -> list[Promised]:
    return [one for one in facts if isinstance(one, Promised)]


def _open_at_the_end(frame: Frame, first: dt.date, closed: dt.datetime) -> Iterator[Period]:
    """Periods at whose end, or now where they go on, the first date was over and the action was not closed."""
    due = company.end_of(first)
    if closed <= due:
        return
    for period, (_start, end) in frame.bounds.items():
        if due <= min(end, frame.at) <= closed:
            yield period


PLUGIN = ActionClosure()
