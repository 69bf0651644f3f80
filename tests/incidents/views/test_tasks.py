"""A task of a room goes to someone, until a time, and they are told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.actions.incidents import Declaration, declare, set_privacy
from incidents.actions.timeline import write_line
from incidents.models import Incident, Task
from relportal.core.models import Notification, Role, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db: None) -> User:
    return make.user("lena@example.com", role=Role.RELIABILITY_LEAD)


def test_it_is_assigned_with_minutes_and_shown_with_its_countdown(
    rita: User, lead: User, incident: Incident, at: Any, client: Client
) -> None:
    task = write_line(rita, incident, "TODO call the bank", zone=dt.UTC, at=at)
    client.force_login(rita)

    answer = client.post(f"/incidents/{incident.pk}/tasks/{task.pk}/edit/", {"assignee": lead.pk, "minutes": "20"})

    assert answer["Location"] == incident.get_absolute_url()
    row = Task.objects.get()
    assert row.assignee == lead
    assert row.due_at is not None
    assert abs(row.due_at - timezone.now() - dt.timedelta(minutes=20)) < dt.timedelta(minutes=1)
    page = client.get(incident.get_absolute_url()).content.decode()
    assert "data-until" in page
    assert "Lena" in page
    assert Notification.objects.get().user == lead


def test_nobody_gets_a_task_of_an_incident_that_they_may_not_see(
    rita: User, lead: User, at: Any, client: Client
) -> None:
    secret = declare(rita, Declaration(title="Breach"), at=at)
    task = write_line(rita, secret, "TODO call the bank", zone=dt.UTC, at=at)
    set_privacy(rita, secret, is_private=True, people=[], at=at)
    client.force_login(rita)

    answer = client.post(f"/incidents/{secret.pk}/tasks/{task.pk}/edit/", {"assignee": lead.pk})

    assert answer.status_code == 422
    assert "cannot see this incident" in answer.content.decode()
    assert not Notification.objects.exists()
