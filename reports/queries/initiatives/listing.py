"""The list of initiatives: what wants help first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from relportal.core import company
from relportal.core.models import Team
from reports.domain.initiatives import State
from reports.domain.ladder import Ladder
from reports.domain.scopes import Scope, ScopeKind
from reports.models import Initiative
from reports.queries.initiatives.standing import Stands, known, scope_name, stands
from reports.queries.initiatives.words import goal_words, progress_words, why
from reports.queries.ladder.versions import current

ORDER: Final = (
    State.MISSED, State.BEHIND, State.NO_DATA, State.ON_TRACK, State.PLANNED, State.DONE, State.ENDED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InitiativeLine:
    """An initiative with everything that a row says. `way` is the part of its time that is over."""

    row: Initiative
    stands: Stands
    scope: str
    goal: str
    progress: str
    why: str
    way: float

    @property
    def share(self) -> float | None:
        """Of its services that meet the goal; None for a KPI."""
        counted = self.stands.counted
        return counted.done / counted.scope if counted is not None and counted.scope else None


def initiative_lines(where: Q | None = None, *, at: dt.datetime) -> tuple[InitiativeLine, ...]:
    """Those that want help first; ended ones last. Eight statements at most."""
    rows = list(Initiative.objects.filter(where or Q()).select_related("owner", "team"))
    if not rows:
        return ()
    ladder, found, today = current().ladder, known(rows), company.day(at)
    teams = Team.objects.in_bulk([row.number for row in rows if row.scope == ScopeKind.TEAM])
    lines = [_line(row, stands(row, found, at=at), ladder, (teams, today)) for row in rows]
    return tuple(sorted(lines, key=lambda one: (ORDER.index(one.stands.state), one.row.due_on, one.row.name)))


def _line(row: Initiative, now: Stands, ladder: Ladder, context: tuple[dict[int, Team], dt.date]) -> InitiativeLine:
    teams, today = context
    return InitiativeLine(
        row=row,
        stands=now,
        scope=scope_name(row, teams),
        goal=goal_words(row, ladder),
        progress=progress_words(now),
        why=why(now, today=today),
        way=row.course.way(today),
    )


def of_scope(scope: Scope) -> Q:
    """Those that stand on a scorecard: of exactly this scope, and of a service those that chose it."""
    found = Q(ended_at=None)
    if scope.kind is ScopeKind.SERVICE:
        return found & Q(pk__in=Initiative.objects.filter(members__service=scope.number, members__until=None))
    return found & Q(scope=scope.kind, number=scope.number)
