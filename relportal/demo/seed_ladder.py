"""The ladder of the demo: what its owners attested and when, how services climbed, and two initiatives, one of them behind."""

from __future__ import annotations

import datetime as dt
from typing import Final

from relportal.core import company
from relportal.core.models import Lifecycle, Service, User
from relportal.demo import noise
from reports.actions.attestations import Attested, attest
from reports.actions.initiatives import Given, begin
from reports.actions.ladder import ship_ladder
from reports.actions.levels import evaluate
from reports.domain.scopes import Scope, ScopeKind
from reports.models import Goal, Initiative

LEADER: Final = "leader@perronova.example"
DAY: Final = dt.timedelta(days=1)
LOOKS: Final = (150, 120, 90, 75, 60, 45, 30, 20, 10, 3)
"""Days back on which the demo looked at its services; the worker goes on from there."""
BEGUN: Final = 90
DUE: Final = 60
LAST_OF_TIER_1: Final = "ticketing"
"""Its backup job is the one that nobody watches yet."""
LATE: Final = frozenset({"seat-inventory", "web-bff", "timetable"})
"""The services of tier 2 whose teams have begun; the others wait, and the initiative is behind."""


def ladder(*, at: dt.datetime) -> int:
    """Once. How many attestations there are new."""
    if Initiative.objects.exists():
        return 0
    ship_ladder(at=at)
    leader = User.objects.get(email=LEADER)
    told = sorted(_attested(company.day(at)), key=lambda one: one.on)
    for back in LOOKS:
        then = at - back * DAY
        day = company.day(then)
        for one in [each for each in told if each.on <= day]:
            attest(leader, one, at=then)
            told.remove(one)
        evaluate(at=then)
        if back == BEGUN:
            _begin(leader, at=then)
    return len(_attested(company.day(at)))


def _attested(today: dt.date) -> list[Attested]:
    """Tier 1 within the last months, one by one; of tier 2 a few; what is older was done before the portal came."""
    found = []
    rows = Service.objects.exclude(lifecycle=Lifecycle.RETIRED).filter(tier__lte=2).order_by("tier", "slug")
    for number, one in enumerate(rows):
        if one.tier == 1 and one.slug != LAST_OF_TIER_1:
            back = (130, 85, 70, 55, 35, 25)[number % 6]
        elif one.slug in LATE:
            back = 40 + int(40 * noise.pick(noise.seed(one.slug), 0))
        else:
            continue
        found.append(_one(one, "backup_job", today - back * DAY, "Green for two weeks; the alert was tried."))
        if one.tier == 1:
            found.append(_one(one, "readiness", today - (back - 5) * DAY, "No blocking item was open in the review."))
            found.append(
                _one(one, "restore_test", today - (back - 10) * DAY, "Restored into a scratch cluster, counts agree.")
            )
    return found


def _one(service: Service, fact: str, on: dt.date, note: str) -> Attested:
    return Attested(service=service, fact=fact, on=on, note=note)


def _begin(leader: User, *, at: dt.datetime) -> None:
    today = company.day(at)
    for tier, name, why in (
        (
            1,
            "Every tier-1 service at bronze",
            "A backup that nobody watches is found missing on the day that it is needed.",
        ),
        (2, "Every tier-2 service at bronze", "What tier 1 stands on has to be kept as well as tier 1 itself."),
    ):
        given = Given(
            name=name,
            why=why,
            owner=leader,
            goal=Goal.LEVEL,
            key="bronze",
            scope=Scope(ScopeKind.TIER, tier),
            starts_on=today,
            due_on=today + (BEGUN + DUE) * DAY,
        )
        begin(leader, given, at=at)
