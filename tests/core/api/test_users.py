"""People over the API: who reads them, what administrators change, and lost updates."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from relportal.core.models import AuditEvent, Membership, Role, Team, User
from tests import make

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def tool(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def listed(client: Client, query: str = "") -> list[str]:
    return [row["email"] for row in client.get(f"/api/v1/users/{query}").json()["results"]]


def post(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(path, body or {}, content_type=JSON)


def test_a_person_is_shown_with_their_roles_and_without_their_password(tool: Client, payments: Team) -> None:
    amara = make.user("amara@example.com", role=Role.SERVICE_OWNER, team=payments)
    answer = tool.get(f"/api/v1/users/{amara.pk}/")
    assert answer["ETag"] == '"1"'
    held = Membership.objects.get(user=amara)
    assert answer.json()["roles"] == [{"id": held.pk, "role": "service_owner", "team": "payments"}]
    assert "password" not in answer.content.decode()


def test_people_are_found_by_words_role_team_and_state(tool: Client, admin: User, payments: Team) -> None:
    search = make.team(slug="search")
    amara = make.user("amara@example.com", role=Role.SERVICE_OWNER, team=payments)
    Membership.objects.create(user=amara, role=Role.RESPONDER, team=search)
    make.user("noah@example.com", role=Role.VIEWER, is_active=False)
    assert listed(tool) == [admin.email, amara.email]
    assert listed(tool, "?q=AMAR") == [amara.email]
    assert listed(tool, "?role=admin,viewer") == [admin.email]
    assert listed(tool, "?role=service_owner&team=payments") == [amara.email]
    assert listed(tool, "?role=service_owner&team=search") == []
    assert listed(tool, "?state=inactive") == ["noah@example.com"]
    assert len(listed(tool, "?state=active,inactive")) == 3


def test_a_filter_that_means_nothing_is_refused_and_not_ignored(tool: Client) -> None:
    answer = tool.get("/api/v1/users/?role=king")
    assert answer.status_code == 422
    assert "king" in answer.json()["detail"]


def test_the_pages_of_the_list_hold_everyone_once(tool: Client) -> None:
    for n in range(5):
        make.user(f"p{n}@example.com")
    url, found = "/api/v1/users/?page_size=2", []
    while url:
        page = tool.get(url).json()
        found += [row["id"] for row in page["results"]]
        url = page["next"]
    assert found == sorted(User.objects.values_list("pk", flat=True))


def test_an_auditor_reads_and_a_reliability_lead_does_not(client: Client, lead: User) -> None:
    auditor = make.user(role=Role.AUDITOR)
    client.force_login(auditor)
    assert auditor.email in listed(client)
    assert post(client, f"/api/v1/users/{lead.pk}/deactivate/").status_code == 403
    client.force_login(lead)
    assert client.get("/api/v1/users/").status_code == 403


def test_a_person_is_made_with_their_roles_at_once_and_without_a_password(tool: Client, payments: Team) -> None:
    roles = [{"role": "service_owner", "team": "payments"}, {"role": "viewer"}]
    answer = post(
        tool, "/api/v1/users/", {"email": "Amara@Example.com", "display_name": "Amara Okafor", "roles": roles}
    )
    assert answer.status_code == 201
    assert {(one["role"], one["team"]) for one in answer.json()["roles"]} == {
        ("service_owner", "payments"),
        ("viewer", None),
    }
    amara = User.objects.get(email="amara@example.com")
    assert not amara.has_usable_password()


def test_a_role_in_the_wrong_place_leaves_no_person_behind(tool: Client) -> None:
    body = {"email": "a@example.com", "display_name": "A", "roles": [{"role": "service_owner"}]}
    answer = post(tool, "/api/v1/users/", body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["team"]
    assert not User.objects.filter(email="a@example.com").exists()


def test_a_change_keeps_what_it_does_not_name_and_needs_the_version_that_was_read(tool: Client, bob: User) -> None:
    path, body = f"/api/v1/users/{bob.pk}/", {"display_name": "Robert"}
    assert tool.patch(path, body, content_type=JSON).status_code == 428
    answer = tool.patch(path, body, content_type=JSON, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert answer.json()["email"] == bob.email
    late = tool.patch(path, {"display_name": "Bobby"}, content_type=JSON, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["current_version"]) == (412, 2)


def test_a_role_is_given_and_taken_away_and_both_are_in_the_audit(tool: Client, bob: User, payments: Team) -> None:
    given = post(tool, f"/api/v1/users/{bob.pk}/roles/", {"role": "responder", "team": "payments"})
    assert given.status_code == 201
    assert given.json()["team"] == "payments"
    path = f"/api/v1/users/{bob.pk}/roles/{given.json()['id']}/"
    assert tool.delete(path).status_code == 204
    assert tool.delete(path).status_code == 404
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"role.grant", "role.revoke"}


def test_a_role_is_not_taken_away_through_someone_elses_address(tool: Client, bob: User, admin: User) -> None:
    held = Membership.objects.get(user=bob)
    assert tool.delete(f"/api/v1/users/{admin.pk}/roles/{held.pk}/").status_code == 404
    assert tool.delete(f"/api/v1/users/{bob.pk}/roles/{'9' * 30}/").status_code == 404
    assert Membership.objects.filter(pk=held.pk).exists()


def test_the_last_administrator_keeps_their_role(tool: Client, admin: User) -> None:
    held = Membership.objects.get(user=admin)
    answer = tool.delete(f"/api/v1/users/{admin.pk}/roles/{held.pk}/")
    assert answer.status_code == 409
    assert "last administrator" in answer.json()["detail"]


def test_who_is_deactivated_is_out_and_may_be_brought_back(tool: Client, bob: User) -> None:
    other = Client()
    other.force_login(bob)
    assert post(tool, f"/api/v1/users/{bob.pk}/deactivate/").json()["is_active"] is False
    assert other.get("/api/v1/services/").status_code == 401
    assert post(tool, f"/api/v1/users/{bob.pk}/deactivate/").status_code == 409
    assert post(tool, f"/api/v1/users/{bob.pk}/reactivate/").json()["is_active"] is True
