"""Sign-in, scopes, errors and lost updates of the API, through real requests."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from relportal.core import tokens
from relportal.core.models import ApiToken, Role, Service, Team, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def peppers(settings: Settings) -> None:
    settings.TOKEN_PEPPERS = {"1": "first", "2": "second"}


def issued(user: User, *scopes: str, **fields: Any) -> str:
    new = tokens.new_token()
    defaults = {"name": "ci", "created_at": timezone.now(), "scopes": list(scopes or ("read",))}
    ApiToken.objects.create(user=user, lookup=new.lookup, digest=new.digest, pepper=new.pepper, **defaults | fields)
    return new.plain


def get(client: Client, path: str, token: str = "", **headers: str) -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {token}"} | headers if token else headers)


def test_a_token_reads_what_its_owner_reads(client: Client, bob: User) -> None:
    make.service(slug="checkout")
    response = get(client, "/api/v1/services/", issued(bob))
    assert [row["slug"] for row in response.json()["results"]] == ["checkout"]


def test_without_sign_in_the_answer_is_401_with_the_scheme_to_use(client: Client, db: None) -> None:
    response = client.get("/api/v1/services/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not-authenticated"


def test_an_outsider_with_a_token_is_refused(client: Client, charlie: User) -> None:
    assert get(client, "/api/v1/services/", issued(charlie)).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"expires_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"pepper": "9"},
    ],
)
def test_a_revoked_an_expired_and_an_orphaned_token_are_refused(
    client: Client, bob: User, change: dict[str, Any]
) -> None:
    with time_machine.travel("2026-11-02T12:00:00Z", tick=False):
        token = issued(bob)
        ApiToken.objects.update(**change)
        assert get(client, "/api/v1/services/", token).status_code == 401


def test_the_token_of_someone_who_left_is_refused(client: Client, bob: User) -> None:
    token = issued(bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert get(client, "/api/v1/services/", token).status_code == 401


def test_a_wrong_secret_for_a_known_lookup_is_refused(client: Client, bob: User) -> None:
    token = issued(bob)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert get(client, "/api/v1/services/", forged).status_code == 401


def test_the_highest_pepper_makes_new_tokens_and_older_ones_keep_working(
    client: Client, bob: User, settings: Settings
) -> None:
    settings.TOKEN_PEPPERS = {"9": "old"}
    token = issued(bob)
    settings.TOKEN_PEPPERS = {"9": "old", "10": "new"}
    assert get(client, "/api/v1/services/", token).status_code == 200
    assert tokens.new_token().pepper == "10"


def test_a_token_that_reads_cannot_write(client: Client, lead: User) -> None:
    token = issued(lead, "read")
    response = client.post(
        "/api/v1/services/", {}, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 403
    assert "write" in response.json()["detail"]


def test_a_push_token_reads_nothing_and_writes_no_catalog(client: Client, lead: User) -> None:
    token = issued(lead, "push")
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/services/", headers=headers).status_code == 403
    assert client.post("/api/v1/services/", {}, content_type="application/json", headers=headers).status_code == 403


def test_last_use_is_written_once_a_minute(client: Client, bob: User) -> None:
    with time_machine.travel("2026-11-02T12:00:00Z", tick=False) as clock:
        token = issued(bob)
        seen = []
        for _ in range(3):
            get(client, "/api/v1/services/", token)
            seen.append(ApiToken.objects.get().last_used_at)
            clock.shift(40)
    assert seen[0] == seen[1] == dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
    assert seen[2] == dt.datetime(2026, 11, 2, 12, 1, 20, tzinfo=dt.UTC)


def patch(client: Client, service: Service, user: User, body: dict[str, Any], **headers: str) -> Any:
    client.force_login(user)
    return client.patch(f"/api/v1/services/{service.slug}/", body, content_type="application/json", headers=headers)


def test_a_change_names_the_version_that_it_replaces(client: Client, lead: User) -> None:
    service = make.service(slug="checkout")
    assert patch(client, service, lead, {"tier": 2}).status_code == 428
    saved = patch(client, service, lead, {"tier": 2}, **{"If-Match": '"1"'})
    assert saved.status_code == 200
    assert saved["ETag"] == '"2"'
    stale = patch(client, service, lead, {"tier": 3}, **{"If-Match": '"1"'})
    assert stale.status_code == 412
    assert stale["ETag"] == '"2"'
    assert stale.json()["current_version"] == 2
    service.refresh_from_db()
    assert service.tier == 2


def test_errors_name_their_fields(client: Client, lead: User) -> None:
    response = patch(client, make.service(), lead, {"tier": 9, "name": ""}, **{"If-Match": "*"})
    assert response.status_code == 422
    assert {one["field"] for one in response.json()["errors"]} == {"tier", "name"}


def test_a_nested_error_has_a_dotted_name(client: Client, lead: User) -> None:
    body = {"links": [{"kind": "repo", "url": "https://example.com"}, {"kind": "repo", "url": "nowhere"}]}
    response = patch(client, make.service(), lead, body, **{"If-Match": "*"})
    assert [one["field"] for one in response.json()["errors"]] == ["links.1.url"]


@pytest.mark.parametrize("path", ["/api/v1/services/nowhere/", "/api/v1/nothing-of-the-kind/"])
def test_what_is_not_there_is_a_problem_document(client: Client, bob: User, path: str) -> None:
    client.force_login(bob)
    response = client.get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["instance"] == path


def test_a_body_that_is_no_json_is_told_so(client: Client, lead: User) -> None:
    client.force_login(lead)
    response = client.post("/api/v1/services/", "{oops", content_type="application/json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_an_unacceptable_format_is_a_problem_too(client: Client, bob: User) -> None:
    response = get(client, "/api/v1/services/", issued(bob), Accept="image/png")
    assert response.status_code == 406
    assert response["Content-Type"] == "application/problem+json"


def test_a_failure_of_the_portal_is_a_problem_document_with_the_request_id(
    client: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Any) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr("slo.api.services.ServiceViewSet.get_queryset", broken)
    client.raise_request_exception = False
    response = get(client, "/api/v1/services/checkout/", issued(bob))
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert "a bug" not in response.content.decode()


def test_pages_follow_a_cursor_and_show_each_row_once(client: Client, bob: User) -> None:
    slugs = {make.service(team=None).slug for _ in range(7)}
    token, seen, path = issued(bob), [], "/api/v1/services/?page_size=3"
    while path:
        body = get(client, path, token).json()
        seen += [row["slug"] for row in body["results"]]
        path = body["next"]
    assert sorted(seen) == sorted(slugs)


def test_a_session_may_write_only_with_the_csrf_token(lead: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead)
    response = client.post("/api/v1/services/", {}, content_type="application/json")
    assert response.status_code == 403
    assert "CSRF" in response.json()["detail"]


def test_the_schema_is_openapi_3_1(client: Client, bob: User) -> None:
    schema = get(client, "/api/v1/openapi.json", issued(bob)).json()
    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/services/{slug}/" in schema["paths"]


def test_the_schema_names_every_component_and_choice_once() -> None:
    """Of two serializers with one name only one would be described; drf-spectacular only warns of it."""
    call_command("spectacular", fail_on_warn=True, stdout=StringIO())


def test_the_reference_shows_every_operation_of_the_schema(client: Client, bob: User) -> None:
    client.force_login(bob)
    page = client.get("/api/").content.decode()
    for path in client.get("/api/v1/openapi.json").json()["paths"]:
        if path != "/api/v1/openapi.json":
            assert f"<code>{path}</code>" in page


def test_the_reference_is_for_members(client: Client, charlie: User) -> None:
    assert client.get("/api/").status_code == 302
    client.force_login(charlie)
    assert client.get("/api/").status_code == 403


def test_a_service_owner_pushes_and_edits_only_for_their_team(client: Client, alice: User, payments: Team) -> None:
    ours, theirs = make.service(team=payments), make.service()
    assert patch(client, ours, alice, {"tier": 3}, **{"If-Match": "*"}).status_code == 200
    assert patch(client, theirs, alice, {"tier": 3}, **{"If-Match": "*"}).status_code == 403
    auditor = make.user(role=Role.AUDITOR)
    assert patch(client, ours, auditor, {"tier": 3}, **{"If-Match": "*"}).status_code == 403
