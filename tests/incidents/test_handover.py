"""Several people at once on one role, each on a connection of their own: one outcome, and everybody is told which."""

from __future__ import annotations

import datetime as dt
import importlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from incidents.actions.incidents import Declaration, declare
from incidents.actions.roles import accept_role, leave_role, offer_role, take_role
from incidents.models import Entry, Incident, IncidentRole, RoleHolder, Severity, TimeMark
from relportal.core.exceptions import Conflict, RelportalError
from relportal.core.models import AuditEvent, Role, User
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

COMMANDER = IncidentRole.COMMANDER
Act = Callable[[], object]


@pytest.fixture(autouse=True)
def _defaults(transactional_db: None) -> None:
    if not Severity.objects.exists():
        importlib.import_module("incidents.migrations.0002_defaults").fill(apps, None)


@pytest.fixture
def people(transactional_db: None) -> tuple[User, User, User]:
    team = make.team(slug="payments")
    rita, tom, ugo = (
        make.user(f"{name}@example.com", role=Role.RESPONDER, team=team) for name in ("rita", "tom", "ugo")
    )
    return rita, tom, ugo


@pytest.fixture
def incident(people: tuple[User, User, User], at: dt.datetime) -> Incident:
    made = declare(people[0], Declaration(title="Checkout fails"), at=at)
    take_role(people[0], made, COMMANDER, at=at)
    return made


def at_once(*acts: Act) -> list[object]:
    """What each gave back, or the refusal that it met."""
    barrier = threading.Barrier(len(acts))

    def run(act: Act) -> object:
        try:
            barrier.wait(timeout=20)
            return act()
        except RelportalError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def commanders(incident: Incident) -> list[RoleHolder]:
    return list(RoleHolder.objects.filter(incident=incident, role=COMMANDER, since__isnull=False, until=None))


def test_two_who_were_offered_command_one_after_the_other_cannot_both_accept(
    people: tuple[User, User, User], incident: Incident, at: dt.datetime
) -> None:
    rita, tom, ugo = people
    first = offer_role(rita, incident, COMMANDER, tom, at=at)
    second = offer_role(rita, incident, COMMANDER, ugo, at=at)

    told = at_once(lambda: accept_role(tom, first, at=at), lambda: accept_role(ugo, second, at=at))

    assert [type(one) for one in told] == [Conflict, RoleHolder]
    assert "offered to another person" in str(told[0])
    assert [one.user for one in commanders(incident)] == [ugo]


def test_whoever_accepts_while_another_is_being_offered_it_leaves_one_commander(
    people: tuple[User, User, User], incident: Incident, at: dt.datetime
) -> None:
    rita, tom, ugo = people
    for _again in range(5):
        RoleHolder.objects.all().delete()
        take_role(rita, incident, COMMANDER, at=at)
        offer = offer_role(rita, incident, COMMANDER, tom, at=at)

        accepted, offered = at_once(
            partial(accept_role, tom, offer, at=at),
            lambda: offer_role(rita, incident, COMMANDER, ugo, at=at),
        )

        assert isinstance(offered, RoleHolder)
        holder = commanders(incident)
        assert len(holder) == 1
        assert holder[0].user == (rita if isinstance(accepted, Conflict) else tom)
        assert RoleHolder.objects.filter(since=None, until=None).count() == 1


def test_one_who_accepts_on_two_devices_becomes_commander_once(
    people: tuple[User, User, User], incident: Incident, at: dt.datetime
) -> None:
    rita, tom, _ugo = people
    offer = offer_role(rita, incident, COMMANDER, tom, at=at)

    told = at_once(*[lambda: accept_role(tom, offer, at=at)] * 4)

    assert [type(one) for one in told] == [RoleHolder] * 4
    assert [one.user for one in commanders(incident)] == [tom]
    assert Entry.objects.filter(text=f"{tom} is Commander").count() == 1
    assert AuditEvent.objects.filter(action="incident.role", actor=tom).count() == 1


