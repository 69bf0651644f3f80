"""Reminders come once each, go on until the thing is done, and reach those who can help."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from incidents import tasks
from incidents.actions import reminders
from incidents.actions.action_items import Promised, move, promise
from incidents.actions.deferrals import ask_deferral, decide_deferral
from incidents.actions.incidents import Declaration, declare, set_privacy
from incidents.actions.incidents import move as move_incident
from incidents.actions.postmortems import open_postmortem
from incidents.actions.reminders import REMINDERS, remind
from incidents.actions.roles import offer_role, take_role
from incidents.actions.updates import post_update
from incidents.models import ActionItem, ActionState, IncidentRole, State
from relportal.core import work
from relportal.core.models import Notification, Role, Team, User, WorkItem
from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def olga(rita: User) -> User:
    return make.user("olga@example.com", role=Role.SERVICE_OWNER, team=Team.objects.get(slug="payments"))


@pytest.fixture
def item(rita: User, at: Any) -> ActionItem:
    """Due ten days from now."""
    team = Team.objects.get(slug="payments")
    day = timezone.localdate(at) + 10 * DAY
    return promise(rita, Promised(title="Page earlier", owner=rita, team=team, due_on=day), at=at)


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("at", "pk").values_list("text", flat=True))


def run(begin: dt.datetime, *, days: int) -> None:
    """At noon and again an hour later, as a restarted worker may."""
    for number in range(days):
        remind(at=begin + number * DAY)
        remind(at=begin + number * DAY + DAY / 24)


def test_an_owner_hears_before_on_the_day_and_every_week_after(
    rita: User, olga: User, item: ActionItem, at: Any
) -> None:
    run(at, days=7)
    assert told(rita) == []

    run(at + 7 * DAY, days=3)
    assert [text.split(" is ")[1] for text in told(rita)] == ["due on 2026-11-12"]

    run(at + 10 * DAY, days=1)
    assert told(rita)[-1].endswith("is due today, 2026-11-12")

    run(at + 11 * DAY, days=14)
    assert [text.split(" is ")[1] for text in told(rita)[2:]] == ["1 day overdue", "8 days overdue"]


def test_after_a_week_the_owners_of_the_service_hear_too(rita: User, olga: User, item: ActionItem, at: Any) -> None:
    run(at, days=18)
    assert told(olga) == []

    run(at + 18 * DAY, days=1)
    assert len(told(olga)) == 1


def test_what_is_done_is_said_no_more(rita: User, item: ActionItem, at: Any) -> None:
    move(rita, item, ActionState.DONE, at=at)

    run(at, days=30)

    assert told(rita) == []


def test_what_somebody_agreed_to_is_not_said_until_that_ends(
    rita: User, item: ActionItem, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = at + 20 * DAY
    monkeypatch.setattr(reminders, "PAUSES", [lambda asked, at: asked & {item.pk} if at < until else frozenset()])

    run(at, days=20)
    assert told(rita) == []

    run(until, days=2)
    assert [text.split(" is ")[1] for text in told(rita)] == ["10 days overdue"]


def test_what_is_put_off_begins_anew(rita: User, olga: User, item: ActionItem, at: Any) -> None:
    run(at, days=12)
    wish = ask_deferral(rita, item, until=item.due_on + 20 * DAY, reason="x", at=at + 12 * DAY)
    decide_deferral(olga, wish, approved=True, at=at + 12 * DAY)
    before = len(told(rita))

    run(at + 12 * DAY, days=14)
    assert len(told(rita)) == before
    run(at + 26 * DAY, days=2)
    assert len(told(rita)) == before + 1


def test_an_action_of_nobody_is_said_to_the_owners_of_its_team(olga: User, rita: User, at: Any) -> None:
    team = Team.objects.get(slug="payments")
    promise(rita, Promised(title="Nobody's", team=team, due_on=timezone.localdate(at) + DAY), at=at)

    remind(at=at)

    assert len(told(olga)) == 1


def test_nobody_hears_of_an_action_in_an_incident_that_is_hidden_from_them(rita: User, olga: User, at: Any) -> None:
    secret = declare(rita, Declaration(title="Breach", is_private=True), at=at)
    team = Team.objects.get(slug="payments")
    promise(rita, Promised(title="Keys", incident=secret, owner=rita, team=team, due_on=timezone.localdate(at)), at=at)

    run(at, days=20)

    assert told(rita)
    assert told(olga) == []


def test_a_postmortem_is_said_to_its_owner_and_then_to_the_owners_of_the_service(
    rita: User, olga: User, at: Any
) -> None:
    service = make.service(team=Team.objects.get(slug="payments"))
    incident = declare(rita, Declaration(title="Down", severity=1, services=[service]), at=at)
    move_incident(rita, incident, State.RESOLVED, at=at)
    open_postmortem(rita, incident, at=at)

    run(at, days=4)
    assert [text.endswith("tomorrow") for text in told(rita)] == [True]
    assert told(olga) == []

    run(at + 4 * DAY, days=4)
    assert told(rita)[-1].endswith("overdue")
    assert len(told(olga)) == 1


def test_an_incident_that_owes_one_is_said_to_its_commander(rita: User, olga: User, at: Any) -> None:
    incident = declare(rita, Declaration(title="Down", severity=0), at=at)
    take_role(rita, incident, IncidentRole.COMMANDER, at=at)
    move_incident(rita, incident, State.RESOLVED, at=at)

    run(at, days=6)

    assert any("owes a postmortem" in text for text in told(rita))
    set_privacy(rita, incident, is_private=True, people=[], at=at)
    run(at + 6 * DAY, days=10)
    assert told(olga) == []


def test_the_next_update_is_said_once_to_whoever_speaks(rita: User, incident: Any, at: Any) -> None:
    take_role(rita, incident, IncidentRole.COMMANDER, at=at)
    post_update(rita, incident, audience="internal", condition="Still down", next_at=at + DAY / 24, at=at)

    remind(at=at)
    assert told(rita) == []
    for minutes in (60, 65, 70):
        remind(at=at + dt.timedelta(minutes=minutes))

    assert [text.endswith("the next update is due") for text in told(rita)] == [True]


def test_a_role_that_is_offered_is_told(rita: User, olga: User, incident: Any, at: Any) -> None:
    offer_role(rita, incident, IncidentRole.SCRIBE, olga, at=at)

    assert "is offered to you" in told(olga)[0]


def test_reminders_are_due_work_from_the_first_migration_on(at: Any) -> None:
    item = WorkItem.objects.get(kind=REMINDERS, every_s=300)

    assert work.handler_of(REMINDERS) is tasks.reminders
    assert tasks.reminders(item, at).again_at == at + dt.timedelta(minutes=5)
