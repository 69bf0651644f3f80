"""What was promised after incidents, as of the end of the period."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Q

from incidents.models import ActionItem, ActionState, Incident
from relportal.core import company
from relportal.core.models import Membership, Role
from reports.queries.facts.frame import Asked


@dataclass(frozen=True, slots=True)
class Overdue:
    """`days` past the date that holds; `director` of its team, empty where there is none."""

    label: str
    path: str
    owner: str
    director: str
    due_on: dt.date
    days: int
    severity: int | None
    moved: bool


@dataclass(frozen=True, slots=True)
class LearningFacts:
    """Of the actions of incidents that were due in the period first: `due`, closed by that day, closed later, dropped, moved to
    another day.

    `overdue` are unfinished at its end, the longest first.
    """

    due: int
    on_first_date: int
    later: int
    dropped: int
    moved: int
    overdue: tuple[Overdue, ...]

    @property
    def by_director(self) -> list[tuple[str, int]]:
        return Counter(one.director for one in self.overdue).most_common()


def learning_facts(asked: Asked) -> LearningFacts:
    last = company.day(asked.until - dt.timedelta(seconds=1))
    today = min(company.day(asked.at), last)
    rows = [
        row
        for row in ActionItem.objects.filter(incident__isnull=False, created_at__lt=asked.until)
        .filter(Q(first_due_on__gte=asked.period.first, first_due_on__lte=last) | Q(due_on__lt=today))
        .select_related("incident", "owner")
        .order_by("due_on", "pk")
        if asked.mine(asked.period, services=(row.service_id,) if row.service_id else (), team=row.team_id)
    ]
    due = [row for row in rows if asked.period.first <= row.first_due_on <= last]
    return LearningFacts(
        due=len(due),
        on_first_date=sum(_done_on(row) <= row.first_due_on and row.state != ActionState.DROPPED for row in due),
        later=sum(row.first_due_on < _done_on(row) <= today for row in due),
        dropped=sum(row.state == ActionState.DROPPED for row in due),
        moved=sum(row.due_on != row.first_due_on for row in due),
        overdue=_overdue(rows, today),
    )


def _done_on(row: ActionItem) -> dt.date:
    """Long after all time where it is not done."""
    return company.day(row.done_at) if row.done_at is not None else dt.date.max


def _overdue(rows: list[ActionItem], today: dt.date) -> tuple[Overdue, ...]:
    late = [row for row in rows if row.due_on < today and row.state != ActionState.DROPPED and _done_on(row) > today]
    hidden = set(
        Incident.objects.filter(is_private=True, pk__in=[row.incident_id for row in late]).values_list("pk", flat=True)
    )
    directors: defaultdict[int, str] = defaultdict(str)
    for team, name in Membership.objects.filter(role=Role.DIRECTOR).values_list("team_id", "user__display_name"):
        directors[team] = directors[team] or name
    return tuple(
        Overdue(
            label="" if row.incident_id in hidden else str(row),
            path="" if row.incident_id in hidden else row.get_absolute_url(),
            owner=row.owner.display_name if row.owner is not None else "",
            director=directors[row.team_id] if row.team_id is not None else "",
            due_on=row.due_on,
            days=(today - row.due_on).days,
            severity=row.incident.severity_id if row.incident is not None else None,
            moved=row.due_on != row.first_due_on,
        )
        for row in late
    )
