"""Links to a report over the API: made once with their key, opened, taken back."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relportal.core.models import AuditEvent, Role, User
from reports.models import ShareLink
from tests import make
from tests.reports.views.test_sharing import published

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}


def test_a_link_is_made_once_with_its_key_and_taken_back(
    lead: User, alice: User, client: Client, caplog: pytest.LogCaptureFixture, payments: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    at = timezone.now()
    report = published(at)
    path = f"/api/v1/reports/{report.pk}/share-links/"
    client.force_login(lead)
    for wrong in ({"name": ""}, {"name": "Board", "days": 91}, {"name": "Board", "days": 0}):
        assert client.post(path, wrong, **JSON).status_code == 422
    made = client.post(path, {"name": "Board, 12 May", "days": 7}, **JSON)
    link = made.json()
    address, _hash, key = link["url"].partition("#")
    assert (made.status_code, made.headers["Cache-Control"], link["open"]) == (201, "no-store", True)
    assert dt.datetime.fromisoformat(link["expires_at"]) - at < dt.timedelta(days=7, minutes=1)

    guest = Client()
    there = address.partition("/share/")[2]
    assert guest.post(f"/share/{there}", {"key": "wrong"}).status_code == 422
    assert guest.post(f"/share/{there}", {"key": key}).status_code == 302
    assert guest.get(f"/share/{there}report/", follow=True).status_code == 200
    (listed,) = client.get(path).json()
    assert (listed["name"], listed["visits"] >= 2, listed["last_visit_at"] is not None) == ("Board, 12 May", True, True)
    told = [client.get(path).content.decode(), caplog.text, str(list(AuditEvent.objects.values()))]
    assert not any(key in each for each in told)
    assert "url" not in listed

    revoke = f"{path}{link['id']}/revoke/"
    closed = client.post(revoke, **JSON).json()
    assert (closed["open"], client.post(revoke, **JSON).json()["revoked_at"]) == (False, closed["revoked_at"])
    assert AuditEvent.objects.filter(action="report.unshare").count() == 1
    assert guest.get(f"/share/{there}").status_code == 404
    assert client.post(f"{path}9999999999999999999999/revoke/", **JSON).status_code == 404

    # A director shares what is of their team alone, and an owner nothing.
    director = make.user("dora@example.com", role=Role.DIRECTOR, team=payments)
    ours = published(at, scope="team", number=payments.pk)
    for user, which, status in ((director, report, 403), (director, ours, 201), (alice, ours, 403)):
        client.force_login(user)
        answer = client.post(f"/api/v1/reports/{which.pk}/share-links/", {"name": "Board"}, **JSON)
        assert answer.status_code == status
    assert ShareLink.objects.count() == 2
