"""Actions and postmortems over the API: the same actions as the pages, with problem documents for what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from incidents.actions.incidents import Declaration, declare
from incidents.models import ActionItem, Incident, Postmortem
from relportal.core.models import Role, Team, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(rita: User) -> User:
    return make.user("olga@example.com", role=Role.SERVICE_OWNER, team=Team.objects.get(slug="payments"))


def send(client: Client, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    answer = getattr(client, method)(f"/api/v1{path}", body or {}, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def test_an_action_from_its_promise_to_its_verification(
    rita: User, olga: User, incident: Incident, client: Client
) -> None:
    client.force_login(rita)
    status, made = send(
        client,
        "post",
        "/actions/",
        {"title": "Page earlier", "incident": incident.short_id, "owner": rita.email, "team": "payments"},
    )
    assert (status, made["incident"], made["state"], made["owner"]) == (201, incident.short_id, "open", rita.email)
    number = made["id"].removeprefix("ACT-")

    assert send(client, "patch", f"/actions/{number}/", {"title": "x"})[0] == 428
    status, changed = send(client, "patch", f"/actions/{number}/", {"priority": 1}, **{"If-Match": '"1"'})
    assert (status, changed["priority"]) == (200, 1)
    assert send(client, "patch", f"/actions/{number}/", {"priority": 2}, **{"If-Match": '"1"'})[0] == 412
    assert send(client, "post", f"/actions/{number}/state/", {"state": "verified"})[0] in (403, 409)
    assert send(client, "post", f"/actions/{number}/state/", {"state": "done"})[0] == 200

    client.force_login(olga)
    status, verified = send(client, "post", f"/actions/{number}/state/", {"state": "verified"})
    assert (status, verified["verified_by"]) == (200, olga.email)


def test_putting_off_is_asked_and_decided(rita: User, olga: User, client: Client) -> None:
    client.force_login(rita)
    _status, made = send(client, "post", "/actions/", {"title": "Page earlier", "team": "payments"})
    path = f"/actions/{made['id'].removeprefix('ACT-')}"
    assert send(client, "post", f"{path}/decide/", {"approved": True})[0] == 403
    assert send(client, "post", f"{path}/defer/", {"until": "2020-01-01", "reason": "x"})[0] == 422
    assert send(client, "post", f"{path}/defer/", {"until": "2099-01-01", "reason": "Waits"})[0] == 201

    client.force_login(olga)
    assert send(client, "post", f"{path}/decide/", {"approved": True})[0] == 200
    assert send(client, "post", f"{path}/decide/", {"approved": True})[0] == 409
    assert ActionItem.objects.get().due_on.year == 2099


def test_a_part_is_split_off(rita: User, client: Client) -> None:
    client.force_login(rita)
    _status, made = send(client, "post", "/actions/", {"title": "Page earlier", "team": "payments"})
    path = f"/actions/{made['id'].removeprefix('ACT-')}"
    status, part = send(client, "post", f"{path}/split/", {"title": "In the night"})
    assert (status, part["split_from"], part["first_due_on"]) == (201, made["id"], made["first_due_on"])
    page = client.post(f"{path}/split/", {"title": "By day", "owner": rita.pk}, follow=True).content.decode()
    assert f'Part of</dt><dd><a href="{path}/">{made["id"]}' in page
    assert "In the night" in client.get(f"{path}/").content.decode()
    assert client.post(f"{path}/split/", {"title": ""}).status_code == 422


def test_a_postmortem_from_its_beginning_to_its_publication(
    rita: User, olga: User, incident: Incident, client: Client
) -> None:
    client.force_login(rita)
    path = f"/postmortems/{incident.pk}"
    assert send(client, "get", f"{path}/")[0] == 404
    assert send(client, "post", "/postmortems/", {"incident": incident.short_id})[0] == 201
    assert send(client, "post", f"{path}/state/", {"state": "in_review"})[0] == 409

    status, part = send(client, "post", f"{path}/sections/", {"kind": "causes", "text": "A certificate ran out."})
    assert (status, part["version"]) == (200, 2)
    assert send(client, "post", f"{path}/sections/", {"kind": "causes", "text": "y", "version": 1})[0] in (409, 412)
    etag = client.get(f"/api/v1{path}/").headers["ETag"]
    status, described = send(
        client, "patch", f"{path}/", {"tags": ["TLS"], "no_actions_because": "Switched off"}, **{"If-Match": etag}
    )
    assert (status, described["tags"]) == (200, ["tls"])
    assert send(client, "post", f"{path}/comments/", {"text": "Which one?"})[0] == 201
    assert send(client, "post", f"{path}/state/", {"state": "in_review"})[0] == 200
    assert send(client, "post", f"{path}/state/", {"state": "approved"})[0] == 403

    client.force_login(olga)
    assert send(client, "post", f"{path}/state/", {"state": "approved"})[0] == 200
    assert send(client, "post", f"{path}/state/", {"state": "published"})[0] == 200
    assert send(client, "get", "/postmortems/?q=certificate")[1]["results"][0]["id"] == incident.short_id
    assert send(client, "get", "/postmortems/?q=database")[1]["results"] == []
    assert Postmortem.objects.get().approved_by == olga


def test_what_belongs_to_a_private_incident_is_not_there_for_outsiders(
    rita: User, olga: User, at: Any, client: Client
) -> None:
    secret = declare(rita, Declaration(title="Breach", is_private=True), at=at)
    client.force_login(rita)
    send(client, "post", "/postmortems/", {"incident": secret.short_id})
    _status, made = send(client, "post", "/actions/", {"title": "Keys", "incident": secret.short_id})

    client.force_login(olga)
    assert send(client, "get", f"/postmortems/{secret.pk}/")[0] == 404
    assert send(client, "get", f"/actions/{made['id'].removeprefix('ACT-')}/")[0] == 404
    assert send(client, "get", "/actions/")[1]["results"] == []
    assert send(client, "post", "/postmortems/", {"incident": secret.short_id})[0] == 404
    assert send(client, "post", "/actions/", {"title": "x", "incident": secret.short_id})[0] == 422
