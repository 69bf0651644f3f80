"""Tokens over the API: a secret is shown once, and a token makes nothing that can do more than itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from relportal.core.actions.tokens import issue_token
from relportal.core.models import ApiToken, Role, User
from tests import make

pytestmark = pytest.mark.django_db
JSON = "application/json"
Scope = ApiToken.Scope


@pytest.fixture(autouse=True)
def peppers(settings: Settings) -> None:
    settings.TOKEN_PEPPERS = {"1": "first"}


@pytest.fixture
def browser(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def token_of(user: User, *scopes: Scope, days: int | None = None) -> tuple[ApiToken, dict[str, str]]:
    """The row, and the header that uses it."""
    at = timezone.now()
    ends = None if days is None else at + dt.timedelta(days=days)
    made = issue_token(user, name="ci", scopes=scopes or (Scope.READ,), expires_at=ends, at=at)
    return made.token, {"Authorization": f"Bearer {made.plain}"}


def create(client: Client, headers: dict[str, str] | None = None, **body: Any) -> Any:
    given = {"name": "deploy", "scopes": ["read"], "expires_at": None} | body
    return client.post("/api/v1/tokens/", given, content_type=JSON, headers=headers or {})


def fields(answer: Any) -> list[str]:
    return [one["field"] for one in answer.json()["errors"]]


def test_the_secret_is_in_the_first_answer_and_in_no_later_one(browser: Client) -> None:
    made = create(browser)
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    secret = made.json()["token"]
    assert Client().get("/api/v1/services/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    for path in ("/api/v1/tokens/", f"/api/v1/tokens/{made.json()['id']}/"):
        again = browser.get(path).content.decode()
        assert made.json()["lookup"] in again
        assert secret.split("_", 2)[2] not in again
        assert "digest" not in again


def test_one_sees_ones_own_tokens_and_nobody_elses(browser: Client, bob: User, lead: User) -> None:
    mine, _ = token_of(bob)
    theirs, _ = token_of(lead)
    shown = browser.get("/api/v1/tokens/").json()["results"]
    assert [row["id"] for row in shown] == [mine.pk]
    assert browser.get(f"/api/v1/tokens/?user={lead.pk}").json()["results"] == []
    assert browser.get(f"/api/v1/tokens/{theirs.pk}/").status_code == 404
    assert browser.post(f"/api/v1/tokens/{theirs.pk}/revoke/").status_code == 404
    assert ApiToken.objects.filter(revoked_at=None).count() == 2


def test_an_administrator_sees_and_revokes_everyones_and_rotates_only_their_own(
    client: Client, bob: User, admin: User
) -> None:
    token, headers = token_of(bob)
    client.force_login(admin)
    assert client.get("/api/v1/tokens/").json()["results"] == []
    assert [row["id"] for row in client.get(f"/api/v1/tokens/?user={bob.pk}").json()["results"]] == [token.pk]
    path = f"/api/v1/tokens/{token.pk}"
    assert client.post(f"{path}/rotate/", {"expires_at": None}, content_type=JSON).status_code == 404
    assert client.post(f"{path}/revoke/").json()["revoked_at"] is not None
    assert client.post(f"{path}/revoke/").status_code == 409
    assert Client().get("/api/v1/services/", headers=headers).status_code == 401


def test_an_auditor_reads_everyones_and_revokes_nothing(client: Client, bob: User) -> None:
    token, _ = token_of(bob)
    client.force_login(make.user(role=Role.AUDITOR))
    assert client.get(f"/api/v1/tokens/{token.pk}/").status_code == 200
    assert client.post(f"/api/v1/tokens/{token.pk}/revoke/").status_code == 403


def test_revoked_tokens_can_be_left_out_or_asked_for(browser: Client, bob: User) -> None:
    live, _ = token_of(bob)
    dead, _ = token_of(bob)
    browser.post(f"/api/v1/tokens/{dead.pk}/revoke/")
    for asked, expected in (("false", [live.pk]), ("true", [dead.pk]), ("true,false", [live.pk, dead.pk])):
        rows = browser.get(f"/api/v1/tokens/?revoked={asked}").json()["results"]
        assert [row["id"] for row in rows] == expected
    assert browser.get("/api/v1/tokens/?revoked=maybe").status_code == 422
    assert browser.get("/api/v1/tokens/?user=" + "9" * 40).status_code == 422


def test_rotation_gives_a_new_secret_and_ends_the_old_one(client: Client, bob: User) -> None:
    token, old = token_of(bob, Scope.READ, Scope.WRITE)
    path = f"/api/v1/tokens/{token.pk}/rotate/"
    answer = client.post(path, {"expires_at": None}, content_type=JSON, headers=old)
    assert answer.status_code == 200
    assert client.get("/api/v1/services/", headers=old).status_code == 401
    new = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert client.get("/api/v1/services/", headers=new).status_code == 200


def test_a_token_makes_none_that_reaches_further_or_lives_longer(client: Client, bob: User) -> None:
    token, headers = token_of(bob, Scope.WRITE, days=1)
    soon = (timezone.now() + dt.timedelta(hours=1)).isoformat()
    late = (timezone.now() + dt.timedelta(days=2)).isoformat()
    assert fields(create(client, headers, scopes=["read"], expires_at=soon)) == ["scopes"]
    assert fields(create(client, headers, scopes=["write"], expires_at=late)) == ["expires_at"]
    assert fields(create(client, headers, scopes=["write"], expires_at=None)) == ["expires_at"]
    assert create(client, headers, scopes=["write"], expires_at=soon).status_code == 201
    path = f"/api/v1/tokens/{token.pk}/rotate/"
    assert client.post(path, {"expires_at": late}, content_type=JSON, headers=headers).status_code == 422


def test_a_token_that_only_reads_makes_none(client: Client, bob: User) -> None:
    _, headers = token_of(bob)
    assert create(client, headers).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes.0"),
        ({"name": " "}, "name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_what_is_no_token_is_refused_by_field(browser: Client, body: dict[str, Any], field: str) -> None:
    answer = create(browser, **body)
    assert answer.status_code == 422
    assert fields(answer) == [field]


def test_a_portal_without_a_pepper_says_so(browser: Client, settings: Settings) -> None:
    settings.TOKEN_PEPPERS = {}
    answer = create(browser)
    assert answer.status_code == 503
    assert "TOKEN_PEPPERS" in answer.json()["detail"]
