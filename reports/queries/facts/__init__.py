"""All that a report is made of, gathered once in the worker: the pages are made of it and ask nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from relportal.core.models import Team
from relportal.core.permissions import SYSTEM
from reports.domain.periods import Period
from reports.domain.scopes import Scope, ScopeKind
from reports.models import Edition, KpiValue
from reports.queries.facts.exceptions import ExceptionFacts, exception_facts
from reports.queries.facts.exposure import ExposureFacts, exposure_facts
from reports.queries.facts.frame import Asked, asked
from reports.queries.facts.incidents import IncidentFacts, incident_facts
from reports.queries.facts.launches import LaunchFacts, launch_facts
from reports.queries.facts.learning import LearningFacts, learning_facts
from reports.queries.facts.objectives import ObjectiveFacts, objective_facts
from reports.queries.facts.parts import PartFacts, part_facts
from reports.queries.facts.readiness import ReadinessFacts, readiness_facts
from reports.queries.facts.recovery import RecoveryFacts, recovery_facts
from reports.queries.facts.risks import RiskFacts, risk_facts
from reports.queries.scopes import ScopeNames
from reports.queries.scorecard import Scorecard, scorecard
from risks.queries.hygiene import hygiene


@dataclass(frozen=True, slots=True)
class TeamLine:
    """The stored values of a team by KPI."""

    name: str
    values: Mapping[str, KpiValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`before` are the KPIs of the period before. `scope_key` stands in addresses. `tidy` is (risks without a finding, risks
    looked at), None of a scope that is neither the company nor a team."""

    asked: Asked
    company: str
    scope_name: str
    scope_key: str
    card: Scorecard
    before: Mapping[str, KpiValue]
    incidents: IncidentFacts
    objectives: ObjectiveFacts
    learning: LearningFacts
    parts: PartFacts
    risks: RiskFacts
    exposure: ExposureFacts
    exceptions: ExceptionFacts
    readiness: ReadinessFacts
    launches: LaunchFacts
    recovery: RecoveryFacts
    teams: tuple[TeamLine, ...]
    tidy: tuple[int, int] | None


def gather(scope: Scope, period: Period, *, scope_name: str, at: dt.datetime) -> Facts:
    about = asked(scope, period, at=at)
    return Facts(
        asked=about,
        company=settings.COMPANY_NAME,
        scope_name=scope_name,
        scope_key=ScopeNames().key(scope.kind, scope.number),
        card=scorecard(scope, period, earlier=about.quarters),
        before=_before(about),
        incidents=incident_facts(about),
        objectives=objective_facts(about),
        learning=learning_facts(about),
        parts=part_facts(about),
        risks=risk_facts(about),
        exposure=exposure_facts(about),
        exceptions=exception_facts(about),
        readiness=readiness_facts(about),
        launches=launch_facts(about),
        recovery=recovery_facts(about),
        teams=_teams(about),
        tidy=_tidy(about),
    )


def _before(about: Asked) -> dict[str, KpiValue]:
    """The values of the period before by KPI, as they were closed where they were."""
    period, scope = about.before, about.scope
    rows = KpiValue.objects.filter(scope=scope.kind, number=scope.number, cut=period.cut, first=period.first)
    return {row.kpi: row for row in sorted(rows, key=lambda each: each.edition != Edition.LIVE)}


def _teams(about: Asked) -> tuple[TeamLine, ...]:
    """Of the teams of the scope, by name; a team that was deleted since has no line."""
    placed = about.places[about.period].values()
    mine = {
        place.team
        for place in placed
        if about.scope.kind is ScopeKind.COMPANY
        or (about.scope.kind is ScopeKind.TEAM and place.team == about.scope.number)
        or (about.scope.kind is ScopeKind.TIER and place.tier == about.scope.number)
    }
    names = dict(Team.objects.filter(pk__in=[each for each in mine if each is not None]).values_list("pk", "name"))
    values: dict[int, dict[str, KpiValue]] = {pk: {} for pk in names}
    rows = KpiValue.objects.filter(
        scope=ScopeKind.TEAM, number__in=list(names), cut=about.period.cut, first=about.period.first
    )
    # The closed edition comes last, and stays.
    for row in sorted(rows, key=lambda each: each.edition != Edition.LIVE):
        values[row.number][row.kpi] = row
    return tuple(TeamLine(names[pk], values[pk]) for pk in sorted(names, key=lambda each: names[each].lower()))


def _tidy(about: Asked) -> tuple[int, int] | None:
    if about.scope.kind is ScopeKind.COMPANY:
        found = hygiene(SYSTEM, at=about.until)
    elif about.scope.kind is ScopeKind.TEAM:
        slug = Team.objects.filter(pk=about.scope.number).values_list("slug", flat=True).first()
        if slug is None:
            return None
        found = hygiene(SYSTEM, at=about.until, team=slug)
    else:
        return None
    return found.share.clean, found.share.n
