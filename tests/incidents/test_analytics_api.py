"""The API gives the numbers of the page, to those who may see them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from incidents.models import FailureMode, ImpactFigures, Incident, IncidentDetection, IncidentService, TimeMark
from incidents.queries.analytics import Analytics, Count
from relportal.core.models import User
from tests import make

pytestmark = pytest.mark.django_db

URL = "/api/v1/incident-analytics/"


@pytest.fixture
def api(watcher: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(watcher)
    return client


def now(p: float | None) -> Any:
    """The day goes on between two requests, and with it the part of time that the new period has."""
    return None if p is None else pytest.approx(p, rel=1e-3)


def incident(days: int, **fields: Any) -> Incident:
    """So many days ago, an hour of impact."""
    began = timezone.now() - dt.timedelta(days=days)
    made = Incident.objects.create(**{"title": "Checkout fails", "declared_at": began} | fields)
    for moment, minutes in (("impact_started", 0), ("detected", days), ("resolved", 60)):
        at = began + dt.timedelta(minutes=minutes)
        TimeMark.objects.create(incident=made, moment=moment, at=at, source="person", recorded_at=timezone.now())
    ImpactFigures.objects.create(incident=made, computed_at=timezone.now(), impact_minutes=60, budget_spent=0.25)
    return made


@pytest.fixture
def lived(db: None) -> None:
    """Incidents in both periods with everything that is counted."""
    dns = FailureMode.objects.create(slug="dns", name="DNS")
    shop = make.service(slug="shop")
    for day in (1, 3, 5, 8, 13, 21, 100, 120):
        one = incident(day, severity_id=day % 3)
        IncidentService.objects.create(incident=one, service=shop)
        IncidentDetection.objects.create(incident=one, by="customer" if day % 2 else "slo_alert")
        if day > 5:
            one.failure_modes.add(dns)
    incident(2)


@pytest.mark.parametrize("query", ["", "?period=365", "?service=shop&severity=0,1", "?mode=dns", "?detection=customer"])
@pytest.mark.usefixtures("lived")
def test_the_numbers_are_those_of_the_page(api: APIClient, client: Client, watcher: User, query: str) -> None:
    client.force_login(watcher)
    page: Analytics = client.get(f"/incidents/analytics/{query}").context["found"]
    data = api.get(URL + query).json()

    assert data["behind"] == [row.short_id for row in page.rows]
    for name in ("incidents", "impact_minutes", "customer_minutes", "budget_spent", "self_detected"):
        figure = getattr(page, name)
        assert (data[name]["value"], data[name]["before"]) == (figure.value, figure.before), name
        assert data[name]["trend"] == {"change": figure.trend.change, "p": now(figure.trend.p)}
    for told, spread in zip(data["durations"], page.spreads, strict=True):
        assert told["duration"] == spread.duration
        assert (told["median"], told["p90"], told["coverage"]) == (
            spread.now.median,
            spread.now.p90,
            spread.now.coverage,
        )
        assert told["lacking"] == spread.now.lacking
    for name in ("by_severity", "by_failure_mode", "by_service", "by_detection"):
        counts: tuple[Count, ...] = getattr(page, name)
        assert [(each["key"], each["incidents"]) for each in data[name]] == [(each.key, each.n) for each in counts]
    months = [tuple(part["incidents"] for part in month["by_severity"]) for month in data["by_month"]]
    assert months == [month.counts for month in page.months]


@pytest.mark.usefixtures("lived")
def test_a_figure_says_its_interval_and_how_much_is_missing(api: APIClient) -> None:
    data = api.get(URL).json()
    assert data["incidents"]["value"] == 7
    assert data["incidents"]["interval"] == {
        "low": pytest.approx(2.8144, abs=1e-4),
        "high": pytest.approx(14.4227, abs=1e-4),
    }
    assert (data["self_detected"]["n"], data["self_detected"]["missing"]) == (6, 1)
    assert data["customer_minutes"] | {"trend": None} == {
        "value": None, "before": None, "n": 0, "missing": 7, "interval": None, "trend": None,
    }  # fmt: skip


def test_a_private_incident_changes_nothing_for_those_outside(api: APIClient) -> None:
    incident(3)
    before = api.get(URL).json()
    incident(2, is_private=True, severity_id=0)
    after = api.get(URL).json()
    after["incidents"]["trend"]["p"] = now(after["incidents"]["trend"]["p"])
    assert before == after


@pytest.mark.parametrize(
    "query", ["period=forever", "severity=x", "service=nope", "since=2026-02-30", "until=9999-12-31"]
)
def test_what_means_nothing_is_refused_with_the_reason(api: APIClient, query: str) -> None:
    """A program would not read the sentence with which the page goes on without the filter."""
    response = api.get(f"{URL}?{query}")
    assert response.status_code == 422
    assert "left out" in response.content.decode()


def test_whoever_has_no_role_is_refused() -> None:
    client = APIClient()
    client.force_authenticate(make.user())
    assert client.get(URL).status_code == 403
