"""Investments over the API: entered, changed, stopped."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relportal.core.models import User
from reports.models import Investment
from risks.actions.risks import Given, create

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}
FUNDED: dict[str, Any] = {
    "title": "A second region", "promised": "Half the customer minutes", "kpi": "customer_minutes",
    "starts_on": "2026-07-01", "spent": 180000,
}  # fmt: skip


def test_an_investment_is_entered_changed_and_stopped(lead: User, alice: User, bob: User, client: Client) -> None:
    risk = create(lead, Given(title="One region holds all of it", owner=lead), at=timezone.now())
    client.force_login(lead)
    made = client.post("/api/v1/investments/", {**FUNDED, "risk": risk.short_id}, **JSON)
    assert (made.status_code, made.json()["currency"], made.json()["risk"]) == (201, "EUR", risk.short_id)
    path = f"/api/v1/investments/{made.json()['id']}/"
    assert client.patch(path, {"state": "done"}, **JSON).status_code == 428
    tag = client.get(path).headers["ETag"]
    for wrong, field in (
        ({"ends_on": "2026-06-30"}, "It ends before it begins"),
        ({"benefit_low": 5}, "Give both ends of the range, or neither"),
        ({"spent": -1}, "spent"),
        ({"benefit_high": 1e300}, "benefit_high"),
        ({"kpi": "horoscope"}, "kpi"),
        ({"risk": "RISK-999999999"}, "There is no such risk"),
        ({"team": "nobody"}, "team"),
        ({"currency": "euro"}, "currency"),
    ):
        answer = client.patch(path, wrong, headers={"If-Match": tag}, **JSON)
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
        assert field in answer.content.decode()
    given = {"state": "stopped", "benefit_low": -9000, "benefit_high": -1000, "observed": "9 of 96: no clear change"}
    changed = client.patch(path, given, headers={"If-Match": tag}, **JSON)
    assert (changed.status_code, changed.json()["version"], changed.json()["promised"]) == (200, 2, FUNDED["promised"])
    assert client.patch(path, given, headers={"If-Match": tag}, **JSON).status_code == 412
    assert client.delete(path, headers={"If-Match": "*"}).status_code == 405

    client.force_login(alice)
    assert client.patch(path, {"spent": 1}, headers={"If-Match": "*"}, **JSON).status_code == 403
    client.force_login(bob)
    listed = client.get("/api/v1/investments/?state=stopped&kpi=customer_minutes").json()["results"]
    assert [(one["title"], one["risk"], one["spent"]) for one in listed] == [
        ("A second region", risk.short_id, 180000.0)
    ]
    assert client.post("/api/v1/investments/", FUNDED, **JSON).status_code == 403
    assert Investment.objects.count() == 1
