"""A service and a team on the ladder, in a few lines for their own pages."""

from __future__ import annotations

from dataclasses import dataclass

from relportal.core.models import Service, Team
from reports.domain.ladder import Ladder, Verdict
from reports.domain.ladder_text import from_json
from reports.domain.scopes import Scope, ScopeKind
from reports.models import RuleResult, ServiceLevel
from reports.queries.ladder.overview import Attained, attained
from reports.queries.ladder.words import level_name, rule_words


@dataclass(frozen=True, slots=True)
class InBrief:
    """`next` names the level above, empty at the top; `missing` are the rules that keep the service from it, in words."""

    service: Service
    level: ServiceLevel
    ladder: Ladder
    next: str
    missing: tuple[str, ...]


def in_brief(service: Service) -> InBrief | None:
    """None where nobody has looked yet. Two statements."""
    row = ServiceLevel.objects.filter(service=service, until=None).select_related("ladder").first()
    if row is None:
        return None
    ladder = from_json(row.ladder.content)
    if row.rank >= len(ladder.levels):
        return InBrief(service, row, ladder, "", ())
    results = RuleResult.objects.filter(service=service, until=None).exclude(verdict=Verdict.PASSED)
    open_ = set(results.values_list("rule", flat=True))
    missing = tuple(rule_words(one) for one in ladder.of_level(ladder.levels[row.rank].key) if one.key in open_)
    return InBrief(service, row, ladder, level_name(ladder, row.rank + 1), missing)


@dataclass(frozen=True, slots=True)
class TeamInBrief:
    team: Team
    attained: Attained


def team_in_brief(team: Team) -> TeamInBrief | None:
    """None where no level is asked of any of its services."""
    found = attained(Scope(ScopeKind.TEAM, team.pk))
    return TeamInBrief(team, found) if found.asked else None
