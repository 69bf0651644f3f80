"""Where initiatives stand now, from stored levels, results and figures: as many statements for one as for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.models import Team, Tier
from reports.domain.initiatives import (
    Counted,
    State,
    expected_done,
    expected_value,
    state_of_services,
    state_of_value,
)
from reports.domain.ladder import Verdict
from reports.domain.ladder_text import from_json
from reports.domain.periods import Cut
from reports.domain.scopes import ScopeKind
from reports.kpis import KPIS
from reports.models import (
    Edition,
    Goal,
    Initiative,
    InitiativeService,
    KpiValue,
    LadderVersion,
    RuleResult,
    ServiceLevel,
)


@dataclass(frozen=True, slots=True)
class Stands:
    """`counted` of services, `value` of a KPI, one of them None; `expected` is what had to be reached by now, None before the
    start or without a baseline. `members` are the services in scope, `left` those that do not meet the goal."""

    row: Initiative
    state: State
    counted: Counted | None
    value: float | None
    expected: float | None
    members: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of all services now. `members`: initiative -> chosen services; `passing`: rule -> services."""

    levels: Sequence[ServiceLevel]
    ranks: Mapping[int, Mapping[str, int]]
    members: Mapping[int, frozenset[int]]
    passing: Mapping[str, frozenset[int]]
    values: Mapping[tuple[str, str, int], float | None]

    def scope(self, row: Initiative) -> frozenset[int]:
        if row.scope == ScopeKind.SERVICE:
            alive = {one.service_id for one in self.levels}
            return self.members.get(row.pk, frozenset()) & alive
        return frozenset(one.service_id for one in self.levels if holds(row, one))

    def meeting(self, row: Initiative) -> frozenset[int]:
        if row.goal == Goal.RULE:
            return self.passing.get(row.key, frozenset())
        return frozenset(one.service_id for one in self.levels if reached(one, self.ranks, row.key))


def holds(row: Initiative, level: ServiceLevel) -> bool:
    """Whether a service that stands so is in a scope of the company, a tier or a team."""
    if row.scope == ScopeKind.TIER:
        return level.tier == row.number
    if row.scope == ScopeKind.TEAM:
        return level.team_id == row.number
    return row.scope == ScopeKind.COMPANY


def reached(level: ServiceLevel, ranks: Mapping[int, Mapping[str, int]], key: str) -> bool:
    """By the ladder that it was judged by; one that does not have the level is not reached."""
    rank = ranks.get(level.ladder_id, {}).get(key)
    return rank is not None and level.rank >= rank


def ranks_of_ladders() -> dict[int, dict[str, int]]:
    """Ladder -> level -> rank."""
    return {
        row.pk: {one.key: rank for rank, one in enumerate(from_json(row.content).levels, 1)}
        for row in LadderVersion.objects.published()
    }


def known(rows: Iterable[Initiative]) -> Known:
    """Five statements at most."""
    rows = list(rows)
    members: dict[int, set[int]] = {}
    chosen = [row.pk for row in rows if row.scope == ScopeKind.SERVICE]
    if chosen:
        kept = InitiativeService.objects.filter(initiative__in=chosen, until=None)
        for initiative, service in kept.values_list("initiative_id", "service_id"):
            members.setdefault(initiative, set()).add(service)
    rules = [row.key for row in rows if row.goal == Goal.RULE]
    passing: dict[str, set[int]] = {}
    if rules:
        results = RuleResult.objects.filter(until=None, rule__in=rules, verdict=Verdict.PASSED)
        for rule, service in results.values_list("rule", "service_id"):
            passing.setdefault(rule, set()).add(service)
    return Known(
        levels=list(ServiceLevel.objects.filter(until=None)),
        ranks=ranks_of_ladders(),
        members={pk: frozenset(each) for pk, each in members.items()},
        passing={rule: frozenset(each) for rule, each in passing.items()},
        values=_values([row for row in rows if row.goal == Goal.KPI]),
    )


def _values(rows: Sequence[Initiative]) -> dict[tuple[str, str, int], float | None]:
    """The newest month that is known, by KPI and scope; of a closed month as it was closed."""
    if not rows:
        return {}
    asked = Q()
    for row in rows:
        asked |= Q(kpi=row.key, scope=row.scope, number=row.number)
    found: dict[tuple[str, str, int], float | None] = {}
    months = KpiValue.objects.filter(asked, cut=Cut.MONTH, value__isnull=False).order_by("first")
    ordered = sorted(
        months.values_list("first", "edition", "kpi", "scope", "number", "value"),
        key=lambda each: (each[0], each[1] == Edition.CLOSED),
    )
    for _first, _edition, kpi, scope, number, value in ordered:
        found[kpi, scope, number] = value
    return found


def stands(row: Initiative, found: Known, *, at: dt.datetime) -> Stands:
    today = company.day(at)
    if row.goal == Goal.KPI:
        return _of_value(row, found, today)
    scope = found.scope(row)
    done = scope & found.meeting(row)
    now = Counted(len(done), len(scope))
    baseline = counted_baseline(row)
    state = state_of_services(row.course, baseline, now, today) if row.ended_at is None else State.ENDED
    expected = expected_done(row.course, baseline, now.scope, today) if baseline is not None else None
    return Stands(row, state, now, None, expected, scope, scope - done)


def _of_value(row: Initiative, found: Known, today: dt.date) -> Stands:
    now = found.values.get((row.key, row.scope, row.number))
    if row.key not in KPIS or row.target is None:
        return Stands(row, State.NO_DATA, None, now, None)
    before = value_baseline(row)
    state = state_of_value(row.course, (before, row.target), now, today, better=KPIS[row.key].better)
    expected = expected_value(row.course, before, row.target, today) if before is not None else None
    return Stands(row, state if row.ended_at is None else State.ENDED, None, now, expected)


def counted_baseline(row: Initiative) -> Counted | None:
    given: Any = row.baseline
    return Counted(given["done"], given["scope"]) if given and "done" in given else None


def value_baseline(row: Initiative) -> float | None:
    given: Any = row.baseline
    return given.get("value") if given else None


def scope_name(row: Initiative, teams: Mapping[int, Team]) -> str:
    if row.scope == ScopeKind.TIER:
        return str(Tier(row.number).label)
    if row.scope == ScopeKind.TEAM:
        return teams[row.number].name if row.number in teams else _("a team that is gone")
    return _("Chosen services") if row.scope == ScopeKind.SERVICE else _("The company")