def test_of_several_who_take_a_free_role_one_gets_it_and_the_others_are_told_who(
    people: tuple[User, User, User], incident: Incident, at: dt.datetime
) -> None:
    told = at_once(*[lambda who=who: take_role(who, incident, IncidentRole.SCRIBE, at=at) for who in people])

    won = [one for one in told if isinstance(one, RoleHolder)]
    assert len(won) == 1
    lost = [str(one) for one in told if isinstance(one, Conflict)]
    assert [str(won[0].user) in words for words in lost] == [True, True]


def test_command_that_is_given_up_while_it_is_accepted_ends_with_the_one_who_accepted(
    people: tuple[User, User, User], incident: Incident, at: dt.datetime
) -> None:
    rita, tom, _ugo = people
    for _again in range(5):
        RoleHolder.objects.all().delete()
        held = take_role(rita, incident, COMMANDER, at=at)
        offer = offer_role(rita, incident, COMMANDER, tom, at=at)

        at_once(partial(leave_role, rita, held, at=at), partial(accept_role, tom, offer, at=at))

        assert [one.user for one in commanders(incident)] == [tom]
        held.refresh_from_db()
        assert held.until == at


def test_an_offer_that_is_taken_back_while_it_is_accepted_has_one_outcome(
    people: tuple[User, User, User], incident: Incident, at: dt.datetime
) -> None:
    rita, tom, _ugo = people
    for _again in range(5):
        RoleHolder.objects.all().delete()
        take_role(rita, incident, COMMANDER, at=at)
        offer = offer_role(rita, incident, COMMANDER, tom, at=at)

        _left, accepted = at_once(partial(leave_role, rita, offer, at=at), partial(accept_role, tom, offer, at=at))

        expected = [rita] if isinstance(accepted, Conflict) else [tom]
        holders = [one.user for one in commanders(incident)]
        # Taken back after it was accepted, it is command itself that was given up.
        assert holders in (expected, [])
        assert holders or isinstance(accepted, RoleHolder)


def test_over_the_page_the_one_who_came_too_late_reads_why(
    people: tuple[User, User, User], incident: Incident, at: dt.datetime
) -> None:
    rita, tom, ugo = people
    first = offer_role(rita, incident, COMMANDER, tom, at=at)
    second = offer_role(rita, incident, COMMANDER, ugo, at=at)
    path = reverse("incidents:role", args=[incident.pk])

    def accept(who: User, offer: RoleHolder) -> str:
        client = Client()
        client.force_login(who)
        return client.post(path, {"do": "accept", "holder": offer.pk}, follow=True).content.decode()

    too_late, taken = at_once(lambda: accept(tom, first), lambda: accept(ugo, second))

    assert "This offer is over" in str(too_late)
    assert "This offer is over" not in str(taken)
    assert [one.user for one in commanders(incident)] == [ugo]


def test_lines_that_several_write_at_once_are_all_there(
    people: tuple[User, User, User], incident: Incident, at: dt.datetime
) -> None:
    path = reverse("incidents:line", args=[incident.pk])

    def write(who: User, text: str) -> int:
        client = Client()
        client.force_login(who)
        return client.post(path, {"text": text}).status_code

    told = at_once(*[lambda n=n: write(people[n % 3], f"line {n}") for n in range(9)])

    assert told == [302] * 9
    written = set(Entry.objects.filter(text__startswith="line ").values_list("text", flat=True))
    assert written == {f"line {n}" for n in range(9)}


def test_two_who_save_the_times_at_once_from_one_version_lose_nothing_unsaid(
    people: tuple[User, User, User], incident: Incident
) -> None:
    path = reverse("incidents:times", args=[incident.pk])
    version = Incident.objects.get(pk=incident.pk).version

    def save(who: User, value: str) -> int:
        client = Client()
        client.force_login(who)
        given = {"detected": value, "precision": "minute", "version": version}
        return client.post(path, given).status_code

    told = at_once(lambda: save(people[0], "2026-11-02T10:00:00"), lambda: save(people[1], "2026-11-02T11:00:00"))

    assert sorted(told) == [302, 409]  # type: ignore[type-var]
    mark = TimeMark.objects.get(moment="detected")
    assert mark.at.hour == (10 if told[0] == 302 else 11)
