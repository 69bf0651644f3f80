"""Made-up cursors and ETags end in an answer that says so, never in a 500."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from django.test import Client

from relportal.core.models import Role, User
from tests import make

pytestmark = pytest.mark.django_db


def cursor(position: str) -> str:
    return quote(base64.b64encode(f"p={quote(position)}".encode()).decode())


@pytest.fixture
def admin(client: Client) -> User:
    user = make.user(role=Role.ADMIN)
    client.force_login(user)
    return user


@pytest.mark.parametrize("position", ["abc", "\x00", "9" * 30, "9" * 5000, "-1"])
@pytest.mark.parametrize("path", ["/api/v1/teams/", "/api/v1/services/", "/api/v1/audit-events/"])
def test_a_made_up_cursor_is_an_answer(client: Client, admin: User, path: str, position: str) -> None:
    response = client.get(f"{path}?cursor={cursor(position)}")
    assert response.status_code in (200, 404)
    if response.status_code == 404:
        assert response["Content-Type"] == "application/problem+json"


def test_an_etag_of_thousands_of_digits_is_no_version(client: Client, admin: User) -> None:
    team = make.team()
    response = client.patch(
        f"/api/v1/teams/{team.slug}/",
        {"name": "Other"},
        content_type="application/json",
        headers={"If-Match": '"' + "9" * 5000 + '"'},
    )
    assert response.status_code == 428
