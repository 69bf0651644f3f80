"""Recovery over the API: objectives row by row, tests that are recorded, approved and voided, and refusals by field."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.models import ActionItem, Incident
from relportal.core.models import Service, Team, User
from tests.risks.api.asking import client, get, post, said

pytestmark = pytest.mark.django_db


def test_an_objective_is_set_and_a_test_recorded_approved_and_voided(
    alice: User, lead: User, bob: User, checkout: Service, payments: Team, at: dt.datetime
) -> None:
    goal = {
        "service": "checkout",
        "rto_s": 3600,
        "rpo_s": None,
        "effective_from": "2026-10-01",
        "reason": "Sales asked",
    }
    assert post(bob, "recovery-objectives/", **goal).status_code == 403
    made = post(alice, "recovery-objectives/", **goal).json()
    assert (made["service"], made["rto_s"], made["every_days"], made["set_by"]) == ("checkout", 3600, 365, alice.email)
    assert set(said(post(alice, "recovery-objectives/", **goal | {"effective_from": "2026-09-30"}))) == {
        "effective_from"
    }
    assert get(bob, "recovery-objectives/?service=checkout&tier=1&team=payments").json()["results"] == [made]

    private = Incident.objects.create(title="Secret", declared_at=at, is_private=True)
    day = {"due_on": at.date(), "first_due_on": at.date(), "created_at": at}
    hidden = ActionItem.objects.create(title="x", incident=private, team=payments, **day)
    open_to_all = ActionItem.objects.create(title="y", team=payments, **day)
    test: dict[str, Any] = {
        "kind": "failover", "environment": "staging", "scenario": "The database moves", "held_at": "2026-10-20T08:00:00Z",
        "declared_at": "2026-10-20T08:00:00Z",
        "results": [{"service": "checkout", "usable_at": "2026-10-20T08:40:00Z"}],
        "evidence": [{"title": "Log", "url": "https://files.example/log", "sha256": "b" * 64}],
    }  # fmt: skip
    late = test | {"results": [{"service": "checkout", "usable_at": "2026-10-20T07:40:00Z"}]}
    assert set(said(post(alice, "recovery-tests/", **late))) == {"results.0.usable_at"}
    assert set(said(post(alice, "recovery-tests/", **test | {"actions": [hidden.short_id]}))) == {"actions"}
    answer = post(alice, "recovery-tests/", **test | {"actions": [open_to_all.short_id]})
    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert (row["verdict"], row["actions"], row["evidence"][0]["sha256"]) == ("met", [open_to_all.short_id], "b" * 64)
    [result] = row["results"]
    assert (result["rto_s"], result["rto_objective_s"], result["rpo_s"]) == (2400, 3600, None)

    path = f"recovery-tests/{row['id']}/"
    for query in ("service=checkout", "kind=failover", "verdict=met", "void=false", "after=2026-10-20T00:00:00Z"):
        assert [one["id"] for one in get(bob, f"recovery-tests/?{query}").json()["results"]] == [row["id"]], query
    assert get(bob, "recovery-tests/?void=true").json()["results"] == []
    assert post(lead, f"{path}approve/").status_code == 428
    approved = client(lead).post(f"/api/v1/{path}approve/", headers={"If-Match": '"1"'})
    assert approved.json()["approved_by"] == lead.email
    stale = client(alice).post(f"/api/v1/{path}void/", {"reason": "Wrong"}, format="json", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    void = client(alice).post(f"/api/v1/{path}void/", {"reason": "Wrong"}, format="json", headers={"If-Match": '"2"'})
    assert void.json()["void_reason"] == "Wrong"
    assert get(bob, path).json()["voided_at"] is not None


def test_a_test_is_changed_in_part_until_it_is_approved(alice: User, checkout: Service, at: dt.datetime) -> None:
    made = post(
        alice, "recovery-tests/", kind="restore", environment="isolated", scenario="Backup", held_at="2026-10-20T08:00:00Z",
        declared_at="2026-10-20T08:00:00Z", results=[{"service": "checkout", "usable_at": "2026-10-20T08:40:00Z"}],
        evidence=[{"title": "Log", "url": "https://files.example/log"}],
    ).json()  # fmt: skip
    path = f"/api/v1/recovery-tests/{made['id']}/"
    assert client(alice).patch(path, {"people": "Two"}, format="json").status_code == 428
    first, second = {"If-Match": '"1"'}, {"If-Match": '"2"'}
    row = client(alice).patch(path, {"people": "Two of the team"}, format="json", headers=first).json()
    assert row == made | {"people": "Two of the team", "version": 2, "results": row["results"]}
    assert row["results"] == made["results"]
    half = {"results": [{"usable_at": "2026-10-20T08:50:00Z"}]}
    assert set(said(client(alice).patch(path, half, format="json", headers=second))) == {"results.0.service"}
    whole = {"results": [{"service": "checkout", "usable_at": "2026-10-20T08:50:00Z"}], "evidence": []}
    row = client(alice).patch(path, whole, format="json", headers=second).json()
    assert ([one["rto_s"] for one in row["results"]], row["evidence"], row["scenario"]) == ([3000], [], "Backup")
