"""The command page: everything that those in the room need, in one read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from incidents.domain.states import State as StateOf
from incidents.domain.states import next_states
from incidents.domain.times import Oddity, Times, oddities
from incidents.models import (
    ChecklistStep,
    ChecklistTick,
    Draft,
    ImpactFigures,
    ImpactSegment,
    Incident,
    IncidentRole,
    Kind,
    Moment,
    RoleHolder,
    State,
    Task,
    TimeMark,
    Update,
)
from incidents.queries.timeline import Line, lines, pinned
from incidents.queries.times import FIELD_OF, times_from
from relportal.core.exceptions import Missing
from relportal.core.models import User
from slo.models import Objective, Status

# A number that is older than this is marked as such.
STALE_AFTER = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Seat:
    """A role with who holds it, and to whom it is offered."""

    role: IncidentRole
    holder: RoleHolder | None
    offer: RoleHolder | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the checklist; `tick` None: not taken yet."""

    step: ChecklistStep
    tick: ChecklistTick | None


@dataclass(frozen=True, slots=True)
class Budget:
    """An affected objective; `stale` when its numbers are older than they should be."""

    objective: Objective
    status: Status | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A time of the incident: the value that counts, and the recorded one where an own value stands beside it."""

    moment: Moment
    mark: TimeMark | None
    recorded: TimeMark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    incident: Incident
    at: dt.datetime
    seats: tuple[Seat, ...]
    lines: tuple[Line, ...]
    tasks: tuple[Task, ...]
    steps: tuple[Step, ...]
    updates: tuple[Update, ...]
    segments: tuple[ImpactSegment, ...]
    figures: ImpactFigures | None
    budgets: tuple[Budget, ...]
    times: Times
    marks: tuple[Marked, ...]
    oddities: tuple[Oddity, ...]
    ways: tuple[State, ...]
    drafts: dict[str, str]

    @property
    def pinned(self) -> tuple[Line, ...]:
        return pinned(self.lines)

    @property
    def commander(self) -> RoleHolder | None:
        return next((each.holder for each in self.seats if each.role is IncidentRole.COMMANDER), None)

    @property
    def least(self) -> Budget | None:
        """The affected objective with least budget left, as far as it is known."""
        known = [each for each in self.budgets if each.status is not None and each.status.remaining is not None]
        return min(known, key=lambda each: each.status.remaining, default=None)  # type: ignore[union-attr, arg-type, return-value]

    @property
    def figures_stale(self) -> bool:
        """The impact goes on, and its figures were not computed anew as they should have been."""
        goes_on = self.incident.is_ongoing and any(each.end is None for each in self.segments)
        return goes_on and self.figures is not None and self.figures.computed_at < self.at - STALE_AFTER

    @property
    def began(self) -> dt.datetime:
        return self.times.impact_started or self.incident.declared_at

    @property
    def ended(self) -> dt.datetime | None:
        return None if self.incident.is_ongoing else self.times.resolved or self.times.closed

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        return tuple(each for each in self.tasks if each.done_at is None)

    @property
    def done_tasks(self) -> tuple[Task, ...]:
        return tuple(each for each in self.tasks if each.done_at is not None)

    @property
    def next_step(self) -> Step | None:
        return next((each for each in self.steps if each.tick is None), None)


def visible(user: User, number: int) -> Incident:
    """Raises: Missing for one that is not there, or that `user` may not know of."""
    found = (
        Incident.objects.visible_to(user)
        .select_related("severity", "suggested", "team", "declared_by", "merged_into")
        .filter(pk=number)
        .first()
    )
    if found is None:
        raise Missing(_("There is no such incident, or it is not yours to see."))
    return found


def require_visible(user: User, number: int) -> None:
    """As `visible`, for who only asks whether something has changed. Raises: Missing."""
    if not Incident.objects.visible_to(user).filter(pk=number).exists():
        raise Missing(_("There is no such incident, or it is not yours to see."))


def room(user: User, incident: Incident, *, at: dt.datetime) -> Room:
    people = RoleHolder.objects.filter(incident=incident, until=None).select_related("user", "offered_by")
    marks = list(incident.times.select_related("author"))
    times = times_from(incident, marks)
    return Room(
        incident=incident,
        at=at,
        seats=_seats(list(people)),
        lines=lines(incident.pk),
        tasks=tuple(incident.tasks.select_related("assignee", "done_by")),
        steps=_steps(incident),
        updates=tuple(incident.updates.select_related("author")[:20]),
        segments=tuple(incident.segments.select_related("service", "journey")),
        figures=ImpactFigures.objects.filter(incident=incident).first(),
        budgets=_budgets(incident, at=at),
        times=times,
        marks=_marks(marks),
        oddities=_oddities(incident, times),
        ways=tuple(State(each.value) for each in next_states(StateOf(incident.state))),
        drafts=dict(Draft.objects.filter(incident=incident, user=user).values_list("field", "text")),
    )


def _oddities(incident: Incident, times: Times) -> tuple[Oddity, ...]:
    """What was entered afterwards was over before it was declared here, which says nothing of it."""
    afterwards = incident.kind == Kind.BACKFILLED
    return tuple(one for one in oddities(times) if not (afterwards and one is Oddity.MITIGATED_BEFORE_DECLARED))


def _seats(people: Sequence[RoleHolder]) -> tuple[Seat, ...]:
    held = {each.role: each for each in people if each.since is not None}
    offered = {each.role: each for each in people if each.since is None}
    return tuple(Seat(role, held.get(role.value), offered.get(role.value)) for role in IncidentRole)


def _steps(incident: Incident) -> tuple[Step, ...]:
    """The steps of its severity; all of them while none is chosen."""
    ticks = {each.step_id: each for each in incident.ticks.select_related("by")}
    steps = ChecklistStep.objects.all()
    if incident.severity_id is not None:
        steps = steps.filter(levels__contains=[incident.severity_id])
    return tuple(Step(each, ticks.get(each.pk)) for each in steps)


def _budgets(incident: Incident, *, at: dt.datetime) -> tuple[Budget, ...]:
    """Of the linked objectives; where none is linked, of all of the affected services. The least first."""
    linked = Objective.objects.active().filter(incidents=incident)
    rows = list(linked.select_related("service", "status"))
    if not rows:
        found = Objective.objects.active().filter(service__incidents=incident)
        rows = list(found.select_related("service", "status").order_by("pk")[:50])
    budgets = []
    for each in rows:
        status = getattr(each, "status", None)
        stale = status is None or status.at is None or status.at < at - STALE_AFTER
        budgets.append(Budget(each, status, stale))
    return tuple(sorted(budgets, key=_left))


def _left(budget: Budget) -> float:
    """What is unknown stands last."""
    left = None if budget.status is None else budget.status.remaining
    return float("inf") if left is None else left


def _marks(marks: Sequence[TimeMark]) -> tuple[Marked, ...]:
    own = {each.moment: each for each in marks if each.is_override}
    recorded = {each.moment: each for each in marks if not each.is_override}
    return tuple(
        Marked(
            moment,
            own.get(moment.value) or recorded.get(moment.value),
            recorded.get(moment.value) if moment.value in own else None,
        )
        for moment in FIELD_OF
    )
