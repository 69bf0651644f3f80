"""The portal's own work over the API."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client

from relportal.core.models import AuditEvent, User, WorkItem, WorkState

pytestmark = pytest.mark.django_db


@pytest.fixture
def tool(client: Client, lead: User, at: dt.datetime) -> Client:
    """One piece in quarantine, one late, one with a worker and one done."""
    WorkItem.objects.all().delete()
    hour = dt.timedelta(hours=1)
    lease = {"lease_until": at + hour, "lease_token": "00000000-0000-0000-0000-000000000001"}
    quarantined = {"attempts": 6, "last_error": "Unavailable: no answer in 20 s"}
    WorkItem.objects.create(kind="a.one", key="bad", due_at=at, state=WorkState.QUARANTINED, **quarantined)
    WorkItem.objects.create(kind="a.one", key="late", due_at=at - hour)
    WorkItem.objects.create(kind="b.two", key="taken", due_at=at - hour, **lease)
    WorkItem.objects.create(kind="b.two", key="done", due_at=at - hour, state=WorkState.DONE, payload={"x": 1})
    client.force_login(lead)
    return client


def listed(client: Client, query: str) -> list[str]:
    return [row["key"] for row in client.get(f"/api/v1/work-items/{query}").json()["results"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["bad", "late", "taken", "done"]),
        ("?state=troubled", ["bad"]),
        ("?state=late", ["late"]),
        ("?state=running", ["taken"]),
        ("?state=waiting", []),
        ("?state=troubled,done", ["bad", "done"]),
        ("?kind=a.one", ["bad", "late"]),
        ("?kind=a.one,b.two&state=late", ["late"]),
        ("?kind=c.three", []),
    ],
)
def test_work_is_found_by_kind_and_state(tool: Client, at: dt.datetime, query: str, expected: list[str]) -> None:
    with time_machine.travel(at, tick=False):
        assert listed(tool, query) == expected


def test_a_state_that_means_nothing_is_refused(tool: Client) -> None:
    assert tool.get("/api/v1/work-items/?state=asleep").status_code == 422


def test_a_piece_of_work_is_shown_with_its_error_and_without_its_payload(tool: Client) -> None:
    item = WorkItem.objects.get(key="bad")
    shown = tool.get(f"/api/v1/work-items/{item.pk}/").json()
    assert (shown["state"], shown["attempts"], shown["last_error"]) == ("quarantined", 6, item.last_error)
    assert "payload" not in shown


def test_another_try_makes_it_due_now_with_all_attempts_and_is_in_the_audit(tool: Client, at: dt.datetime) -> None:
    item = WorkItem.objects.get(key="bad")
    with time_machine.travel(at, tick=False):
        answer = tool.post(f"/api/v1/work-items/{item.pk}/retry/")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["attempts"]) == ("pending", 0)
    assert AuditEvent.objects.get().action == "work.retry"


def test_what_a_worker_has_is_left_alone(tool: Client, at: dt.datetime) -> None:
    item = WorkItem.objects.get(key="taken")
    with time_machine.travel(at, tick=False):
        assert tool.post(f"/api/v1/work-items/{item.pk}/retry/").status_code == 409


def test_who_only_views_the_catalog_sees_no_work(tool: Client, bob: User) -> None:
    tool.force_login(bob)
    assert tool.get("/api/v1/work-items/").status_code == 403
