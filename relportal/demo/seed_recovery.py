"""Sets what the demo's services promise after a disaster, and records the tests of two years, each when it was known."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

from incidents.actions.action_items import Promised as Action
from incidents.actions.action_items import promise as promise_action
from relportal.core import company
from relportal.core.models import Service, User
from relportal.demo.drills import DRILLS, PROMISES, Came, DemoDrill, DemoPromise
from relportal.demo.people import PEOPLE
from risks.actions.recovery import Held, Promised, Proof, Recovered, approve, promise, record
from risks.models import RecoveryTest

DAY: Final = dt.timedelta(days=1)
SECOND: Final = dt.timedelta(seconds=1)
MINUTE: Final = 60 * SECOND
LEADER: Final = "Ines Halvorsen"
STARTS: Final = (10, 7)
"""The clock of the drills in the log of incidents."""
SHELF: Final = "https://files.perronova.example/recovery"
FOLLOWED_UP: Final = 78


def recovery(*, at: dt.datetime) -> int:
    """Once; how many tests."""
    if RecoveryTest.objects.exists():
        return 0
    emails = {one.name: one.email for one in PEOPLE}
    people = {name: User.objects.get(email=email) for name, email in emails.items()}
    services = {one.slug: one for one in Service.objects.select_related("team")}
    # Each test is judged by what was set before it.
    due: list[tuple[int, int, DemoPromise | DemoDrill]] = [
        *((one.day, 0, one) for one in PROMISES),
        *((one.day, 1, one) for one in DRILLS),
    ]
    for day, _after, one in sorted(due, key=lambda each: each[:2]):
        then = (at + day * DAY).replace(hour=STARTS[0], minute=STARTS[1], second=0, microsecond=0)
        if isinstance(one, DemoDrill):
            _held(one, people, services, then)
            continue
        given = Promised(
            rto_s=one.rto, rpo_s=one.rpo, effective_from=company.day(then), reason=one.reason, plan_version=one.plan
        )
        promise(people[LEADER], services[one.service], given, at=then)
    return len(DRILLS)


def _held(one: DemoDrill, people: dict[str, User], services: dict[str, Service], start: dt.datetime) -> None:
    told = start + DAY
    recorder = people[one.recorder]
    actions = []
    if one.follow_up:
        first = services[one.came[0].service]
        due = company.day(told + FOLLOWED_UP * DAY)
        actions.append(promise_action(recorder, Action(title=one.follow_up, service=first, due_on=due), at=told))
    talk = one.kind == "tabletop"
    given = Held(
        kind=one.kind,
        environment=one.environment,
        scenario=one.scenario,
        plan_version=one.plan,
        held_at=start,
        failed_at=None if talk else start,
        declared_at=None if talk else start,
        people=one.people,
        deviations=one.deviations,
        results=[_came(each, services[each.service], start) for each in one.came],
        actions=actions,
        evidence=[_proof(one, start)] if one.proof else [],
    )
    row = record(recorder, given, at=told)
    if one.approved is not None:
        approve(people[one.approver], row, at=told + one.approved * DAY)


def _came(one: Came, service: Service, start: dt.datetime) -> Recovered:
    usable = start + one.rto * SECOND if one.rto is not None else None
    return Recovered(
        service=service,
        usable_at=usable,
        verified_at=usable + one.checked * MINUTE if usable is not None and one.checked is not None else None,
        last_good_at=start - one.lost * SECOND if one.lost is not None else None,
        records_lost=one.records,
    )


def _proof(one: DemoDrill, start: dt.datetime) -> Proof:
    name = f"{start:%Y-%m-%d}-{one.kind}.txt"
    return Proof(one.proof, f"{SHELF}/{name}", hashlib.sha256(name.encode()).hexdigest())
