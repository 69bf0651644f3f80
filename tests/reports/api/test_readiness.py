from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from relportal.core.models import ServiceLink, Team, User
from reports.domain.readiness_text import as_json
from reports.models import ReadinessReview
from tests import make
from tests.reports.reviewed import DAY, TEMPLATE, small, waived

pytestmark = pytest.mark.django_db
BASE = "/api/v1/readiness-reviews/"


def _signed_in(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def test_a_release_tool_is_told_whether_a_launch_may_go(alice: User, lead: User, payments: Team) -> None:
    at = timezone.now()
    small(at=at)
    shop = make.service(slug="shop", name="Shop", team=payments)
    owner, head = _signed_in(alice), _signed_in(lead)
    gate = "/api/v1/services/shop/readiness/"
    told = owner.get(gate).json()
    assert (told["verdict"], told["allow"], told["review"]) == (None, False, None)
    planned = (at + 9 * DAY).date().isoformat()
    made = owner.post(BASE, {"service": "shop", "title": "Seat maps", "planned_on": planned}, format="json")
    assert made.status_code == 201
    one = f"{BASE}{made.json()['id']}/"
    assert owner.patch(one, {"title": "Maps of seats"}, format="json").status_code == 428
    moved = owner.patch(one, {"title": "Maps of seats"}, format="json", headers={"If-Match": '"1"'}).json()
    assert (moved["title"], moved["planned_on"], moved["version"]) == ("Maps of seats", planned, 2)
    sent = {"item": "capacity", "result": "pass", "reason": "2x"}
    assert owner.post(f"{one}answers/", sent, format="json").json()["errors"][0]["field"] == "seen_on"
    owner.post(f"{one}answers/", sent | {"seen_on": at.date().isoformat()}, format="json")
    owner.post(f"{one}answers/", {"item": "rollout", "result": "pass"}, format="json")
    told = owner.get(f"{one}verdict/").json()
    assert (told["allow"], told["decided"], [each["key"] for each in told["blocking"]]) == (False, False, ["runbook"])
    waived(shop, lead, at=at, until=at + 5 * DAY, item="runbook")
    body = {"verdict": "conditions", "because": "Five days"}
    assert head.post(f"{one}decide/", body, format="json").status_code == 428
    late = head.post(f"{one}decide/", body, format="json", headers={"If-Match": '"2"'})
    assert late.status_code == 412
    read = head.get(one)
    done = head.post(f"{one}decide/", body, format="json", headers={"If-Match": read.headers["ETag"]})
    assert (done.status_code, done.json()["verdict"]) == (200, "conditions")
    told = owner.get(gate).json()
    assert (told["allow"], told["conditions"][0]["exception"][:4]) == (True, "EXC-")
    ReadinessReview.objects.update(covered_until=timezone.now() - dt.timedelta(seconds=1))
    assert owner.get(gate).json()["allow"] is False
    again = owner.post(f"{one}again/", {"planned_on": planned}, format="json")
    assert again.json()["follows"] == read.json()["short_id"]
    ServiceLink.objects.create(service=shop, kind="runbook", url="https://wiki.example/shop")
    owner.post(f"{BASE}{again.json()['id']}/withdraw/", {"because": "No"}, format="json")
    gone = owner.post(f"{one}launch/", {"because": "The fair"}, format="json")
    assert gone.json()["against"] is True
    assert len(owner.get(f"{BASE}?against=true").json()["results"]) == 1
    assert owner.get("/api/v1/services/moon/readiness/").status_code == 404


def test_a_template_is_written_as_a_whole_and_flaws_are_named(alice: User, lead: User) -> None:
    small(at=timezone.now())
    base = "/api/v1/readiness-templates/"
    items: list[dict[str, Any]] = as_json(TEMPLATE)["items"]
    number = _signed_in(alice).get(base).json()["results"][-1]["number"]
    assert _signed_in(alice).post(base, {"note": "x", "items": items}, format="json").status_code == 403
    head = _signed_in(lead)
    items[0]["checks"] = []
    wrong = head.post(base, {"note": "Less", "items": items}, format="json")
    assert wrong.status_code == 422
    assert "could never pass" in wrong.json()["errors"][0]["message"]
    wrong = head.post(base, {"note": "Less", "items": [items[1] | {"weights": {"7": "info"}}]}, format="json")
    assert wrong.status_code == 422
    sent = {"note": "Less", "items": items[1:], "replaces": number}
    made = head.post(base, sent, format="json")
    assert (made.status_code, made.json()["number"], len(made.json()["items"])) == (201, number + 1, 3)
    assert head.post(base, sent, format="json").status_code == 412
