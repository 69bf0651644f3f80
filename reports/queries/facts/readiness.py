"""What people attested of the readiness of services and of their recovery, as it was known at the end of the period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.urls import reverse

from relportal.core import company
from relportal.core.models import Lifecycle, Service
from reports.domain.scopes import ScopeKind
from reports.models import Attestation
from reports.queries.facts.frame import Asked

STALE_AFTER: Final = {
    "readiness": dt.timedelta(days=365),
    "restore_test": dt.timedelta(days=365),
    "dr_test": dt.timedelta(days=365),
    "game_day": dt.timedelta(days=183),
}
"""Facts of `reports.facts.by_hand`, and how long each is worth something."""


class Standing(StrEnum):
    HOLDS = "holds"
    FAILED = "failed"
    STALE = "stale"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Attested:
    """`on` is the day on which it was seen; None: nobody has ever attested it."""

    standing: Standing
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A service, and how it stands in each of the facts of STALE_AFTER."""

    name: str
    path: str
    facts: Mapping[str, Attested]

    def holds(self, fact: str) -> bool:
        return self.facts[fact].standing is Standing.HOLDS


@dataclass(frozen=True, slots=True)
class ReadinessFacts:
    """Services of tier 1, or of the tier that the report is of, by name."""

    tier: int
    rows: tuple[Prepared, ...]

    def holding(self, fact: str) -> int:
        return sum(one.holds(fact) for one in self.rows)


def readiness_facts(asked: Asked) -> ReadinessFacts:
    tier = asked.scope.number if asked.scope.kind is ScopeKind.TIER else 1
    placed = asked.places[asked.period]
    mine = [pk for pk, place in placed.items() if place.tier == tier and asked.mine(asked.period, services=(pk,))]
    services = Service.objects.filter(pk__in=mine).exclude(lifecycle=Lifecycle.RETIRED).order_by("name")
    newest: dict[tuple[int, str], Attestation] = {}
    seen = Attestation.objects.filter(service__in=services, fact__in=STALE_AFTER, at__lt=asked.until)
    for row in seen.order_by("on", "pk"):
        newest[row.service_id, row.fact] = row
    last = company.day(asked.until - dt.timedelta(microseconds=1))
    return ReadinessFacts(tier, _rows(list(services), newest, last=last))


def _rows(
    services: Sequence[Service], newest: Mapping[tuple[int, str], Attestation], *, last: dt.date
) -> tuple[Prepared, ...]:
    return tuple(
        Prepared(
            one.name,
            reverse("reports:ladder-service", args=[one.slug]),
            {fact: _attested(newest.get((one.pk, fact)), fact, last=last) for fact in STALE_AFTER},
        )
        for one in services
    )


def _attested(row: Attestation | None, fact: str, *, last: dt.date) -> Attested:
    if row is None:
        return Attested(Standing.NEVER)
    if not row.holds:
        return Attested(Standing.FAILED, row.on)
    return Attested(Standing.STALE if last - row.on > STALE_AFTER[fact] else Standing.HOLDS, row.on)
