"""Deploys over the API: suspects of an incident, figures, and the risk that a pipeline asks for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.models import DeployState, Suspect
from relportal.core.actions.tokens import issue_token
from relportal.core.models import ApiToken, Service, User
from tests import make
from tests.incidents.shipping import caused, deploy, incident, minutes

pytestmark = pytest.mark.django_db
RISK = "/api/v1/change-risk/"
DEPLOYS = "/api/v1/deploys/"
FIGURES = "/api/v1/deploys/figures/"


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now() - minutes(60)


@pytest.fixture
def checkout(rita: User) -> Service:
    return make.service(slug="checkout", name="Checkout", tier=1, team=rita.memberships.get().team)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(path, body, content_type="application/json", headers=headers)


def test_a_pipeline_asks_for_the_risk_with_a_token_that_may_only_push(
    rita: User, checkout: Service, settings: Any
) -> None:
    settings.TOKEN_PEPPERS = {"1": "first"}
    at = timezone.now()
    token = issue_token(rita, name="ci", scopes={ApiToken.Scope.PUSH}, expires_at=None, at=at).plain
    answer = post(
        Client(),
        RISK,
        {"service": "checkout", "size": 800, "at": "2026-11-07T11:00:00Z"},
        authorization=f"Bearer {token}",
    )
    found = answer.json()
    assert answer.status_code == 200, found
    points = {part["factor"]: part["points"] for part in found["parts"]}
    assert (points["size"], points["weekend"], points["tier"]) == (24, 20, 10)
    assert found["score"] == sum(points.values()) == 54
    assert found["level"] == "high"
    assert {"800 lines changed", "at the weekend"} <= {part["reason"] for part in found["parts"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"service": "none"}, "service"),
        ({"service": "checkout", "size": -1}, "size"),
        ({"service": "checkout", "at": "0001-01-01T00:00:00Z"}, "at"),
        ({"service": "checkout", "at": "9999-12-31T23:59:59Z"}, "at"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(
    bob: User, checkout: Service, body: dict[str, Any], field: str
) -> None:
    answer = post(client_of(bob), RISK, body)
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])


def test_the_risk_of_a_deploy_is_that_of_its_page(bob: User, checkout: Service, now: dt.datetime) -> None:
    one, client = deploy(checkout, now, size=None), client_of(bob)
    told = client.get(f"/api/v1/deploys/{one.pk}/risk/").json()
    assert told["score"] == client.get(f"/deploys/{one.pk}/").context["row"].risk.score
    assert "size_unknown" in {part["factor"] for part in told["parts"]}
    assert client.get(f"/api/v1/deploys/{one.pk + 1}/risk/").status_code == 404


def test_suspects_are_listed_marked_and_taken_back(rita: User, bob: User, checkout: Service, now: dt.datetime) -> None:
    one, late = deploy(checkout, now - minutes(8)), deploy(checkout, now + minutes(20))
    row = incident(rita, checkout, began=now)
    path, client = f"/api/v1/incidents/{row.pk}/suspects/", client_of(rita)
    first, second = client.get(path).json()
    assert (first["deploy"], first["verdict"], first["part"]) == (one.pk, "suspect", "cause")
    assert (second["deploy"], second["part"]) == (late.pk, "fix")
    assert first["because"].startswith("on Checkout itself")
    marked = post(client, path, {"deploy": one.pk, "verdict": "cause"})
    assert (marked.status_code, marked.json()[0]["verdict"], marked.json()[0]["by"]) == (200, "cause", rita.email)
    assert post(client, path, {"deploy": late.pk, "verdict": "cause"}).status_code == 409
    assert post(client, path, {"deploy": one.pk, "verdict": "suspect"}).status_code == 422
    assert post(client, path, {"deploy": 2**40, "verdict": "fix"}).status_code == 422
    assert post(client_of(bob), path, {"deploy": one.pk, "verdict": "fix"}).status_code == 403
    assert post(client, path, {"deploy": one.pk, "verdict": None}).status_code == 200
    assert not Suspect.objects.exists()


def test_who_rolled_back_is_said_of_a_rollback_alone_and_a_later_telling_keeps_it(
    rita: User, checkout: Service
) -> None:
    client = client_of(rita)
    back = {"service": "checkout", "revision": "1.9", "is_rollback": True}
    assert post(client, DEPLOYS, {**back, "rollback_automatic": True}).json()["rollback_automatic"] is True
    assert post(client, DEPLOYS, back).json()["rollback_automatic"] is True
    assert (
        post(client, DEPLOYS, {"service": "checkout", "revision": "2", "is_hotfix": True}).json()["is_hotfix"] is True
    )
    for wrong, field in (
        ({"rollback_automatic": False}, "rollback_automatic"),
        (back | {"is_hotfix": True}, "is_hotfix"),
    ):
        answer = post(client, DEPLOYS, {"service": "checkout", "revision": "3"} | wrong)
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])
    assert [one["revision"] for one in client.get(f"{DEPLOYS}?is_hotfix=true").json()["results"]] == ["2"]


def test_the_figures_count_only_what_the_caller_may_see(
    rita: User, bob: User, checkout: Service, now: dt.datetime
) -> None:
    caused(incident(rita, checkout, began=now + minutes(9), private=True), deploy(checkout, now))
    deploy(checkout, now, state=DeployState.FAILED, took=None)
    inside, outside = (client_of(user).get(FIGURES).json() for user in (rita, bob))
    assert (inside["change_failure_rate"]["failed"], outside["change_failure_rate"]["failed"]) == (2, 1)
    assert inside["reasons"] == {"cause": 1, "failed": 1, "rolled_back": 0, "hotfixed": 0}
    assert (inside["lead_to_failure"]["median"], outside["lead_to_failure"]["n"]) == (300, 0)
    assert outside["change_failure_rate"]["low"] == pytest.approx(0.0945, abs=1e-3)
    assert [one["service"] for one in inside["services"]] == ["checkout"]
    assert client_of(bob).get(f"{FIGURES}?service=none").json()["change_failure_rate"]["value"] is None


@pytest.mark.parametrize(
    "query",
    [
        "start=1900-01-01T00:00:00Z",
        "end=0001-01-01T00:00:00Z",
        "start=2026-02-01T00:00:00Z&end=2026-01-01T00:00:00Z",
        "end=x",
    ],
)
def test_impossible_periods_are_refused(bob: User, query: str) -> None:
    assert client_of(bob).get(f"{FIGURES}?{query}").status_code == 422
