"""The treatments of a risk: how far each has come, what may be done to it, and whether they add up to a plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from relportal.core import company
from relportal.core.models import User
from relportal.core.permissions import allowed
from risks.domain.treatment_states import PENDING, WAYS, State, progress
from risks.models import Milestone, Risk, Treatment, TreatmentState


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    milestone: Milestone
    is_late: bool


@dataclass(frozen=True, slots=True)
class TreatmentLine:
    """`progress` 0 to 1, None where nothing tells; `late_days` past its own date; `ways` are the states it can go to."""

    treatment: Treatment
    milestones: tuple[MilestoneLine, ...]
    done: int
    progress: float | None
    late_days: int
    ways: tuple[TreatmentState, ...]
    may_treat: bool

    @property
    def is_pending(self) -> bool:
        return self.treatment.state in PENDING

    @property
    def next_milestone(self) -> Milestone | None:
        return next((one.milestone for one in self.milestones if one.milestone.done_at is None), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes on first, then what is in place, then what was dropped."""

    lines: tuple[TreatmentLine, ...]

    @property
    def pending(self) -> tuple[TreatmentLine, ...]:
        return tuple(one for one in self.lines if one.is_pending)

    @property
    def in_place(self) -> int:
        return sum(one.treatment.state == TreatmentState.DONE for one in self.lines)

    @property
    def planned(self) -> int:
        """Those that were not dropped."""
        return sum(one.treatment.state != TreatmentState.DROPPED for one in self.lines)

    @property
    def exists(self) -> bool:
        """Something is done, or has been."""
        return self.planned > 0


def plan(user: User, risk: Risk, *, may_edit: bool, at: dt.datetime) -> Plan:
    """Two statements, and none for `may_edit`: whether the reader may change the risk."""
    today = company.day(at)
    rows = risk.treatments.select_related("owner").prefetch_related("milestones")
    may_own = allowed(user, "risk.own")
    lines = [_line(row, may_treat=may_edit or (may_own and row.owner_id == user.pk), today=today) for row in rows]
    order = list(TreatmentState.values)
    order.sort(key=lambda state: state not in PENDING)
    lines.sort(
        key=lambda one: (order.index(one.treatment.state), one.treatment.due_on or dt.date.max, one.treatment.pk)
    )
    return Plan(tuple(lines))


def _line(row: Treatment, *, may_treat: bool, today: dt.date) -> TreatmentLine:
    state = State(row.state)
    pending = state in PENDING
    milestones = tuple(
        MilestoneLine(one, pending and one.done_at is None and one.due_on < today) for one in row.milestones.all()
    )
    done = sum(one.milestone.done_at is not None for one in milestones)
    late = (today - row.due_on).days if pending and row.due_on is not None else 0
    return TreatmentLine(
        row,
        milestones,
        done,
        progress(state, done=done, milestones=len(milestones)),
        max(0, late),
        tuple(TreatmentState(to.value) for to in WAYS[state]),
        may_treat,
    )
