from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from relportal.core.models import SavedView, Team, User

pytestmark = pytest.mark.django_db

URL = "/api/v1/saved-views/"


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_a_view_is_saved_changed_and_deleted(bob: User) -> None:
    api = client_of(bob)
    made = api.post(URL, {"page": "services", "name": "Worst", "query": "tier=1&sort=-burn"}, format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["url"] == "/services/?sort=-burn&tier=1"
    assert made.json()["team"] is None
    row = f"{URL}{made.json()['id']}/"
    assert api.patch(row, {"name": "Tier 1"}, format="json").status_code == 428
    changed = api.patch(row, {"name": "Tier 1"}, format="json", headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["name"], changed.json()["query"]) == (
        200,
        "Tier 1",
        "sort=-burn&tier=1",
    )
    assert api.delete(row).status_code == 204
    assert not SavedView.objects.exists()


def test_someone_elses_view_is_not_there(bob: User, alice: User, admin: User) -> None:
    made = client_of(bob).post(URL, {"page": "services", "name": "Mine"}, format="json").json()
    for other in (alice, admin):
        api = client_of(other)
        assert api.get(URL).json()["results"] == []
        for method in ("get", "patch", "delete"):
            answer = getattr(api, method)(f"{URL}{made['id']}/", {}, format="json")
            assert answer.status_code == 404, method


def test_a_team_view_is_everyones_to_open_and_the_teams_to_keep(alice: User, bob: User, payments: Team) -> None:
    body = {"page": "objectives", "name": "Ours", "query": "team=payments", "team": payments.slug}
    assert client_of(bob).post(URL, body, format="json").status_code == 403
    made = client_of(alice).post(URL, body, format="json").json()
    assert [one["team"] for one in client_of(bob).get(f"{URL}?page=objectives").json()["results"]] == [payments.slug]
    assert client_of(bob).get(f"{URL}?page=services").json()["results"] == []
    assert client_of(bob).delete(f"{URL}{made['id']}/").status_code == 403
    assert client_of(alice).delete(f"{URL}{made['id']}/").status_code == 204


def test_a_list_that_nobody_has_is_refused(bob: User) -> None:
    assert client_of(bob).get(f"{URL}?page=nothing").status_code == 422
    assert client_of(bob).post(URL, {"page": "nothing", "name": "A"}, format="json").status_code == 422
