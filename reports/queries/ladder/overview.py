"""All services on the ladder: how many hold what their tier asks for, and which rules stop most of them. From stored rows."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.db.models import Count, F, Q, Sum

from relportal.core.models import Tier, User
from reports.domain.ladder import Ladder, Rule, Verdict
from reports.domain.scopes import Scope, ScopeKind
from reports.models import RuleResult, ServiceLevel
from reports.queries.ladder.versions import Version, current
from reports.queries.ladder.words import rule_words

PAGE_SIZE: Final = 50
MOST_TEAMS: Final = 3


class Stands(StrEnum):
    """Against what the tier asks for. `EXCUSED`: at it only because of exceptions."""

    SHORT = "short"
    EXCUSED = "excused"
    MET = "met"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderFilters:
    """Empty: not filtered by."""

    text: str = ""
    tiers: tuple[int, ...] = ()
    teams: tuple[str, ...] = ()
    journeys: tuple[str, ...] = ()
    stands: tuple[Stands, ...] = ()
    rules: tuple[str, ...] = ()
    """Keys of rules that are not passed."""

    @property
    def q(self) -> Q:
        found = Q(until=None)
        if self.text:
            found &= Q(service__name__icontains=self.text) | Q(service__slug__icontains=self.text)
        if self.tiers:
            found &= Q(tier__in=self.tiers)
        if self.teams:
            found &= Q(team__slug__in=self.teams)
        if self.journeys:
            found &= Q(service__journeys__slug__in=self.journeys)
        return found


@dataclass(frozen=True, slots=True)
class LadderRow:
    """`missing`: the rules, in words, that keep it from the next level, which is `next_rank` (None at the top)."""

    level: ServiceLevel
    stands: Stands
    next_rank: int | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attained:
    """Services at or above their minimum, of those of which one is asked; strict: an exemption is no pass. `share` of rules
    passed, over all services, stands beside it; None: no service."""

    tier: int | None
    at_minimum: int
    asked: int
    passed: int
    rules: int

    @property
    def share(self) -> float | None:
        return self.passed / self.rules if self.rules else None

    @property
    def tier_name(self) -> str:
        return str(Tier(self.tier).label) if self.tier is not None else ""


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """`stops`: services below their minimum that lack this rule for it. `owners`: the teams with most that do not pass it."""

    rule: Rule
    words: str
    level: str
    stops: int
    counts: Mapping[Verdict, int]
    owners: tuple[tuple[str, int], ...]

    @property
    def open(self) -> int:
        return sum(n for verdict, n in self.counts.items() if verdict is not Verdict.PASSED)

    @property
    def failed(self) -> int:
        return self.counts.get(Verdict.FAILED, 0)

    @property
    def unknown(self) -> int:
        return self.counts.get(Verdict.UNKNOWN, 0)

    @property
    def exempt(self) -> int:
        return self.counts.get(Verdict.EXEMPT, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderList:
    """`rows` are those of the page; `attained` of the tiers of which a level is asked, `total_attained` of all of them."""

    rows: tuple[LadderRow, ...]
    total: int
    page: int
    size: int | None
    version: Version
    attained: tuple[Attained, ...]
    total_attained: Attained
    rules: tuple[RuleFigure, ...]
    evaluated_at: dt.datetime | None


@dataclass(slots=True)
class _Open:
    """What is not passed, of every service that is looked at."""

    by_service: dict[int, dict[str, Verdict]] = field(default_factory=lambda: defaultdict(dict))

    def of(self, pk: int) -> Mapping[str, Verdict]:
        return self.by_service.get(pk, {})


def ladder_rows(
    user: User, *, filters: LadderFilters, order: None = None, page: int = 1, size: int | None = PAGE_SIZE,
    at: dt.datetime | None = None,
) -> LadderList:  # fmt: skip
    """Those short of their minimum first, then by tier and name. Three statements."""
    _unused = order, at
    version = current()
    visible = Q() if user.roles else Q(pk__in=())
    found = ServiceLevel.objects.filter(visible, filters.q).select_related("service", "team").distinct()
    levels = list(found)
    not_passed = _not_passed(levels)
    if filters.rules:
        levels = [row for row in levels if set(filters.rules) & not_passed.of(row.service_id).keys()]
    if filters.stands:
        levels = [row for row in levels if stands_of(row) in filters.stands]
    levels.sort(key=lambda row: (_ORDER[stands_of(row)], row.tier, row.service.name.casefold()))
    shown = levels if size is None else levels[(page - 1) * size : page * size]
    by_tier = [_attained([row for row in levels if row.tier == tier], tier) for tier in Tier.values]
    return LadderList(
        rows=tuple(_row(row, version.ladder, not_passed) for row in shown),
        total=len(levels),
        page=page if shown else 1,
        size=size,
        version=version,
        attained=tuple(one for one in by_tier if one.asked),
        total_attained=_attained(levels, None),
        rules=_rules(version.ladder, levels, not_passed),
        evaluated_at=max((row.evaluated_at for row in levels), default=None),
    )


_ORDER: Final = {Stands.SHORT: 0, Stands.EXCUSED: 1, Stands.MET: 2, Stands.NOT_ASKED: 3}


def stands_of(row: ServiceLevel) -> Stands:
    if not row.minimum:
        return Stands.NOT_ASKED
    if row.meets:
        return Stands.MET
    return Stands.EXCUSED if row.excused >= row.minimum else Stands.SHORT


def _not_passed(levels: Sequence[ServiceLevel]) -> _Open:
    found = _Open()
    rows = RuleResult.objects.filter(until=None).exclude(verdict=Verdict.PASSED)
    if len(levels) < PAGE_SIZE:
        rows = rows.filter(service__in=[row.service_id for row in levels])
    for pk, rule, verdict in rows.values_list("service_id", "rule", "verdict"):
        found.by_service[pk][rule] = Verdict(verdict)
    return found


def _row(row: ServiceLevel, ladder: Ladder, not_passed: _Open) -> LadderRow:
    following = row.rank + 1 if row.rank < len(ladder.levels) else None
    missing: tuple[str, ...] = ()
    if following is not None:
        held = not_passed.of(row.service_id)
        missing = tuple(rule_words(one) for one in ladder.of_level(ladder.levels[row.rank].key) if one.key in held)
    return LadderRow(row, stands_of(row), following, missing)


def _attained(rows: Sequence[ServiceLevel], tier: int | None) -> Attained:
    asked = [row for row in rows if row.minimum]
    met = sum(row.meets for row in asked)
    return Attained(tier, met, len(asked), sum(row.passed for row in rows), sum(row.rules for row in rows))


def _rules(ladder: Ladder, levels: Iterable[ServiceLevel], not_passed: _Open) -> tuple[RuleFigure, ...]:
    """The one that stops most services first."""
    levels = list(levels)
    ranks = {rule.key: ladder.rank(rule.level) for rule in ladder.rules}
    stops: Counter[str] = Counter()
    counts: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
    teams: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in levels:
        for key, verdict in not_passed.of(row.service_id).items():
            counts[key][verdict] += 1
            teams[key][row.team.name if row.team is not None else ""] += 1
            if not row.meets and 0 < ranks.get(key, 0) <= row.minimum:
                stops[key] += 1
    found = [
        RuleFigure(
            rule=rule,
            words=rule_words(rule),
            level=next(one.name for one in ladder.levels if one.key == rule.level),
            stops=stops[rule.key],
            counts=counts[rule.key],
            owners=tuple(teams[rule.key].most_common(MOST_TEAMS)),
        )
        for rule in ladder.rules
    ]
    return tuple(sorted(found, key=lambda one: (-one.stops, -one.open, one.words)))


def attained(scope: Scope) -> Attained:
    """Of a scorecard's scope; one statement."""
    where = {
        ScopeKind.COMPANY: Q(),
        ScopeKind.TIER: Q(tier=scope.number),
        ScopeKind.TEAM: Q(team=scope.number),
        ScopeKind.SERVICE: Q(service=scope.number),
        ScopeKind.JOURNEY: Q(service__journeys=scope.number),
    }[scope.kind]
    found = ServiceLevel.objects.filter(where, until=None).aggregate(
        met=Count("pk", filter=Q(minimum__gt=0, rank__gte=F("minimum"))),
        asked=Count("pk", filter=Q(minimum__gt=0)),
        passing=Sum("passed", default=0),
        of_rules=Sum(F("passed") + F("failed") + F("unknown") + F("exempt"), default=0),
    )
    tier = scope.number if scope.kind is ScopeKind.TIER else None
    return Attained(tier, found["met"], found["asked"], found["passing"], found["of_rules"])
