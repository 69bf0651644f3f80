"""A report over the API: made, read with its hash, written, approved and published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relportal.core.models import User
from reports.actions import reports as actions
from reports.domain.payload import read
from reports.models import Report
from tests.reports import reporting

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}


def step(client: Client, path: str, name: str, body: dict[str, Any] | None = None) -> Any:
    """With the version that is read now."""
    return client.post(f"{path}{name}/", body or {}, headers={"If-Match": client.get(path).headers["ETag"]}, **JSON)


def approve(client: Client, path: str, people: Iterable[User]) -> None:
    for person in people:
        client.force_login(person)
        seen = client.get(f"{path}payload/").headers["ETag"].strip('"')
        assert client.post(f"{path}approve/", {"sha256": seen}, **JSON).status_code == 200


def test_a_tool_makes_reads_writes_and_publishes_a_report(lead: User, client: Client) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    client.force_login(lead)
    refused = client.post("/api/v1/reports/", {"period": "quarter:1999-01-01"}, **JSON)
    assert refused.status_code == 422
    assert quarter.key in refused.content.decode()
    made = client.post("/api/v1/reports/", {"period": quarter.key, "sections": ["headline"]}, **JSON)
    assert made.status_code == 201
    row = Report.objects.get()
    assert made.json()["id"] == row.short_id
    path = f"/api/v1/reports/{row.pk}/"
    assert client.get(f"{path}payload/").status_code == 404
    chosen = {"sections": ["headline", "scorecard"]}
    assert client.post(f"{path}sections/", chosen, **JSON).status_code == 428
    nothing = client.post(f"{path}sections/", {"sections": ["horoscope"]}, headers={"If-Match": "*"}, **JSON)
    assert nothing.status_code == 422
    assert "There is no page “horoscope”" in nothing.content.decode()
    assert step(client, path, "sections", chosen).json()["sections"] == chosen["sections"]
    actions.draft(row.pk, at=at)

    answer = client.get(f"{path}payload/")
    etag = answer.headers["ETag"]
    assert etag == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert client.get(f"{path}payload/", headers={"If-None-Match": etag}).status_code == 304
    assert [page.key for page in read(answer.content).pages] == ["headline", "scorecard"]
    assert {one["key"] for one in client.get(f"{path}hindrances/").json()} >= {"headline", "scorecard"}

    words = {"page": "headline", "title": "Nothing was measured", "text": "نص 🚆"}
    assert client.post(f"{path}narrative/", words, **JSON).json()["version"] == 1
    assert client.post(f"{path}narrative/", words, **JSON).status_code == 412
    assert client.post(f"{path}freeze/", **JSON).status_code == 428
    assert step(client, path, "freeze").json()["state"] == "frozen"
    assert step(client, path, "recompute", {"reason": "A bill came late"}).json()["state"] == "closing"
    actions.draft(row.pk, at=at)
    assert step(client, path, "freeze").json()["state"] == "frozen"
    row.refresh_from_db()
    reporting.unhindered(lead, row, at=at)
    people = reporting.executives()
    approve(client, path, people)
    client.force_login(lead)
    assert client.post(f"{path}reopen/", {"reason": "A word is wrong"}, **JSON).status_code == 428
    assert step(client, path, "reopen", {"reason": "A word is wrong"}).json()["state"] == "frozen"
    # The same people may approve the same words again: by being opened, what they had approved has lapsed.
    approve(client, path, people)
    client.force_login(lead)
    step(client, path, "reopen", {"reason": "Another word is"})
    assert client.post(f"{path}narrative/", words | {"version": 1, "title": "Mended"}, **JSON).status_code == 200
    approve(client, path, people)
    client.force_login(lead)
    assert step(client, path, "discuss").status_code == 409
    out = step(client, path, "publish")
    assert out.json()["state"] == "published"
    assert client.get(f"{path}payload/").headers["ETag"].strip('"') == out.json()["sha256"]
    assert client.post(f"{path}discuss/", **JSON).status_code == 428
    assert step(client, path, "discuss").json()["state"] == "discussed"
    assert client.post(f"{path}revise/", {"reason": "One figure was wrong"}, **JSON).json()["revision"] == 2
