"""What figures of the quarter and of the one before are made of: changes by service, and actions by team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from relportal.core.models import Service, Team
from relportal.core.queries.row_history import rows_at
from reports.domain.contribution import ShareChange, Tally, share_change
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.kpis import KPIS
from reports.kpis._base import Frame
from reports.queries.facts.frame import Asked

Counts = Callable[[Any], tuple[int, int]]
"""(k, n) of a fact."""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """By name, as the KPI of the same name counts it; "" is what belongs to nobody. None: one of the quarters holds nothing."""

    changes: ShareChange | None
    actions: ShareChange | None


def part_facts(asked: Asked) -> PartFacts:
    frame = Frame([asked.before, asked.period], zone=asked.frame.zone, at=asked.at)
    services = dict(Service.objects.values_list("pk", "name"))
    teams = _teams(asked, frame)

    def team_of(seen: Seen[Period, Any]) -> str:
        """Of the action itself, or else of its service as it stood then."""
        placed = (asked.places[seen.period].get(service) for service in seen.services)
        found = seen.team if seen.team is not None else next((each.team for each in placed if each is not None), None)
        return teams.get(found, "") if found is not None else ""

    def split(kpi: str, part: Callable[[Seen[Period, Any]], str], counts: Counts) -> ShareChange | None:
        seen = (
            each for each in KPIS[kpi].seen(frame) if asked.mine(each.period, services=each.services, team=each.team)
        )
        return _split([(each.period, part(each), counts(each.fact)) for each in seen], asked)

    return PartFacts(
        changes=split(
            "change_failure",
            lambda seen: services.get(seen.services[0], ""),
            lambda fact: (len(fact.failed), fact.n),
        ),
        actions=split("action_closure", team_of, lambda fact: (int(fact.met), 1)),
    )


def _split(rows: Iterable[tuple[Period, str, tuple[int, int]]], asked: Asked) -> ShareChange | None:
    found: defaultdict[Period, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for period, name, (k, n) in rows:
        tally = found[period][name]
        tally[0] += k
        tally[1] += n
    before, now = ({name: Tally(k, n) for name, (k, n) in found[each].items()} for each in (asked.before, asked.period))
    return share_change(before, now)


def _teams(asked: Asked, frame: Frame) -> dict[int, str]:
    """As they are called now, and those that were split or deleted meanwhile as they were called then."""
    ends = {min(end, asked.at) for _start, end in frame.bounds.values()} | {
        start for start, _end in frame.bounds.values()
    }
    told = rows_at(Team, ("name",), ends)
    past = {pk: name for end in sorted(ends) for pk, (name,) in told[end].items()}
    return past | dict(Team.objects.values_list("pk", "name"))
