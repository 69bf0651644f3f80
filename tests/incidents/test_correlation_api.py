"""Candidates, the alerts of an incident, and similar incidents over the API."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.actions.correlation import attach
from incidents.actions.incidents import Declaration, declare
from incidents.models import SimilarRating
from relportal.core.models import User
from tests.incidents.ringing import Company, alert, minutes

pytestmark = pytest.mark.django_db
CANDIDATES = "/api/v1/alert-candidates/"


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now() - minutes(20)


@pytest.fixture
def company(rita: User) -> Company:
    return Company.found(rita.memberships.get().team)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(path, body, content_type="application/json")


def test_candidates_are_given_with_their_alerts_and_what_they_fit(
    rita: User, watcher: User, company: Company, now: dt.datetime
) -> None:
    one, other = alert(company.checkout, now, name="HighErrors"), alert(company.payments, now + minutes(1))
    row = declare(rita, Declaration(title="Down", services=[company.ledger]), at=now)
    secret = declare(rita, Declaration(title="Breach", services=[company.checkout], is_private=True), at=now)
    (found,) = client_of(watcher).get(CANDIDATES).json()["rows"]
    assert (found["alerts"], found["services"]) == ([one.pk, other.pk], ["checkout", "payments"])
    assert found["fits"] == [{"incident": row.short_id, "because": "it is of Ledger, one hop away"}]
    (inside,) = client_of(rita).get(CANDIDATES).json()["rows"]
    assert [fit["incident"] for fit in inside["fits"]] == [secret.short_id, row.short_id]


def test_alerts_are_attached_and_taken_out(rita: User, company: Company, now: dt.datetime) -> None:
    row = declare(rita, Declaration(title="Down", services=[company.checkout]), at=now)
    one, path, client = alert(company.checkout, now), f"/api/v1/incidents/{row.pk}/alerts/", client_of(rita)
    assert [each["id"] for each in post(client, path, {"alerts": [one.pk]}).json()] == [one.pk]
    assert client.get(path).json()[0]["service"] == "checkout"
    assert post(client, path, {"alerts": [one.pk], "attached": False}).json() == []
    assert post(client, path, {"alerts": []}).status_code == 422
    assert post(client, path, {"alerts": ["x"]}).status_code == 422


def test_an_alert_of_another_incident_is_refused_with_409(rita: User, company: Company, now: dt.datetime) -> None:
    row, other = (declare(rita, Declaration(title=title), at=now) for title in ("One", "Two"))
    held = alert(company.mail, now)
    attach(rita, other, [held.pk], at=now)
    answer = post(client_of(rita), f"/api/v1/incidents/{row.pk}/alerts/", {"alerts": [held.pk]})
    assert answer.status_code == 409
    assert other.short_id in answer.json()["detail"]


def test_a_private_incident_gives_its_alerts_and_those_like_it_only_inside(
    rita: User, watcher: User, now: dt.datetime
) -> None:
    secret = declare(rita, Declaration(title="Certificate expired", is_private=True), at=now)
    row = declare(rita, Declaration(title="Certificate expired"), at=now)
    outside, inside = client_of(watcher), client_of(rita)
    for part in ("alerts", "similar"):
        assert outside.get(f"/api/v1/incidents/{secret.pk}/{part}/").status_code == 404
        assert inside.get(f"/api/v1/incidents/{secret.pk}/{part}/").status_code == 200
    assert outside.get(f"/api/v1/incidents/{row.pk}/similar/").json() == []
    assert [each["incident"] for each in inside.get(f"/api/v1/incidents/{row.pk}/similar/").json()] == [secret.short_id]


def test_similar_incidents_are_given_with_why_and_rated(rita: User, now: dt.datetime) -> None:
    past = declare(rita, Declaration(title="Certificate expired"), at=now)
    row = declare(rita, Declaration(title="Certificate of the bank expired"), at=now)
    path, client = f"/api/v1/incidents/{row.pk}/similar/", client_of(rita)
    (found,) = client.get(path).json()
    assert (found["incident"], found["mine"], found["parts"][0]["part"]) == (past.short_id, None, "text")
    (rated,) = post(client, path, {"incident": past.short_id, "useful": False}).json()
    assert (rated["mine"], rated["useless"]) == (False, 1)
    assert rated["score"] < found["score"]
    post(client, path, {"incident": past.short_id, "useful": None})
    assert not SimilarRating.objects.exists()
    assert post(client, path, {"incident": f"INC-{row.pk + 99}", "useful": True}).status_code == 422
    assert post(client, path, {"incident": row.short_id, "useful": True}).status_code == 422
