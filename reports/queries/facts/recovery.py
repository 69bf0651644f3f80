"""What recovery tests measured against what was promised, as it was known at the end of the period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from relportal.core import company
from relportal.core.models import Lifecycle, Service
from reports.domain.scopes import ScopeKind
from reports.queries.facts.frame import Asked
from risks.domain.recovery import Standing, Verdict
from risks.models import RecoveryObjective, RecoveryResult, RecoveryTest
from risks.queries.recovery.standings import ServiceRecovery, standings


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryLine:
    """A service and its newest test; seconds, None: not measured, or nothing promised. The objectives are those of the day of
    the test, and where it was not tested those in force. `on` None: it was never tested. `why`: what made the test stale."""

    name: str
    path: str
    tier: int
    standing: Standing
    rto_s: int | None
    rto_limit_s: int | None
    rpo_s: int | None
    rpo_limit_s: int | None
    broken_off: bool
    kind: str
    on: dt.date | None
    why: str
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFacts:
    """`rows` are the services of `tier`, and any others of the scope of which something was promised or tested, by tier and name.
    `held` counts the tests of the period, `talks` the tabletops among them."""

    tier: int
    rows: tuple[RecoveryLine, ...]
    held: int
    talks: int


def recovery_facts(asked: Asked) -> RecoveryFacts:
    tier = asked.scope.number if asked.scope.kind is ScopeKind.TIER else 1
    tiers = {pk: place.tier for pk, place in asked.places[asked.period].items()}
    mine = [pk for pk in tiers if asked.mine(asked.period, services=(pk,))]
    last = asked.until - dt.timedelta(microseconds=1)
    services = _services(mine, tiers, tier=tier, at=last)
    known = RecoveryTest.objects.known(last).filter(held_at__gte=asked.start, held_at__lt=asked.until)
    held = known.filter(pk__in=RecoveryResult.objects.filter(service__in=mine).values("test"))
    kinds = list(held.values_list("kind", flat=True))
    found = standings(services, at=last, tiers=tiers)
    rows = sorted((_line(one, at=last) for one in found), key=lambda one: (one.tier, one.name.casefold()))
    return RecoveryFacts(tier=tier, rows=tuple(rows), held=len(kinds), talks=kinds.count("tabletop"))


def _services(mine: list[int], tiers: Mapping[int, int], *, tier: int, at: dt.datetime) -> list[Service]:
    promised = Exists(
        RecoveryObjective.objects.known(at).filter(service=OuterRef("pk"), effective_from__lte=company.day(at))
    )
    tests = RecoveryTest.objects.known(at).filter(held_at__lte=at)
    tested = Exists(RecoveryResult.objects.filter(service=OuterRef("pk"), test__in=tests))
    of_tier = [pk for pk in mine if tiers[pk] == tier]
    rows = Service.objects.filter(pk__in=mine).filter(Q(pk__in=of_tier) | promised | tested)
    return list(rows.exclude(lifecycle=Lifecycle.RETIRED))


def _line(one: ServiceRecovery, *, at: dt.datetime) -> RecoveryLine:
    result, test = one.result, one.test
    measured = result is not None and result.verdict != Verdict.NOT_MEASURED
    promised = result.objective if result is not None and measured else one.objective
    return RecoveryLine(
        name=one.service.name,
        path=reverse("risks:recovery-service", args=[one.service.slug]),
        tier=one.tier,
        standing=one.standing,
        # What a tabletop's marks say was not measured.
        rto_s=result.rto_s if result is not None and measured else None,
        rto_limit_s=promised.rto_s if promised is not None else None,
        rpo_s=result.rpo_s if result is not None and measured else None,
        rpo_limit_s=promised.rpo_s if promised is not None else None,
        broken_off=result is not None and result.broken_off,
        kind=str(test.get_kind_display()) if test is not None else "",
        on=company.day(test.held_at) if test is not None else None,
        why=one.why,
        approved=test is not None and test.approved_at is not None and test.approved_at <= at,
    )
