from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from incidents.models import ActionItem, Alert, Integration
from relportal.core.models import Role, Team, User
from reports.actions import reviews as acts
from reports.actions.rituals import from_template
from reports.models import Decision, Review, Ritual
from tests import make
from tests.reports.meeting import item, planned, ritual


def test_a_ritual_starts_from_its_template_and_its_review_is_held_without_leaving_an_item(
    lead: User, bob: User, client: Client
) -> None:
    client.force_login(lead)
    form = client.get("/reviews/rituals/new/?kind=council").context["form"]
    given = {name: form[name].value() or "" for name in form.fields} | {"starts": "10:00", "participants": [bob.pk]}
    wrong = client.post("/reviews/rituals/new/", given | {"items": "15 objectives_due\nten risks"})
    assert wrong.status_code == 422
    assert "Line 2: write minutes" in wrong.content.decode()
    given["items"] = "15 objectives_due\n5 What else?"
    made = client.post("/reviews/rituals/new/", given, follow=True)
    assert made.status_code == 200, made.context["form"].errors
    review = planned(Ritual.objects.get())
    page = client.get(review.get_absolute_url()).content.decode()
    assert "Build the pack now" in page
    client.post(f"{review.get_absolute_url()}build/")
    shown = client.post(f"{review.get_absolute_url()}start/", follow=True).content.decode()
    assert "No objective is due for review" in shown
    first, last = item(review, "objectives_due"), item(review, "topic")
    base = f"{review.get_absolute_url()}items/{first.pk}/"
    assert "Tighter targets" in client.post(f"{base}note/", {"text": "Tighter targets"}, follow=True).content.decode()
    empty = client.post(f"{base}decide/", {"title": "Tighten", "reason": ""})
    assert empty.status_code == 422
    assert 'value="Tighten"' in empty.content.decode()
    client.post(f"{base}decide/", {"title": "Tighten", "reason": "All were met"})
    client.post(f"{base}promise/", {"title": "Propose targets", "owner": lead.pk, "due_on": "2099-01-01"})
    sent = client.post(f"{base}tick/", {"state": "done", "spent_s": "61"})
    assert sent["Location"].endswith(f"?item={last.position}")
    client.post(f"{review.get_absolute_url()}attend/", {"people": [bob.pk]})
    client.post(f"{review.get_absolute_url()}finish/")
    minutes = client.get(f"{review.get_absolute_url()}minutes/").content.decode()
    assert "1 decision, 1 action" in minutes
    assert "Propose targets" in minutes
    assert "What else?" in minutes
    assert (Decision.objects.get().title, ActionItem.objects.get().owner) == ("Tighten", lead)
    client.force_login(bob)
    assert "Tighten" in client.get(f"{review.get_absolute_url()}present/?item=1").content.decode()
    assert client.post(f"{base}note/", {"text": "me too"}).status_code == 403


def test_an_alert_is_judged_without_leaving_the_meeting(lead: User, client: Client) -> None:
    at = timezone.now()
    tool = Integration.objects.create(slug="am", name="Alertmanager", kind="alertmanager", created_at=at)
    alert = Alert.objects.create(
        integration=tool, fingerprint="1", name="DiskFull", started_at=at - dt.timedelta(days=1), first_received_at=at,
        last_received_at=at,
    )  # fmt: skip
    review = planned(ritual(lead, at=at, kind="alerts"))
    acts.start(lead, review, at=at)
    here = f"{review.get_absolute_url()}present/?item={item(review, 'unjudged').position}"
    client.force_login(lead)
    assert f"/alerts/{alert.pk}/verdict/" in client.get(here).content.decode()
    judged = client.post(f"/alerts/{alert.pk}/verdict/", {"verdict": "noise", "back": here}, follow=True)
    assert judged.redirect_chain == [(here, 302)]
    # The pack is frozen and goes on to say that nobody had judged it; beside it stands what was said since.
    page = judged.content.decode()
    assert "1 alert is not judged" in page
    assert "Take back" in page


