"""Which asks and investments are of whom: by the team that entered them, and by the services of what they refer to."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from incidents.models import ActionItem, Incident
from relportal.core import company, shortlinks
from reports.domain.periods import Period
from reports.domain.scopes import Place, Scope, ScopeKind, Seen, scopes_of
from reports.models import Investment
from reports.queries.asks_of_period import AskOfPeriod
from reports.queries.places import places
from risks.models import Risk
from slo.models import Objective

_SERVICES: Final[Mapping[str, tuple[QuerySet[Any], str]]] = {
    "RISK": (Risk.objects.all(), "services"),
    "SLO": (Objective.objects.all(), "service"),
    "ACT": (ActionItem.objects.all(), "service"),
    # What is confidential leads nobody anywhere.
    "INC": (Incident.objects.filter(is_private=False), "services"),
}


@dataclass(frozen=True, slots=True)
class Concerned:
    """`places` as at the end of the period; `services` by short id."""

    scope: Scope
    places: Mapping[int, Place]
    services: Mapping[str, frozenset[int]]

    def mine(self, team: int | None, refs: Iterable[str]) -> bool:
        """What has neither a team nor a service belongs to the company alone."""
        services = tuple({each for ref in refs for each in self.services.get(ref, ())})
        seen = Seen(period=None, fact=None, services=services, team=team)
        return self.scope in scopes_of(seen, self.places)


def refs_of(row: AskOfPeriod | Investment) -> tuple[str, ...]:
    if isinstance(row, AskOfPeriod):
        return row.refs
    return (f"RISK-{row.risk_id}",) if row.risk_id is not None else ()


def concerned(scope: Scope, period: Period, rows: Iterable[AskOfPeriod | Investment], *, at: dt.datetime) -> Concerned:
    """Two statements and one for each kind of what is referred to; none for the company, to which all belongs."""
    if scope.kind is ScopeKind.COMPANY:
        return Concerned(scope, {}, {})
    _start, end = period.bounds(company.zone())
    return Concerned(
        scope, places({period: min(end, at)})[period], _services({ref for row in rows for ref in refs_of(row)})
    )


def _services(refs: Iterable[str]) -> dict[str, frozenset[int]]:
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for ref in refs:
        if match := shortlinks.SHAPE.fullmatch(ref):
            numbers[match["prefix"]].append(int(match["number"]))
    found: defaultdict[str, set[int]] = defaultdict(set)
    for prefix, asked in numbers.items():
        if prefix in _SERVICES:
            rows, path = _SERVICES[prefix]
            for pk, service in rows.filter(pk__in=asked).order_by().values_list("pk", path):
                if service is not None:
                    found[f"{prefix}-{pk}"].add(service)
    return {ref: frozenset(each) for ref, each in found.items()}
