"""Recovery by service: filtered and ordered, what is worst first."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from relportal.core.models import Service, User
from relportal.core.models.catalog import Tier
from risks.domain.recovery import Standing
from risks.models import RecoveryObjective, RecoveryResult
from risks.queries.recovery.standings import ServiceRecovery, standings

PAGE_SIZE: Final = 50
RANKS: Final = {standing: rank for rank, standing in enumerate(Standing)}
GRAVE: Final = (Tier.ONE.value, Tier.TWO.value)
"""The tiers that are listed whether or not anything was promised."""
NEVER: Final = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFilters:
    """Empty: not filtered by."""

    text: str = ""
    states: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    teams: tuple[str, ...] = ()


class RecoverySort(StrEnum):
    WORST = "worst"
    SERVICE = "service"
    TIER = "tier"
    TESTED = "tested"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class RecoveryOrder:
    sort: RecoverySort = RecoverySort.WORST
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the services of tier 1 that the viewer sees, whatever is filtered by; `by` counts all that are listed."""

    met: int
    n: int
    by: Counter[Standing]


@dataclass(frozen=True, slots=True)
class RecoveryList:
    rows: tuple[ServiceRecovery, ...]
    total: int
    page: int
    size: int | None
    tally: Tally


def recovery_rows(
    user: User,
    *,
    filters: RecoveryFilters,
    order: RecoveryOrder,
    at: dt.datetime,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> RecoveryList:
    """At most four statements, however many services there are: how each stands is reckoned of their newest rows."""
    promised = Exists(RecoveryObjective.objects.filter(service=OuterRef("pk")))
    tested = Exists(RecoveryResult.objects.filter(service=OuterRef("pk")))
    services = Service.objects.visible_to(user).active().filter(Q(tier__in=GRAVE) | promised | tested)
    everything = standings(list(services.select_related("team").order_by("tier", "name")), at=at)
    matching = [one for one in everything if _passes(one, filters)]
    matching.sort(key=_KEYS[order.sort], reverse=order.descending)
    total = len(matching)
    page = max(1, min(page, -(-total // size))) if size and total else 1
    chosen = matching[(page - 1) * size : page * size] if size else matching
    first = [one for one in everything if one.tier == Tier.ONE]
    met = sum(one.standing is Standing.MET for one in first)
    tally = Tally(met, len(first), Counter(one.standing for one in everything))
    return RecoveryList(tuple(chosen), total, page, size, tally)


def _passes(one: ServiceRecovery, filters: RecoveryFilters) -> bool:
    service = one.service
    words = filters.text.casefold().split()
    return (
        all(word in service.name.casefold() or word in service.slug for word in words)
        and (not filters.states or one.standing in filters.states)
        and (not filters.tiers or one.tier in filters.tiers)
        and (not filters.teams or (service.team is not None and service.team.slug in filters.teams))
    )


def _tested(one: ServiceRecovery) -> float:
    return -one.test.held_at.timestamp() if one.test is not None else NEVER


def _due(one: ServiceRecovery) -> dt.date:
    return one.stood.due or dt.date.min


_KEYS: Final[dict[RecoverySort, Callable[[ServiceRecovery], Any]]] = {
    RecoverySort.WORST: lambda one: (one.tier, RANKS[one.standing], one.service.name.casefold()),
    RecoverySort.SERVICE: lambda one: one.service.name.casefold(),
    RecoverySort.TIER: lambda one: (one.tier, one.service.name.casefold()),
    RecoverySort.TESTED: _tested,
    RecoverySort.DUE: _due,
}
