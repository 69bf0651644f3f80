"""Judging an alert with one click, on the list and over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from incidents.models import Alert, Incident, State
from relportal.core.models import AuditEvent, User
from reports.domain.periods import Calendar, Cut
from reports.kpis import KPIS
from reports.kpis._base import Frame
from tests.incidents.ringing import alert
from tests.risks.api.asking import get, post, said

pytestmark = pytest.mark.django_db


def unjudged(client: Client) -> str:
    return client.get("/alerts/?state=unjudged").content.decode()


def test_one_click_judges_an_alert_and_another_takes_it_back(alice: User, client: Client) -> None:
    one, other = alert(name="DiskFull"), alert(name="NodeGone")
    client.force_login(alice)
    assert "DiskFull" in unjudged(client)
    url = f"/alerts/{one.pk}/verdict/"
    sent = client.post(url, {"verdict": "noise", "back": "/alerts/?q=disk"})
    assert sent["Location"] == "/alerts/?q=disk"
    assert client.post(url, {"verdict": "noise", "back": "https://evil.example/"})["Location"] == "/alerts/"
    page = unjudged(client)
    assert "DiskFull" not in page
    assert other.name in page
    assert AuditEvent.objects.get(action="alert.judge").changes == {"verdict": [None, "noise"]}
    cell = client.post(url, {"verdict": ""}, headers={"HX-Request": "true"}).content.decode()
    assert 'value="actionable"' in cell
    row = Alert.objects.get(pk=one.pk)
    assert (row.verdict, row.judged_by, row.judged_at) == ("", None, None)


def test_a_verdict_that_does_not_exist_is_refused_and_an_outsider_judges_nothing(alice: User, bob: User) -> None:
    one = alert()
    assert "verdict" in said(post(alice, f"alerts/{one.pk}/verdict/", verdict="lovely"))
    assert post(bob, f"alerts/{one.pk}/verdict/", verdict="noise").status_code == 403
    assert post(alice, f"alerts/{one.pk}/verdict/", verdict="actionable").json()["verdict"] == "actionable"
    assert get(alice, "alerts/?unjudged=true").json()["results"] == []


def test_a_verdict_outweighs_the_incident_and_a_false_alarm_is_noise() -> None:
    kpi: Any = KPIS["alert_quality"]
    real, false = (
        Incident.objects.create(title=state, state=state, declared_at=alert().started_at)
        for state in (State.CLOSED, State.FALSE_ALARM)
    )
    made = {
        alert(incident=real).pk: True,
        alert(incident=false).pk: False,
        alert(incident=real, verdict="noise").pk: False,
        alert(verdict="actionable").pk: True,
        alert().pk: None,
    }
    at = alert().first_received_at
    frame = Frame([Calendar().period(Cut.DAYS_28, at.date())], zone=at.tzinfo, at=at.replace(hour=23))  # type: ignore[arg-type]
    seen = {one.fact.pk: one.fact.actionable for one in kpi.seen(frame) if hasattr(one.fact, "pk")}
    assert {pk: seen[pk] for pk in made} == made
