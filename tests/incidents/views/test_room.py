from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from incidents.actions.checklist import tick_step
from incidents.actions.impact import SegmentFields, add_segment, compute_impact, end_segments, remove_segment
from incidents.actions.incidents import Declaration, declare, edit, move, set_privacy, set_severity
from incidents.actions.marks import set_times
from incidents.actions.roles import offer_role, take_role
from incidents.actions.timeline import edit_entry, finish_task, write_line
from incidents.actions.updates import post_update
from incidents.models import (
    ChecklistStep,
    Draft,
    Entry,
    ImpactSegment,
    Incident,
    IncidentRole,
    Moment,
    Precision,
    RoleHolder,
    Severity,
    State,
    Task,
)
from incidents.queries.room import room as read_room
from relportal.core import units
from relportal.core.models import Role, User
from slo.models import AlertSeverity, BurnAlert
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(client: Client, rita: User) -> Client:
    client.force_login(rita)
    return client


def address(incident: Incident, name: str = "detail", *args: int) -> str:
    return reverse(f"incidents:{name}", args=[incident.pk, *args])


def htmx(client: Client, incident: Incident, name: str, given: dict[str, str]) -> Any:
    return client.post(address(incident, name), given, headers={"HX-Request": "true"})


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


def test_a_line_is_answered_with_the_timeline_alone(room: Client, incident: Incident) -> None:
    seen = room.get(address(incident)).context["stamp"]

    answer = htmx(room, incident, "line", {"text": "rolled back", "stamp": seen})

    assert answer.headers["HX-Retarget"] == "#room-lines"
    assertContains(answer, "rolled back")
    assertNotContains(answer, 'id="live"')
    assert room.get(address(incident, "live"), {"stamp": answer.context["stamp"]}).status_code == 204


def test_lines_of_others_move_the_timeline_alone_and_anything_else_everything(
    room: Client, incident: Incident, rita: User, lead: User, at: dt.datetime
) -> None:
    seen = room.get(address(incident)).context["stamp"]
    write_line(lead, incident, "errors in the log", zone=dt.UTC, at=at)
    lines = room.get(address(incident, "live"), {"stamp": seen})
    assert lines.headers["HX-Retarget"] == "#room-lines"
    assertContains(lines, "errors in the log")

    seen = lines.context["stamp"]
    changes: list[Callable[[], object]] = [
        lambda: write_line(lead, incident, "TODO call the bank", zone=dt.UTC, at=at),
        lambda: finish_task(lead, Task.objects.get(), at=at),
        lambda: take_role(lead, incident, IncidentRole.SCRIBE, at=at),
        lambda: offer_role(lead, incident, IncidentRole.SCRIBE, rita, at=at),
        lambda: tick_step(lead, incident, ChecklistStep.objects.filter(does="")[0], at=at),
        lambda: tick_step(lead, incident, ChecklistStep.objects.filter(does="")[0], at=at, done=False),
        lambda: post_update(lead, incident, audience="internal", condition="Cards fail", at=at),
        lambda: add_segment(lead, incident, SegmentFields(service=make.service(), start=at), at=at),
        lambda: end_segments(lead, incident, end=at + dt.timedelta(minutes=9), at=at + dt.timedelta(minutes=10)),
        lambda: remove_segment(lead, ImpactSegment.objects.get(), at=at),
        lambda: set_times(lead, incident, {Moment.DETECTED: (at, Precision.MINUTE)}, version=None, at=at),
        lambda: set_severity(lead, incident, Severity.objects.get(level=2), at=at),
        lambda: edit(lead, incident, version=None, at=at, summary="A certificate ran out"),
        lambda: move(lead, incident, State.IDENTIFIED, at=at),
    ]
    for number, change in enumerate(changes):
        change()
        answer = room.get(address(incident, "live"), {"stamp": seen})
        assert "HX-Retarget" not in answer.headers, number
        assertContains(answer, 'id="live"')
        seen = answer.context["stamp"]
        assert room.get(address(incident, "live"), {"stamp": seen}).status_code == 204, number


@pytest.mark.parametrize("linked", [False, True])
def test_newer_numbers_are_shown_without_anybody_writing(
    room: Client, rita: User, at: dt.datetime, *, linked: bool
) -> None:
    objective = make.objective(service=make.service())
    status = make.status(objective=objective, at=at, remaining=0.42)
    given = {"objectives": [objective]} if linked else {"services": [objective.service]}
    incident = declare(rita, Declaration(title="Cards fail", **given), at=at)
    add_segment(rita, incident, SegmentFields(service=objective.service, start=at), at=at)
    seen = room.get(address(incident)).context["stamp"]

    status.remaining, status.computed_at = 0.17, at + dt.timedelta(minutes=1)
    status.save()
    answer = room.get(address(incident, "live"), {"stamp": seen})
    assertContains(answer, units.percent(0.17))

    compute_impact(incident, at=at + dt.timedelta(minutes=2))
    answer = room.get(address(incident, "live"), {"stamp": answer.context["stamp"]})
    assertContains(answer, 'id="live"')


