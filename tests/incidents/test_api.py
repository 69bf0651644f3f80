from __future__ import annotations

import datetime as dt

import pytest
from rest_framework.test import APIClient

from incidents.actions.incidents import set_privacy
from incidents.models import Incident
from relportal.core.models import User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(rita: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(rita)
    return client


def test_another_tool_declares_and_runs_an_incident(api: APIClient) -> None:
    service = make.service(slug="checkout")
    made = api.post("/api/v1/incidents/", {"title": "Cards fail", "services": ["checkout"]}, format="json")
    assert made.status_code == 201
    path = f"/api/v1/incidents/{made.json()['id'].removeprefix('INC-')}/"

    assert api.post(f"{path}timeline/", {"text": "rolled back"}, format="json").status_code == 201
    assert api.post(f"{path}severity/", {"severity": 1}, format="json").json()["severity"] == 1
    assert api.post(f"{path}roles/", {"role": "commander"}, format="json").json()["user"] == "rita@example.com"
    said = api.post(f"{path}updates/", {"condition": "Cards fail"}, format="json")
    assert (said.status_code, said.json()["audience"]) == (201, "internal")
    start = (dt.datetime.now(tz=dt.UTC) - dt.timedelta(minutes=10)).isoformat()
    hit = api.post(f"{path}impact/", {"service": "checkout", "start": start}, format="json")
    assert hit.status_code == 201, hit.content
    done = api.post(f"{path}state/", {"state": "resolved"}, format="json").json()

    assert done["state"] == "resolved"
    assert done["times"]["resolved"] is not None
    assert done["figures"]["impact_minutes"] == pytest.approx(10, abs=0.1)
    assert done["services"] == [service.slug]
    assert api.get(f"{path}timeline/").json()[0]["kind"] == "impact"


def test_a_lost_update_is_refused(api: APIClient, incident: Incident) -> None:
    path = f"/api/v1/incidents/{incident.pk}/"
    stamp = api.get(path)["ETag"]
    assert api.patch(path, {"title": "Cards fail"}, format="json", HTTP_IF_MATCH=stamp).status_code == 200

    assert api.patch(path, {"title": "Cards"}, format="json", HTTP_IF_MATCH=stamp).status_code == 412
    assert api.patch(path, {"title": "Cards"}, format="json").status_code == 428


def test_what_cannot_be_is_a_problem_at_its_field(api: APIClient, incident: Incident) -> None:
    path = f"/api/v1/incidents/{incident.pk}/"
    later = (dt.datetime.now(tz=dt.UTC) + dt.timedelta(hours=2)).isoformat()

    answer = api.post(f"{path}times/", {"detected": later}, format="json")

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert "detected" in answer.content.decode()
    assert api.post(f"{path}state/", {"state": "closed"}, format="json").status_code == 409
    assert api.post("/api/v1/incidents/", {"title": "x" * 10_000}, format="json").status_code == 422


def test_a_private_incident_is_not_there_for_others(
    incident: Incident, rita: User, watcher: User, at: dt.datetime
) -> None:
    set_privacy(rita, incident, is_private=True, people=[], at=at)
    client = APIClient()
    client.force_authenticate(watcher)

    assert client.get(f"/api/v1/incidents/{incident.pk}/").status_code == 404
    assert client.get("/api/v1/incidents/").json()["results"] == []
    assert client.get(f"/api/v1/incidents/{incident.pk}/timeline/").status_code == 404
