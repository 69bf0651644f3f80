from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from relportal.core.models import Journey, User
from tests import make

pytestmark = pytest.mark.django_db
URL = "/api/v1/journeys/"


@pytest.fixture
def api(lead: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(lead)
    return client


def test_a_journey_is_created_changed_and_deleted(api: APIClient) -> None:
    for slug in ("shop", "stock"):
        make.service(slug=slug)
    make.status(objective=make.objective(service=make.service(slug="pay")), band="breached", remaining=-1)
    made = api.post(URL, {"slug": "buy", "name": "Buy", "services": ["shop", "pay"]}, format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["band"] == "breached"
    assert [step["service"] for step in made.json()["steps"]] == ["shop", "pay"]
    etag = {"If-Match": made.headers["ETag"]}
    changed = api.patch(f"{URL}buy/", {"services": ["pay", "stock"]}, format="json", headers=etag)
    assert (changed.json()["name"], [one["service"] for one in changed.json()["steps"]]) == ("Buy", ["pay", "stock"])
    assert api.patch(f"{URL}buy/", {"name": "Other"}, format="json", headers=etag).status_code == 412
    assert [row["slug"] for row in api.get(URL).json()["results"]] == ["buy"]
    assert api.delete(f"{URL}buy/").status_code == 204
    assert api.get(f"{URL}buy/").status_code == 404


@pytest.mark.parametrize("body", [{"services": ["nothing"]}, {"services": "x"}, {"name": ""}, {"team": "nobody"}])
def test_what_cannot_be_is_refused(api: APIClient, body: object) -> None:
    Journey.objects.create(slug="buy", name="Buy")
    answer = api.patch(f"{URL}buy/", body, format="json", headers={"If-Match": "*"})
    assert answer.status_code in (400, 422)


def test_owners_read_journeys_and_stewards_write_them(api: APIClient, alice: User, charlie: User) -> None:
    Journey.objects.create(slug="buy", name="Buy")
    api.force_authenticate(alice)
    assert api.get(f"{URL}buy/").status_code == 200
    assert api.delete(f"{URL}buy/").status_code == 403
    assert api.post(URL, {"slug": "x", "name": "X"}, format="json").status_code == 403
    api.force_authenticate(charlie)
    assert api.get(URL).status_code == 403
    assert api.get(f"{URL}buy/").status_code in (403, 404)