def test_an_edited_line_is_sent_anew(room: Client, incident: Incident, rita: User, at: dt.datetime) -> None:
    row = write_line(rita, incident, "rolled bakc", zone=dt.UTC, at=at)
    assert isinstance(row, Entry)
    seen = room.get(address(incident)).context["stamp"]

    edit_entry(rita, row, version=1, at=at, text="rolled back")
    answer = room.get(address(incident, "live"), {"stamp": seen})
    assertContains(answer, "rolled back")
    assertNotContains(answer, "bakc")

    edit_entry(rita, row, version=2, at=at, struck=True, pinned=True)
    answer = room.get(address(incident, "live"), {"stamp": answer.context["stamp"]})
    assertContains(answer, "is-struck")
    assertNotContains(answer, "Pinned")


def test_a_refusal_stays_until_the_next_change_and_then_goes(room: Client, incident: Incident) -> None:
    seen = room.get(address(incident)).context["stamp"]
    refused = htmx(room, incident, "line", {"text": " ", "stamp": seen})
    assertContains(refused, "Write what happened")
    seen = refused.context["stamp"]
    assert room.get(address(incident, "live"), {"stamp": seen}).status_code == 204

    answer = htmx(room, incident, "line", {"text": "rolled back", "stamp": seen})

    assert "HX-Retarget" not in answer.headers
    assertContains(answer, "rolled back")
    assertNotContains(answer, "Write what happened")


def test_the_same_line_is_drawn_for_each_viewer_as_it_is_for_them(
    room: Client, incident: Incident, rita: User, watcher: User, at: dt.datetime
) -> None:
    write_line(rita, incident, "rolled back", zone=dt.UTC, at=at.replace(hour=10, minute=5))
    entry = incident.entries.get(kind="note")
    assertContains(room.get(address(incident)), address(incident, "entry", entry.pk))

    other = Client()
    watcher.time_zone = "Asia/Tokyo"
    watcher.save()
    other.force_login(watcher)
    for page in (other.get(address(incident)), other.get(address(incident, "live"))):
        assertNotContains(page, address(incident, "entry", entry.pk))
        assertContains(page, "19:05")
    assertContains(room.get(address(incident)), address(incident, "entry", entry.pk))

    rita.display_name = "Rita Marriedname"
    rita.save()
    assertContains(other.get(address(incident)), "Rita Marriedname")


def test_what_is_asked_and_posted_is_nothing_for_whom_the_incident_became_private(
    incident: Incident, rita: User, watcher: User, at: dt.datetime
) -> None:
    client = Client()
    client.force_login(watcher)
    seen = client.get(address(incident)).context["stamp"]

    set_privacy(rita, incident, is_private=True, people=[], at=at)

    for stamp in (seen, "", f"{seen.partition('.')[0]}.x"):
        assert client.get(address(incident, "live"), {"stamp": stamp}).status_code == 404


def test_a_room_that_nobody_changed_asks_little(
    room: Client, incident: Incident, rita: User, at: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        write_line(rita, incident, f"line {number}", zone=dt.UTC, at=at)
    seen = room.get(address(incident)).context["stamp"]
    with django_assert_max_num_queries(6):
        assert room.get(address(incident, "live"), {"stamp": seen}).status_code == 204
    write_line(rita, incident, "one more", zone=dt.UTC, at=at)
    with django_assert_max_num_queries(7):
        assertContains(room.get(address(incident, "live"), {"stamp": seen}), "one more")


def test_who_can_be_asked_is_who_responds_and_costs_one_question(
    room: Client, incident: Incident, watcher: User, lead: User, django_assert_max_num_queries: Any
) -> None:
    team = make.team(slug="search")
    for number in range(20):
        make.user(f"r{number}@example.com", display_name=f"Responder {number}", role=Role.RESPONDER, team=team)
    with django_assert_max_num_queries(26):
        page = room.get(address(incident))
    assertContains(page, ">Responder 19</option>", count=len(IncidentRole))
    assertNotContains(page, f">{watcher}</option>")


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
    with django_assert_max_num_queries(26):  # type: ignore[operator]
        room.get(address(incident))


def test_the_list_asks_no_more_for_more_incidents(
    room: Client, rita: User, at: dt.datetime, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        declare(rita, Declaration(title=f"Incident {number}", services=[make.service()]), at=at)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page = room.get(reverse("incidents:list"))
    assertContains(page, "Incident 29")
