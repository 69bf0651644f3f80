"""The burn-up of an initiative: what was done day by day, how its scope moved, and what is left by owner."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from relportal.core import company
from relportal.core.models import Service, Team
from reports.domain.initiatives import Burned, Forecast, Span, State, burned, forecast
from reports.domain.ladder import Verdict
from reports.domain.periods import Cut
from reports.domain.scopes import ScopeKind
from reports.models import Edition, Goal, Initiative, InitiativeService, KpiValue, RuleResult, ServiceLevel
from reports.queries.initiatives.standing import (
    Stands,
    counted_baseline,
    holds,
    known,
    ranks_of_ladders,
    reached,
    stands,
)
from reports.queries.ladder.versions import current
from reports.queries.ladder.words import rule_words

DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """A service that came into the scope after the start, or went."""

    at: dt.datetime
    service: Service
    came: bool


@dataclass(frozen=True, slots=True)
class Left:
    """A service that does not meet the goal yet; `missing` are the rules in its way, in words."""

    service: Service
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftBy:
    """`team` None: nobody's."""

    team: Team | None
    services: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Valued:
    first: dt.date
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnUp:
    """`burned` of services, `values` (by month) of a KPI. `unseen`: it began before anybody looked at levels."""

    stands: Stands
    burned: Burned | None
    values: tuple[Valued, ...]
    moved: tuple[Moved, ...]
    left: tuple[LeftBy, ...]
    forecast: Forecast | None


def burn_up(row: Initiative, *, at: dt.datetime) -> BurnUp:
    now = stands(row, known([row]), at=at)
    if row.goal == Goal.KPI:
        return BurnUp(stands=now, burned=None, values=_values(row), moved=(), left=(), forecast=None)
    end = min(at, row.ended_at or at)
    scope, met = _spans(row)
    start = company.end_of(row.starts_on)
    instants = [start, *(start + DAY * n for n in range(1, max(1, (end - start).days + 1)))]
    instants = [each for each in instants if each < end]
    services = Service.objects.select_related("team").in_bulk({span.service for span in scope} | now.left)
    baseline, today = counted_baseline(row), company.day(at)
    carried = baseline is not None and now.counted is not None and now.state in (State.ON_TRACK, State.BEHIND)
    return BurnUp(
        stands=now,
        burned=burned([*instants, end], scope, met),
        values=(),
        moved=_moved(row, scope, services, end=end),
        left=_left(row, now, services),
        forecast=forecast(row.course, baseline, now.counted, today) if carried and baseline and now.counted else None,
    )


def _spans(row: Initiative) -> tuple[list[Span], list[Span]]:
    """When services were in scope, and when they met the goal. Three statements."""
    levels = list(ServiceLevel.objects.order_by("service", "since"))
    if row.scope == ScopeKind.SERVICE:
        members = InitiativeService.objects.filter(initiative=row)
        scope = [Span(one.service_id, one.since, one.until) for one in members]
    else:
        scope = [Span(one.service_id, one.since, one.until) for one in levels if holds(row, one)]
    if row.goal == Goal.RULE:
        results = RuleResult.objects.filter(rule=row.key, verdict=Verdict.PASSED).order_by("service", "since")
        met = [Span(one.service_id, one.since, one.until) for one in results]
    else:
        ranks = ranks_of_ladders()
        met = [Span(one.service_id, one.since, one.until) for one in levels if reached(one, ranks, row.key)]
    return _joined(scope), met


def _joined(spans: Sequence[Span]) -> list[Span]:
    """A service that stays while its level changes has one span."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.service, one.since)):
        last = found[-1] if found else None
        if last is not None and last.service == span.service and last.until == span.since:
            found[-1] = Span(span.service, last.since, span.until)
        else:
            found.append(span)
    return found


def _moved(
    row: Initiative, scope: Sequence[Span], services: Mapping[int, Service], *, end: dt.datetime
) -> tuple[Moved, ...]:
    """After its first day."""
    start = company.end_of(row.starts_on)
    found = [Moved(one.since, services[one.service], came=True) for one in scope if start < one.since <= end]
    found += [
        Moved(one.until, services[one.service], came=False)
        for one in scope
        if one.until is not None and start < one.until <= end
    ]
    # Before the first look nobody's level was known: that is no change of the scope.
    first = min((one.since for one in scope), default=None)
    return tuple(sorted((one for one in found if one.at != first), key=lambda one: one.at, reverse=True))


def _left(row: Initiative, now: Stands, services: Mapping[int, Service]) -> tuple[LeftBy, ...]:
    """The team with most of it first."""
    ladder = current().ladder
    wanted = (
        {row.key}
        if row.goal == Goal.RULE
        else {rule.key for rule in ladder.rules if ladder.rank(rule.level) <= ladder.rank(row.key)}
    )
    words = {rule.key: rule_words(rule) for rule in ladder.rules}
    open_ = RuleResult.objects.filter(until=None, service__in=now.left, rule__in=wanted).exclude(verdict=Verdict.PASSED)
    missing: defaultdict[int, list[str]] = defaultdict(list)
    for service, rule in open_.order_by("rule").values_list("service_id", "rule"):
        missing[service].append(words.get(rule, rule))
    by_team: defaultdict[Team | None, list[Left]] = defaultdict(list)
    for pk in sorted(now.left, key=lambda each: services[each].name.casefold()):
        by_team[services[pk].team].append(Left(services[pk], tuple(missing[pk])))
    ordered = sorted(by_team.items(), key=lambda each: (-len(each[1]), each[0].name if each[0] else ""))
    return tuple(LeftBy(team, tuple(lines)) for team, lines in ordered)


def _values(row: Initiative) -> tuple[Valued, ...]:
    """Of each month from the one of the start on; of a closed one as it was closed."""
    rows = KpiValue.objects.filter(
        kpi=row.key, scope=row.scope, number=row.number, cut=Cut.MONTH, last__gte=row.starts_on
    )
    told = sorted(rows.values_list("first", "edition", "value"), key=lambda each: (each[0], each[1] == Edition.CLOSED))
    found = {first: value for first, _edition, value in told}
    return tuple(Valued(first, value) for first, value in sorted(found.items()))
