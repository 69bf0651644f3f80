"""The readiness of services and their recovery, as both were known at the end of the period: by records, and by what people
attested where there is none."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from relportal.core import company
from relportal.core.models import Lifecycle, Service
from reports.domain.recovered import Seen
from reports.domain.scopes import ScopeKind
from reports.facts.recovery import game_days_on, restored_on
from reports.models import Attestation, ReadinessReview, ReadinessVerdict
from reports.queries.facts.frame import Asked
from risks.domain.recovery import Standing
from risks.queries.recovery.standings import standings

STALE_AFTER: Final = {
    "readiness": dt.timedelta(days=365),
    "restore_test": dt.timedelta(days=365),
    "dr_test": dt.timedelta(days=365),
    "game_day": dt.timedelta(days=183),
}
"""Facts of the ladder, and how long each is worth something."""
SEEN: Final = {
    Standing.MET: Seen.HOLDS,
    Standing.BREACHED: Seen.FAILED,
    Standing.PARTLY: Seen.PARTLY,
    Standing.STALE: Seen.STALE,
    Standing.NOT_MEASURED: Seen.UNMEASURED,
    Standing.NEVER: Seen.NEVER,
}
UNSAID: Final = defaultdict(lambda: frozenset({Seen.UNMEASURED}), {"readiness": frozenset({Seen.STALE})})
"""Records of which an attestation may know more: as the ladder has it, an old review says nothing any more."""
VERDICTS: Final = {ReadinessVerdict.CONDITIONS: Seen.PARTLY, ReadinessVerdict.NOT_READY: Seen.FAILED}


@dataclass(frozen=True, slots=True)
class Shown:
    """`on` is the day on which it was seen; None: it never was. `by_hand`: somebody attested it, and nothing is recorded."""

    seen: Seen
    on: dt.date | None = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A service, and how it stands in each of the facts of STALE_AFTER."""

    name: str
    path: str
    facts: Mapping[str, Shown]

    def holds(self, fact: str) -> bool:
        return self.facts[fact].seen is Seen.HOLDS


@dataclass(frozen=True, slots=True)
class ReadinessFacts:
    """Services of tier 1, or of the tier that the report is of, by name."""

    tier: int
    rows: tuple[Prepared, ...]

    def holding(self, fact: str) -> int:
        return sum(one.holds(fact) for one in self.rows)


Kept = Mapping[tuple[int, str], Shown]


def readiness_facts(asked: Asked) -> ReadinessFacts:
    tier = asked.scope.number if asked.scope.kind is ScopeKind.TIER else 1
    placed = asked.places[asked.period]
    mine = [pk for pk, place in placed.items() if place.tier == tier and asked.mine(asked.period, services=(pk,))]
    services = list(Service.objects.filter(pk__in=mine).exclude(lifecycle=Lifecycle.RETIRED).order_by("name"))
    at = asked.until - dt.timedelta(microseconds=1)
    recorded = _recorded(services, tier=tier, at=at)
    attested = _attested(services, at=at)
    return ReadinessFacts(tier, tuple(_prepared(one, recorded, attested) for one in services))


def _prepared(one: Service, recorded: Kept, attested: Kept) -> Prepared:
    """What is recorded goes before what was attested; of a talk alone, an attestation knows more."""
    facts = {}
    for fact in STALE_AFTER:
        record, said = recorded.get((one.pk, fact)), attested.get((one.pk, fact))
        known = record is not None and record.seen not in UNSAID[fact]
        facts[fact] = (record if known else said or record) or Shown(Seen.NEVER)
    return Prepared(one.name, reverse("reports:ladder-service", args=[one.slug]), facts)


def _recorded(services: Sequence[Service], *, tier: int, at: dt.datetime) -> Kept:
    last = company.day(at)
    found: dict[tuple[int, str], Shown] = {}
    for fact, days in (("restore_test", restored_on(at)), ("game_day", game_days_on(at))):
        found |= {(pk, fact): _aged(fact, day, last=last) for pk, day in days.items()}
    found |= _reviewed(services, at=at)
    tiers = {one.pk: tier for one in services}
    for one in standings(services, at=at, tiers=tiers):
        if one.test is not None:
            found[one.service.pk, "dr_test"] = Shown(SEEN[one.standing], company.day(one.test.held_at))
    return found


def _reviewed(services: Sequence[Service], *, at: dt.datetime) -> Kept:
    """By the newest decision of each, whatever became of the launch."""
    last = company.day(at)
    found: dict[tuple[int, str], Shown] = {}
    rows = ReadinessReview.objects.decided_by_then(at).filter(service__in=services)
    for service, verdict, decided in rows.values_list("service_id", "verdict", "decided_at"):
        if decided is None or (service, "readiness") in found:
            continue
        shown = _aged("readiness", company.day(decided), last=last)
        held = shown.seen is Seen.STALE or verdict == ReadinessVerdict.READY
        found[service, "readiness"] = shown if held else Shown(VERDICTS[ReadinessVerdict(verdict)], shown.on)
    return found


def _attested(services: Sequence[Service], *, at: dt.datetime) -> Kept:
    last = company.day(at)
    found: dict[tuple[int, str], Shown] = {}
    rows = Attestation.objects.filter(service__in=services, fact__in=STALE_AFTER, at__lte=at)
    for row in rows.order_by("on", "pk"):
        shown = _aged(row.fact, row.on, last=last, by_hand=True)
        found[row.service_id, row.fact] = shown if row.holds else Shown(Seen.FAILED, row.on, by_hand=True)
    return found


def _aged(fact: str, on: dt.date, *, last: dt.date, by_hand: bool = False) -> Shown:
    return Shown(Seen.STALE if last - on > STALE_AFTER[fact] else Seen.HOLDS, on, by_hand)
