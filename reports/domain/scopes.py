"""Of whom a figure is: the company, a tier, a team, a service or a journey, as they were at the end of the period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

F = TypeVar("F")
P = TypeVar("P", bound=Hashable)


class ScopeKind(StrEnum):
    COMPANY = "company"
    TIER = "tier"
    TEAM = "team"
    SERVICE = "service"
    JOURNEY = "journey"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """`number` is the tier itself, or the id of the team, service or journey; 0 for the company."""

    kind: ScopeKind
    number: int = 0


COMPANY: Final = Scope(ScopeKind.COMPANY)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service stood at an instant. `team` None: nobody's."""

    tier: int
    team: int | None = None
    journeys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Generic[P, F]):
    """What a KPI saw in a period: one fact, of the services and the team that it concerns.

    A fact of several services, or of none, counts once in each scope that it touches, and always for the company.
    """

    period: P
    fact: F
    services: tuple[int, ...] = ()
    team: int | None = None


def scopes_of(
    seen: Seen[P, F], places: Mapping[int, Place], *, tiers: frozenset[int] = frozenset()
) -> frozenset[Scope]:
    """In which figures the fact counts. With `tiers`, the company, teams and journeys count services of these tiers alone,
    while a tier and a service speak for themselves. A service that is placed nowhere counts for the company only."""
    placed = [(service, places[service]) for service in seen.services if service in places]
    counting = [place for _service, place in placed if not tiers or place.tier in tiers]
    found = {
        scope
        for service, place in placed
        for scope in (Scope(ScopeKind.SERVICE, service), Scope(ScopeKind.TIER, place.tier))
    }
    found |= {Scope(ScopeKind.TEAM, place.team) for place in counting if place.team is not None}
    found |= {Scope(ScopeKind.JOURNEY, journey) for place in counting for journey in place.journeys}
    if tiers:
        return frozenset(found | {COMPANY} if counting else found)
    if seen.team is not None:
        found.add(Scope(ScopeKind.TEAM, seen.team))
    return frozenset(found | {COMPANY})


def grouped(
    rows: Iterable[Seen[P, F]], places: Mapping[P, Mapping[int, Place]], *, tiers: frozenset[int] = frozenset()
) -> dict[P, dict[Scope, list[F]]]:
    """The facts of each period and scope, in the order in which they were seen; a scope that has none is not in it."""
    found: defaultdict[P, defaultdict[Scope, list[F]]] = defaultdict(lambda: defaultdict(list))
    # Thousands of facts of one service stand in the same scopes; a set of scopes costs more than all else here.
    known: dict[tuple[P, tuple[int, ...], int | None], list[list[F]]] = {}
    for row in rows:
        where = (row.period, row.services, row.team)
        lists = known.get(where)
        if lists is None:
            mine = found[row.period]
            lists = known[where] = [mine[scope] for scope in scopes_of(row, places[row.period], tiers=tiers)]
        for each in lists:
            each.append(row.fact)
    return {period: dict(scopes) for period, scopes in found.items()}
