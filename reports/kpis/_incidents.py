"""Incidents as facts: each in the periods in which its impact began, of its team and of the services that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from incidents.queries.behind import Behind, Scope, behind
from relportal.core.models import Service, Team
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.kpis._base import Frame, Kpi, Row, Words

GRAVE = (0, 1)


def seen_incidents(frame: Frame, severities: tuple[int, ...] = ()) -> Iterator[Seen[Period, Behind]]:
    """Those that count, private ones too; empty: of every severity."""
    for one in frame.once(_all, lambda: _all(frame)):
        if not severities or one.fact.severity in severities:
            yield one


def _all(frame: Frame) -> list[Seen[Period, Behind]]:
    services = dict(Service.objects.values_list("slug", "pk"))
    teams = dict(Team.objects.values_list("slug", "pk"))
    found = []
    for one in behind(None, Scope(), start=frame.start, end=frame.end):
        named = tuple(services[slug] for slug, _name in one.services)
        found += [
            Seen(period=period, fact=one, services=named, team=teams.get(one.team)) for period in frame.of(one.began)
        ]
    return found


class IncidentKpi(Kpi[Behind]):
    """One of incidents, of `severities` alone where there are any."""

    severities: ClassVar[tuple[int, ...]] = ()

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Behind]]:
        return seen_incidents(frame, self.severities)

    def rows(self, fact: Behind) -> Sequence[Row]:
        return [Row("incident", fact.pk, self.says(fact))]

    def says(self, fact: Behind) -> Words:
        """What it adds to the figure."""
        return f"SEV-{fact.severity}" if fact.severity is not None else ""
