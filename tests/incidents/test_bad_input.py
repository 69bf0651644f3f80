"""What people and programs should not send to an incident: each has a clear outcome, and nothing that was typed is lost."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django.asserts import assertContains
from rest_framework.test import APIClient

from incidents.actions.incidents import Declaration, declare
from incidents.models import Draft, Entry, ImpactSegment, Incident, Task, TimeMark, Update
from relportal.core.models import User
from tests import make

pytestmark = pytest.mark.django_db

ENDLESS = "Kasse fällt aus " * 625
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def page(client: Client, rita: User) -> Client:
    client.force_login(rita)
    return client


@pytest.fixture
def api(rita: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(rita)
    return client


def of(incident: Incident, name: str, *args: int) -> str:
    return reverse(f"incidents:{name}", args=[incident.pk, *args])


def over(incident: Incident, name: str = "") -> str:
    return f"/api/v1/incidents/{incident.pk}/{name}"


def now(plus: dt.timedelta = dt.timedelta()) -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC).replace(microsecond=0) + plus


def local(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


# A title of 10,000 characters --------------------------------------------------------------------------------------------


def test_declaring_with_an_endless_title_says_so_and_the_form_still_holds_it(page: Client) -> None:
    assert len(ENDLESS) == 10_000
    answer = page.post(reverse("incidents:declare"), {"title": ENDLESS, "summary": "Support hears complaints"})

    assertContains(answer, "at most 200 characters (it has 9999)", status_code=422)
    assertContains(answer, escape(ENDLESS.strip()), status_code=422)
    assertContains(answer, "Support hears complaints", status_code=422)
    assert not Incident.objects.exists()


@pytest.mark.parametrize("name", ["edit", "split"])
def test_an_endless_title_of_a_form_is_kept_in_it(page: Client, incident: Incident, name: str) -> None:
    answer = page.post(of(incident, name), {"title": ENDLESS, "kind": "real", "version": 1})

    assertContains(answer, "at most 200 characters", status_code=422)
    assertContains(answer, escape(ENDLESS.strip()), status_code=422)
    assert list(Incident.objects.values_list("title", flat=True)) == ["Checkout fails"]


def test_an_endless_title_over_the_api_is_a_problem_at_its_field(api: APIClient, incident: Incident) -> None:
    made = api.post("/api/v1/incidents/", {"title": ENDLESS}, format="json")
    changed = api.patch(over(incident), {"title": ENDLESS}, format="json", HTTP_IF_MATCH="*")

    for answer in (made, changed):
        assert answer.status_code == 422
        assert [one["field"] for one in answer.json()["errors"]] == ["title"]
    assert Incident.objects.count() == 1


@pytest.mark.parametrize("text", [ENDLESS, "TODO " + ENDLESS[5:]], ids=["note", "task"])
def test_an_endless_line_is_refused_and_kept_as_a_draft(
    page: Client, api: APIClient, incident: Incident, text: str
) -> None:
    lines = Entry.objects.count()
    shown = page.post(of(incident, "line"), {"text": text}, follow=True)

    assertContains(shown, "characters (it has ")
    assert Draft.objects.get(field="line.text").text == text
    assertContains(shown, f'value="{escape(text)}"')
    assert api.post(over(incident, "timeline/"), {"text": text}, format="json").status_code == 422
    assert (Entry.objects.count(), Task.objects.count()) == (lines, 0)


def test_an_endless_line_sent_by_script_leaves_the_line_as_it_is(page: Client, incident: Incident) -> None:
    """The notice makes the script keep what stands in the field."""
    answer = page.post(of(incident, "line"), {"text": ENDLESS}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assertContains(answer, "characters (it has ")
    assertContains(answer, "rp-notice")
    assert Draft.objects.get(field="line.text").text == ENDLESS


def test_an_endless_update_is_refused_and_all_of_its_fields_are_kept(
    page: Client, api: APIClient, incident: Incident
) -> None:
    given = {"audience": "public", "condition": ENDLESS, "actions": "Rolling back", "needs": "A database person"}
    shown = page.post(of(incident, "update"), given, follow=True)

    assertContains(shown, "Condition:")
    kept = dict(Draft.objects.values_list("field", "text"))
    assert kept == {
        "update.condition": ENDLESS,
        "update.actions": "Rolling back",
        "update.needs": "A database person",
    }
    assert api.post(over(incident, "updates/"), {"condition": ENDLESS}, format="json").status_code == 422
    assert not Update.objects.exists()


def test_an_edited_entry_that_became_endless_stays_in_its_form(page: Client, incident: Incident) -> None:
    entry = Entry.objects.create(incident=incident, text="errors", at=now(-HOUR), recorded_at=now(-HOUR))
    answer = page.post(of(incident, "entry", entry.pk), {"text": ENDLESS, "at": local(entry.at), "version": 1})

    assertContains(answer, escape(ENDLESS.strip()), status_code=422)
    entry.refresh_from_db()
    assert entry.text == "errors"


# Impossible times --------------------------------------------------------------------------------------------------------

FIELDS = ("impact_started", "detected", "acknowledged", "mitigated", "resolved", "closed")
IMPOSSIBLE: Any = [
    *(({name: 1}, name, "lies in the future") for name in FIELDS),
    *(({name: -24 * 365 * 80}, name, "lies before 1970") for name in FIELDS),
    ({"impact_started": -1, "resolved": -2}, "resolved", "Resolved before the impact started"),
    ({"impact_started": -1, "mitigated": -2}, "mitigated", "Mitigated before the impact started"),
    ({"resolved": -1, "closed": -2}, "closed", "Closed before it was resolved"),
]


@pytest.mark.parametrize(("hours", "field", "words"), IMPOSSIBLE)
def test_an_impossible_time_is_refused_with_its_reason_at_its_field(
    page: Client, api: APIClient, incident: Incident, hours: dict[str, int], field: str, words: str
) -> None:
    given = {name: now(plus * HOUR) for name, plus in hours.items()}
    shown = page.post(
        of(incident, "times"), {"precision": "minute", "version": 1} | {n: local(v) for n, v in given.items()}
    )
    answer = api.post(over(incident, "times/"), {n: v.isoformat() for n, v in given.items()}, format="json")

    assert shown.status_code == 422
    assert [words in text for text in shown.context["form"].errors[field]] == [True]
    assertContains(shown, local(given[field]), status_code=422)
    assert answer.status_code == 422
    assert [(one["field"], words in one["message"]) for one in answer.json()["errors"]] == [(field, True)]
    assert not TimeMark.objects.exists()


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"])
def test_a_time_at_the_end_of_the_calendar_is_refused_in_every_zone(
    page: Client, api: APIClient, incident: Incident, rita: User, zone: str, value: str
) -> None:
    rita.time_zone = zone
    rita.save()
    entry = Entry.objects.create(incident=incident, text="errors", at=now(-HOUR), recorded_at=now(-HOUR))
    service = make.service(slug="checkout")
    hit = {"service": "checkout", "start": value}

    posts = [
        page.post(of(incident, "times"), {"resolved": value, "precision": "minute", "version": 1}),
        page.post(of(incident, "entry", entry.pk), {"text": "errors", "at": value, "version": 1}),
        page.post(reverse("incidents:declare"), {"title": "Cards fail", "impact_started": value}),
        api.post(over(incident, "times/"), {"resolved": f"{value}-12:00"}, format="json"),
        api.post(over(incident, "times/"), {"resolved": f"{value}+14:00"}, format="json"),
        api.post(over(incident, "impact/"), hit, format="json"),
        api.post("/api/v1/incidents/", {"title": "Cards fail", "detected": value}, format="json"),
        api.post(over(incident, "updates/"), {"condition": "x", "next_at": value}, format="json"),
    ]
    assert [answer.status_code for answer in posts] == [422] * len(posts)
    page.post(
        of(incident, "segment-add"),
        {"segment-service": service.pk, "segment-level": "full", "segment-start": value},
    )
    assert not ImpactSegment.objects.exists()
    assert (Incident.objects.count(), TimeMark.objects.count()) == (1, 0)
    assert page.get(incident.get_absolute_url()).status_code == 200


def test_declaring_with_a_start_in_the_future_is_refused_and_a_clock_a_little_ahead_is_not(
    page: Client, api: APIClient
) -> None:
    later = now(2 * HOUR)
    shown = page.post(reverse("incidents:declare"), {"title": "Cards fail", "impact_started": local(later)})
    answer = api.post("/api/v1/incidents/", {"title": "Cards", "impact_started": later.isoformat()}, format="json")

    assertContains(shown, "lies in the future", status_code=422)
    assertContains(shown, "Cards fail", status_code=422)
    assert [one["field"] for one in answer.json()["errors"]] == ["impact_started"]
    assert not Incident.objects.exists()

    soon = now(dt.timedelta(seconds=40))
    made = api.post("/api/v1/incidents/", {"title": "Cards", "impact_started": soon.isoformat()}, format="json")
    assert made.status_code == 201
    mark = TimeMark.objects.get()
    assert mark.at == mark.recorded_at


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(1, None, "lies in the future"), (-1, 1, "lies in the future"), (-1, -2, "end lies before the start")],
)
def test_an_impossible_segment_is_refused_with_its_reason(
    page: Client, api: APIClient, incident: Incident, start: int, end: int | None, words: str
) -> None:
    service = make.service(slug="checkout")
    times = {"start": now(start * HOUR)} | ({} if end is None else {"end": now(end * HOUR)})
    form: dict[str, Any] = {f"segment-{name}": local(at) for name, at in times.items()}
    form |= {"segment-service": service.pk, "segment-level": "full"}
    body = {name: at.isoformat() for name, at in times.items()} | {"service": "checkout", "level": "full"}

    assertContains(page.post(of(incident, "segment-add"), form, follow=True), words)
    answer = api.post(over(incident, "impact/"), body, format="json")
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ImpactSegment.objects.exists()


@pytest.mark.parametrize(
    "numbers",
    [{"user_share": 1.5}, {"user_share": -0.1}, {"user_share": "nan"}, {"customers": -1}, {"customers": 2**31}],
)
def test_an_impossible_share_or_number_is_refused(api: APIClient, incident: Incident, numbers: dict[str, Any]) -> None:
    make.service(slug="checkout")
    body = {"service": "checkout", "start": now(-HOUR).isoformat()} | numbers

    answer = api.post(over(incident, "impact/"), body, format="json")
    assert answer.status_code == 422, answer.content
    assert not ImpactSegment.objects.exists()


def test_an_update_that_promises_the_next_one_for_the_past_or_for_next_year_is_refused(
    api: APIClient, incident: Incident
) -> None:
    for plus, words in ((-HOUR, "lies in the past"), (365 * 24 * HOUR, "more than a week ahead")):
        body = {"condition": "Cards fail", "next_at": now(plus).isoformat()}
        answer = api.post(over(incident, "updates/"), body, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "next_at")
        assert words in answer.json()["errors"][0]["message"]
    assert not Update.objects.exists()


@pytest.mark.parametrize("text", ["25:99 rolled back", "-999999m saw", "14:05", "!", "TODO", "-5m"])
def test_what_looks_like_a_mark_and_is_none_is_written_as_it_stands(rita: User, incident: Incident, text: str) -> None:
    api = APIClient()
    api.force_authenticate(rita)
    answer = api.post(over(incident, "timeline/"), {"text": text}, format="json")

    assert (answer.status_code, answer.json()["text"]) == (201, text)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_the_database_refuses_is_a_problem_and_no_failure(
    page: Client, api: APIClient, incident: Incident, text: str
) -> None:
    for path, body in (
        ("/api/v1/incidents/", {"title": text}),
        (over(incident, "timeline/"), {"text": text}),
        (over(incident, "updates/"), {"condition": text}),
    ):
        raw = json.dumps(body).encode()
        assert api.post(path, raw, content_type="application/json").status_code in (400, 422), path
    if "\0" in text:
        assert page.post(reverse("incidents:declare"), {"title": text}).status_code == 422
        assert page.post(of(incident, "line"), {"text": text}).status_code == 302
        assert page.post(of(incident, "draft"), {"field": "line.text", "text": text}).status_code < 500


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"title": {"a": 1}}', b'{"title": ["a"]}', b"\xff"])
def test_a_broken_body_to_the_api_is_a_problem(api: APIClient, body: bytes) -> None:
    answer = api.post("/api/v1/incidents/", body, content_type="application/json")

    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert not Incident.objects.exists()


def test_a_lost_update_of_the_form_shows_both_and_keeps_what_was_typed(
    page: Client, incident: Incident, rita: User, at: dt.datetime
) -> None:
    page.post(of(incident, "edit"), {"title": "Cards fail", "kind": "real", "version": 1})
    answer = page.post(of(incident, "edit"), {"title": "Checkout is down", "kind": "real", "version": 1})

    assertContains(answer, "Checkout is down", status_code=409)
    incident.refresh_from_db()
    assert incident.title == "Cards fail"


def test_merging_into_what_is_not_there_says_so_and_keeps_the_form(
    page: Client, incident: Incident, rita: User, at: dt.datetime
) -> None:
    merged = declare(rita, Declaration(title="Cards fail"), at=at)
    for into in ("INC-999999", "INC-99999999999999999999", "checkout", incident.short_id, "-1", "\u00b2"):
        answer = page.post(of(incident, "merge"), {"into": into, "reason": "the same"})
        assert answer.status_code in (409, 422), into
        assertContains(answer, escape(into), status_code=answer.status_code)
    merged.refresh_from_db()
    assert merged.state == "triage"