def test_the_list_says_what_comes_next_and_finds_what_was_said(
    lead: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(lead)
    assert "No review is planned" in client.get("/reviews/").content.decode()
    at = timezone.now() - dt.timedelta(days=30)
    one = ritual(lead, at=at)
    for week in range(3):
        review = planned(one)
        acts.start(lead, review, at=review.meets_at)
        acts.note(lead, item(review, "risks"), text=f"Spoken in week {week}", at=review.meets_at)
        acts.finish(lead, review, at=review.meets_at)
    client.get("/reviews/")
    with django_assert_max_num_queries(12):
        page = client.get("/reviews/").content.decode()
    assert "4 reviews" in page
    found = client.get("/reviews/?q=week+1&state=done&format=csv").getvalue().decode()
    assert found.count("REV-") == 1
    with django_assert_max_num_queries(22):
        client.get(review.get_absolute_url())
    assert client.get(f"/r/{review.short_id}/").status_code == 302


def test_reviews_are_read_and_written_over_the_api(lead: User, payments: Team, client: Client) -> None:
    alice = make.user("al@example.com", role=Role.SERVICE_OWNER, team=payments)
    review = planned(ritual(lead, at=timezone.now(), team=payments))
    client.force_login(alice)
    address, json = f"/api/v1/reviews/{review.pk}/", "application/json"
    assert client.post(f"{address}build/").json()["sha256"]
    assert client.post(f"{address}start/").json()["state"] == "running"
    assert client.post(f"{address}build/").status_code == 409
    one = item(review, "risks")
    client.post(f"{address}note/", {"item": one.pk, "text": "Slow bank"}, content_type=json)
    given = {"item": one.pk, "title": "Freeze", "reason": "Burnt"}
    made = client.post(f"{address}decision/", given, content_type=json)
    assert made.status_code == 201
    due = {"item": one.pk, "title": "Call them", "owner": "al@example.com", "due_on": "2099-01-01"}
    assert client.post(f"{address}action/", due, content_type=json).status_code == 201
    assert client.post(f"{address}note/", {"item": 10**9, "text": "x"}, content_type=json).status_code == 422
    row = next(each for each in client.get(address).json()["items"] if each["key"] == "risks")
    assert (row["notes"][0]["text"], row["decisions"], row["facts"]["claim"]) == (
        "Slow bank", [Decision.objects.get().short_id], "No risk has moved",
    )  # fmt: skip
    assert client.get("/api/v1/rituals/?kind=reliability").json()["results"][0]["team"] == "payments"
    assert Review.objects.get().started_by == alice
    assert client.post(f"{address}finish/").json()["state"] == "done"


def test_a_ritual_is_made_changed_and_ended_over_the_api(lead: User, payments: Team, client: Client) -> None:
    alice = make.user("al@example.com", role=Role.SERVICE_OWNER, team=payments)
    client.force_login(alice)
    url, json = "/api/v1/rituals/", "application/json"
    given = {"kind": "reliability", "name": "Ours", "cadence": "weekly", "weekday": 1, "starts": "10:00"}
    assert client.post(url, given, content_type=json).status_code == 403
    given |= {"team": "payments", "participants": ["al@example.com"]}
    assert client.post(url, given | {"items": [{"key": "nothing", "minutes": 5}]}, content_type=json).status_code == 422
    made = client.post(url, given, content_type=json)
    assert (made.status_code, made.json()["participants"]) == (201, ["al@example.com"])
    assert [each["key"] for each in made.json()["items"]] == [each.key for each in from_template("reliability")]
    row, etag = f"{url}{made.json()['id']}/", {"If-Match": made.headers["ETag"]}
    changed = client.patch(
        row, {"weekday": 4, "items": [{"key": "risks", "minutes": 9}]}, content_type=json, headers=etag
    )
    found = changed.json()
    assert (found["weekday"], found["name"], found["items"][0]["minutes"], found["participants"]) == (
        4, "Ours", 9, ["al@example.com"],
    )  # fmt: skip
    assert client.patch(row, {"weekday": 2}, content_type=json, headers=etag).status_code == 412
    half = client.patch(row, {"items": [{"key": "risks"}]}, content_type=json, headers={"If-Match": "*"})
    assert (half.status_code, half.json()["errors"][0]["field"]) == (422, "items.0.minutes")
    review = Review.objects.get(ritual=found["id"])
    assert review.meets_at.weekday() == 4
    address = f"/api/v1/reviews/{review.pk}/"
    assert client.post(f"{address}attend/", {"people": []}, content_type=json).status_code == 409
    topic = client.post(f"{address}topic/", {"title": "Holiday cover", "minutes": 5}, content_type=json)
    assert (topic.status_code, topic.json()["items"][-1]["title"]) == (201, "Holiday cover")
    client.post(f"{address}start/")
    assert client.post(row + "retire/").status_code == 409
    there = client.post(f"{address}attend/", {"people": ["al@example.com"]}, content_type=json)
    assert there.json()["attended"] == ["al@example.com"]
    last = there.json()["items"][-1]
    assert last["title"] == "Holiday cover"
    tick = {"item": last["id"], "state": "done", "spent_s": 240}
    ticked = client.post(f"{address}tick/", tick, content_type=json).json()["items"][-1]
    assert (ticked["state"], ticked["spent_s"]) == ("done", 240)
    client.post(f"{address}finish/")
    after = Review.objects.get(ritual=found["id"], state="planned")
    skipped = client.post(f"/api/v1/reviews/{after.pk}/skip/", {"reason": "Holidays"}, content_type=json)
    assert (skipped.json()["state"], skipped.json()["skipped_because"]) == ("skipped", "Holidays")
    assert client.post(row + "retire/").json()["retired_at"]
