from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relportal.core.models import Service, ServiceLink, User
from reports.actions.levels import evaluate
from reports.models import Attestation, Initiative, LadderVersion
from tests import make
from tests.reports.ladders import in_force


@pytest.fixture
def shop(alice: User) -> Service:
    in_force()
    shop = make.service(slug="shop", name="Shop", tier=1, team=alice.memberships.get().team)
    ServiceLink.objects.create(service=shop, kind="runbook", url="https://wiki.example/x")
    evaluate(at=timezone.now())
    return shop


def send(client: Client, path: str, body: Any, *, method: str = "post", **headers: str) -> Any:
    return getattr(client, method)(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def test_levels_and_results_are_read(shop: Service, bob: User, client: Client) -> None:
    client.force_login(bob)
    (row,) = client.get("/api/v1/service-levels/", {"current": "true", "service": "shop"}).json()["results"]
    assert (row["level"], row["minimum"], row["meets"], row["passed"], row["ladder"]) == (
        "bronze",
        "silver",
        False,
        2,
        1,
    )
    results = client.get("/api/v1/rule-results/", {"verdict": "unknown", "current": "true"}).json()["results"]
    assert [(one["rule"], one["reading"]) for one in results] == [("backup_job", None)]


def test_a_ladder_is_drafted_and_published(shop: Service, lead: User, client: Client) -> None:
    client.force_login(lead)
    content = client.get("/api/v1/ladders/1/").json()["content"]
    content["rules"] = content["rules"][:1]
    body = {"name": "Smaller", "content": content}
    drafted = send(client, "ladders/", body)
    assert (drafted.status_code, drafted.json()["state"], drafted.json()["number"]) == (201, "draft", 2)
    etag = drafted.headers["ETag"]
    assert send(client, "ladders/2/publish/", {"note": "Fewer"}).status_code == 428
    faulty = send(client, "ladders/2/publish/", {"note": "Fewer"}, **{"If-Match": etag})
    assert faulty.status_code == 422
    assert "level.silver" in str(faulty.json())
    content["levels"], content["minimums"] = content["levels"][:1], {"1": "bronze"}
    etag = send(client, "ladders/", body).headers["ETag"]
    assert send(client, "ladders/2/publish/", {"note": "Fewer"}, **{"If-Match": etag}).json()["state"] == "current"
    assert LadderVersion.objects.get(number=1).state == "past"
    content["minimums"] = {"5": "bronze"}
    assert send(client, "ladders/", body).status_code == 422


def test_something_is_attested(shop: Service, alice: User, client: Client) -> None:
    client.force_login(alice)
    body = {"service": "shop", "fact": "backup_job", "on": timezone.localdate().isoformat(), "note": "Seen"}
    assert send(client, "attestations/", body).status_code == 201
    assert send(client, "attestations/", body | {"fact": "runbook"}).status_code == 422
    assert Attestation.objects.get().by == alice


def test_an_initiative_is_begun_changed_and_ended(shop: Service, lead: User, client: Client) -> None:
    client.force_login(lead)
    today = timezone.localdate()
    body = {
        "name": "Up", "owner": lead.email, "scope": "services", "services": ["shop"], "goal": "level", "key": "silver",
        "starts_on": today.isoformat(), "due_on": (today + dt.timedelta(days=50)).isoformat(),
    }  # fmt: skip
    begun = send(client, "initiatives/", body)
    assert begun.status_code == 201, begun.json()
    told = begun.json()
    assert (told["state"], told["done"], told["services"], told["scope"]) == ("on_track", 0, 1, "services")
    path = f"initiatives/{told['id']}/"
    assert send(client, path, {"why": "x"}, method="patch").status_code == 428
    changed = send(client, path, {"why": "Customers"}, method="patch", **{"If-Match": begun.headers["ETag"]})
    assert (changed.status_code, changed.json()["why"]) == (200, "Customers")
    assert Initiative.objects.get().members.filter(until=None).count() == 1
    ended = send(client, f"{path}end/", {"because": "Done"}, **{"If-Match": changed.headers["ETag"]})
    assert ended.json()["state"] == "ended"
    assert client.get("/api/v1/initiatives/", {"ended": "true"}).json()["results"][0]["name"] == "Up"
    assert send(client, "initiatives/", body | {"name": "Y", "scope": "tier:x"}).status_code == 422
