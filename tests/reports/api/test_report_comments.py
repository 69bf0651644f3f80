"""Comments on a report over the API: said and settled."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relportal.core.models import AuditEvent, User
from tests.reports.views.test_sharing import published

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}


def test_a_page_is_commented_on_and_the_comment_settled(lead: User, bob: User, client: Client) -> None:
    report = published(timezone.now(), state="draft", sha256="", published_at=None, frozen_at=None, payload=None)
    path = f"/api/v1/reports/{report.pk}/comments/"
    client.force_login(bob)
    said = client.post(path, {"text": "Which outage? 🚆", "page": "headline"}, **JSON)
    assert said.status_code == 201
    for wrong in ({"text": " "}, {"text": "x" * 4001}, {"text": "x", "page": "horoscope"}):
        assert client.post(path, wrong, **JSON).status_code == 422
    settle = f"{path}{said.json()['id']}/settle/"
    assert client.post(settle, **JSON).status_code == 403
    client.force_login(lead)
    first = client.post(settle, **JSON)
    assert (first.status_code, client.post(settle, **JSON).json()) == (200, first.json())
    assert first.json()["settled_at"]
    assert AuditEvent.objects.filter(action="report.settle").count() == 1
    assert client.get(path).json() == [first.json()]
    assert client.post(f"{path}{'9' * 30}/settle/", **JSON).status_code == 404
    out = published(timezone.now(), first=dt.date(2026, 3, 1), last=dt.date(2026, 5, 31))
    late = client.post(f"/api/v1/reports/{out.pk}/comments/", {"text": "Too late"}, **JSON)
    assert (late.status_code, late.headers["Content-Type"]) == (409, "application/problem+json")
