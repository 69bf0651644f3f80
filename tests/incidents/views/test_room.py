from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from incidents.actions.incidents import Declaration, declare, set_privacy
from incidents.actions.timeline import write_line
from incidents.models import Draft, Incident, IncidentRole, RoleHolder, State
from incidents.queries.room import room as read_room
from relportal.core.models import User
from slo.models import AlertSeverity, BurnAlert
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(client: Client, rita: User) -> Client:
    client.force_login(rita)
    return client


def address(incident: Incident, name: str = "detail", *args: int) -> str:
    return reverse(f"incidents:{name}", args=[incident.pk, *args])


def test_a_title_and_enter_declare(room: Client) -> None:
    answer = room.post(reverse("incidents:declare"), {"title": "Card payments fail"})

    incident = Incident.objects.get()
    assertRedirects(answer, incident.get_absolute_url())
    assertContains(room.get(incident.get_absolute_url()), "Card payments fail")


def test_without_a_title_the_form_says_so_and_keeps_what_was_written(room: Client) -> None:
    answer = room.post(reverse("incidents:declare"), {"title": "", "summary": "Support hears complaints"})

    assert answer.status_code == 422
    assertContains(answer, "Support hears complaints", status_code=422)
    assert not Incident.objects.exists()


def test_from_a_burning_objective_everything_is_filled_in(room: Client, at: dt.datetime) -> None:
    objective = make.objective(service=make.service(name="Checkout"), name="Availability", target=Decimal("0.999"))
    BurnAlert.objects.create(
        objective=objective,
        long_s=3600,
        short_s=300,
        factor=14.4,
        severity=AlertSeverity.PAGE,
        fired_at=at,
        burn_long=20.0,
        burn_short=20.0,
        peak_burn=20.0,
    )

    page = room.get(reverse("incidents:declare"), {"objective": objective.pk})

    assertContains(page, "SEV-1 is suggested")
    assertContains(page, "Checkout: Availability")


def test_the_line_writes_into_the_timeline(room: Client, incident: Incident) -> None:
    room.post(address(incident, "line"), {"text": "rolled back"})

    assertContains(room.get(address(incident)), "rolled back")


def test_what_is_refused_is_said_and_what_was_typed_is_kept(room: Client, incident: Incident) -> None:
    given = {"audience": "internal", "condition": "x" * 5000, "actions": "Rolling back", "needs": ""}
    page = room.post(address(incident, "update"), given, follow=True)

    assertContains(page, "Condition:")
    assert Draft.objects.get(field="update.actions").text == "Rolling back"
    assertContains(room.get(address(incident)), "Rolling back")


def test_a_draft_comes_back_and_belongs_to_its_author(room: Client, incident: Incident, lead: User) -> None:
    assert room.post(address(incident, "draft"), {"field": "line.text", "text": "half a sen"}).status_code == 204

    assertContains(room.get(address(incident)), "half a sen")
    other = Client()
    other.force_login(lead)
    assertNotContains(other.get(address(incident)), "half a sen")


def test_the_live_part_is_sent_only_when_something_changed(room: Client, incident: Incident) -> None:
    stamp = room.get(address(incident)).context["stamp"]
    assert room.get(address(incident, "live"), {"stamp": stamp}).status_code == 204

    room.post(address(incident, "line"), {"text": "rolled back"})

    assertContains(room.get(address(incident, "live"), {"stamp": stamp}), "rolled back")


def test_a_line_that_is_committed_while_the_room_is_read_is_shown_by_the_next_question(
    room: Client, incident: Incident, rita: User, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = read_room

    def slow(*given: Any, **options: Any) -> Any:
        found = read(*given, **options)
        write_line(rita, incident, "meanwhile", zone=dt.UTC, at=at)
        return found

    monkeypatch.setattr("incidents.views.room.room", slow)
    page = room.get(address(incident))
    monkeypatch.setattr("incidents.views.room.room", read)
    assertNotContains(page, "meanwhile")

    assertContains(room.get(address(incident, "live"), {"stamp": page.context["stamp"]}), "meanwhile")


def test_roles_are_taken_offered_and_accepted(room: Client, incident: Incident, lead: User) -> None:
    room.post(address(incident, "role"), {"do": "take", "role": "commander"})
    room.post(address(incident, "role"), {"do": "offer", "role": "commander", "user": lead.pk})
    offer = RoleHolder.objects.get(since=None)
    other = Client()
    other.force_login(lead)

    other.post(address(incident, "role"), {"do": "accept", "holder": offer.pk})

    held = RoleHolder.objects.get(role=IncidentRole.COMMANDER, until=None)
    assert held.user == lead


def test_a_merged_incident_leads_to_where_it_went_on(
    room: Client, incident: Incident, rita: User, at: dt.datetime
) -> None:
    other = declare(rita, Declaration(title="Cards fail"), at=at)

    room.post(address(incident, "merge"), {"into": other.short_id})

    assertRedirects(room.get(address(incident)), other.get_absolute_url())


def test_a_private_incident_is_nowhere_for_others(
    client: Client, incident: Incident, rita: User, watcher: User, at: dt.datetime
) -> None:
    set_privacy(rita, incident, is_private=True, people=[], at=at)
    client.force_login(watcher)

    assert client.get(address(incident)).status_code == 404
    assert client.get(address(incident, "live")).status_code == 404
    assert client.get(f"/r/{incident.short_id}/").status_code == 404
    listed = client.get(reverse("incidents:list"))
    assertNotContains(listed, incident.title)
    assertContains(listed, "No incident is going on")
    assertNotContains(client.get(reverse("incidents:list"), {"format": "csv"}), incident.title)


def test_times_are_entered_and_impossible_ones_stand_at_their_fields(room: Client, incident: Incident) -> None:
    page = room.post(
        address(incident, "times"),
        {
            "impact_started": "2026-11-02T11:00:00",
            "resolved": "2026-11-02T10:00:00",
            "precision": "minute",
            "version": 1,
        },
    )

    assert page.status_code == 422
    assertContains(page, "Resolved before the impact started", status_code=422)


def test_a_state_that_is_posted_moves_it(room: Client, incident: Incident) -> None:
    room.post(address(incident, "state"), {"to": "resolved"})

    incident.refresh_from_db()
    assert incident.state == State.RESOLVED


def test_the_room_asks_a_fixed_number_of_questions(
    room: Client, incident: Incident, django_assert_max_num_queries: object
) -> None:
    room.get(address(incident))
    with django_assert_max_num_queries(36):  # type: ignore[operator]
        room.get(address(incident))


def test_the_list_asks_no_more_for_more_incidents(
    room: Client, rita: User, at: dt.datetime, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        declare(rita, Declaration(title=f"Incident {number}", services=[make.service()]), at=at)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page = room.get(reverse("incidents:list"))
    assertContains(page, "Incident 29")
