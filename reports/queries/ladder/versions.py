"""The ladder in force, its versions, and what is read of services now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.exceptions import Missing, Unavailable
from relportal.core.models import Service
from reports.domain.ladder import EXEMPTS, FactKind, Ladder
from reports.domain.ladder_text import from_json
from reports.domain.periods import Cut
from reports.facts import FACTS, SOURCES
from reports.facts._base import QUARTERS, Placed, World
from reports.models import Attestation, LadderState, LadderVersion
from reports.queries.calendar import calendar
from risks.models import ExceptionKind, GovernanceException


@dataclass(frozen=True, slots=True)
class Version:
    row: LadderVersion
    ladder: Ladder


def current() -> Version:
    """Raises: Unavailable where there is none, which only a broken database has."""
    row = LadderVersion.objects.filter(state=LadderState.CURRENT).first()
    if row is None:
        raise Unavailable(_("No ladder is in force: publish one in its settings."))
    return Version(row, from_json(row.content))


def version(number: int) -> Version:
    """One that is or was in force. Raises: Missing."""
    row = LadderVersion.objects.published().select_related("created_by").filter(number=number).first()
    if row is None:
        raise Missing(_("There is no such version of the ladder."))
    return Version(row, from_json(row.content))


def draft() -> LadderVersion | None:
    return LadderVersion.objects.filter(state=LadderState.DRAFT).select_related("created_by").first()


@dataclass(frozen=True, slots=True)
class Gathered:
    """`readings`: service -> fact -> what was read. `exempt`: service -> rule -> the exception that exempts from it."""

    services: Mapping[int, Placed]
    readings: Mapping[int, Mapping[str, float | None]]
    exempt: Mapping[int, Mapping[str, int]]


def gathered(
    *, at: dt.datetime, only: Collection[int] | None = None, wanted: Collection[str] | None = None
) -> Gathered:
    """Of every service that is not retired, or `only` of these; at least the facts that are `wanted`, None: all. As many
    statements as there are facts, however many services there are."""
    found = Service.objects.active() if only is None else Service.objects.active().filter(pk__in=only)
    rows = found.values_list("pk", "tier", "team_id")
    services = {pk: Placed(tier, team) for pk, tier, team in rows}
    today, cuts = company.day(at), calendar()
    now = cuts.period(Cut.QUARTER, today)
    quarters = tuple(cuts.before(now, n).first for n in range(1, QUARTERS + 1))
    world = World(at=at, today=today, quarters=quarters, services=services)
    readings: defaultdict[int, dict[str, float | None]] = defaultdict(dict)
    for source in SOURCES.values():
        if wanted is not None and not any(each.key in wanted for each in source.facts):
            continue
        for fact, read in source.read(world).items():
            for pk, value in read.items():
                readings[pk][fact] = value
    for (pk, fact), value in _attested(today).items():
        if readings[pk].get(fact) is None:
            readings[pk][fact] = value
    return Gathered(services, readings, _exempt(services, at=at))


def _attested(today: dt.date) -> dict[tuple[int, str], float]:
    """What people have seen, as long as it holds. The newest counts: of a fact in days the newest that was done."""
    found: dict[tuple[int, str], float] = {}
    rows = (
        Attestation.objects.filter(on__lte=today).order_by("on", "pk").values_list("service_id", "fact", "on", "holds")
    )
    for service, key, on, holds in rows:
        fact = FACTS.get(key)
        if fact is None or fact.by_hand is None or (today - on).days > fact.by_hand:
            continue
        if fact.kind is not FactKind.DAYS:
            found[service, key] = float(holds)
        elif holds:
            found[service, key] = float((today - on).days)
    return found


def _exempt(services: Mapping[int, Placed], *, at: dt.datetime) -> dict[int, dict[str, int]]:
    """By exceptions in force that name a rule: of a service, or of all services of a team."""
    rows = GovernanceException.objects.in_force(at).filter(
        kind__in=(ExceptionKind.STANDARD, ExceptionKind.READINESS), subject_key__startswith=EXEMPTS
    )
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for pk, key, service, team in rows.order_by("expires_at").values_list("pk", "subject_key", "service_id", "team_id"):
        rule = key.removeprefix(EXEMPTS)
        of_team = (one for one, placed in services.items() if placed.team == team)
        for one in [service] if service is not None else of_team:
            found[one][rule] = pk
    return dict(found)
