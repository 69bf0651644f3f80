"""Sources, indicators and objectives over the API: a tool does all that a page does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from relportal.core.models import Service, Team, User
from slo.models import Objective
from tests import make

pytestmark = pytest.mark.django_db


def client(user: User | None) -> APIClient:
    made = APIClient()
    if user is not None:
        made.force_login(user)
    return made


@pytest.fixture
def service(payments: Team) -> Service:
    return make.service(slug="checkout", team=payments)


def test_from_source_to_promise(lead: User, alice: User, service: Service) -> None:
    source = {
        "slug": "main",
        "name": "Main",
        "url": "http://prometheus.example.com",
        "auth": "bearer",
        "secret": "hunter2",
    }
    made = client(lead).post("/api/v1/sources/", source, format="json")
    assert made.status_code == 201, made.content
    assert "hunter2" not in made.content.decode()
    assert made.json()["has_secret"] is True
    indicator = {
        "slug": "http",
        "name": "HTTP",
        "source": "main",
        "kind": "ratio_bad",
        "bad": 'requests_total{code="500"}',
        "total": "requests_total",
        "services": [{"label": "checkout", "service": "checkout"}],
    }
    made = client(lead).post("/api/v1/indicators/", indicator, format="json")
    assert made.status_code == 201, made.content
    promise = {"service": "checkout", "indicator": "http", "name": "Availability", "target": "0.999"}
    made = client(alice).post("/api/v1/objectives/", promise, format="json")
    assert made.status_code == 201, made.content
    assert [rule["factor"] for rule in made.json()["rules"]] == [14.4, 6.0, 3.0, 1.0]
    assert made.json()["status"] is None


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("target", {"target": "1"}),
        ("window_days", {"window_days": 0}),
        ("window_zone", {"window_kind": "month", "window_zone": "Mars/Olympus"}),
        ("slice_target", {"counting": "timeslices"}),
        ("name", {"name": "Taken"}),
        ("indicator", {"indicator": "nothing"}),
        ("rules", {"rules": [{"severity": "page", "factor": 2000, "long_s": 3600, "short_s": 300}]}),
    ],
)
def test_bad_input_is_a_problem_document_at_its_field(
    field: str, values: dict[str, Any], alice: User, service: Service
) -> None:
    taken = make.objective(service=service, name="Taken")
    promise = {"service": "checkout", "indicator": taken.indicator.slug, "name": "Availability", "target": "0.999"}
    answer = client(alice).post("/api/v1/objectives/", promise | values, format="json")
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert field in str(answer.json())
    assert Objective.objects.count() == 1


def test_a_change_names_the_version_that_it_replaces(alice: User, service: Service) -> None:
    objective = make.objective(service=service)
    path = f"/api/v1/objectives/{objective.pk}/"
    tag = client(alice).get(path)["ETag"]
    assert client(alice).patch(path, {"target": "0.99"}, format="json").status_code == 428
    assert (
        client(alice).patch(path, {"target": "0.99"}, format="json", HTTP_IF_MATCH=tag).json()["target"] == "0.99000000"
    )
    assert client(alice).patch(path, {"target": "0.9"}, format="json", HTTP_IF_MATCH=tag).status_code == 412


def test_retiring_and_restoring(alice: User, service: Service) -> None:
    objective = make.objective(service=service)
    path = f"/api/v1/objectives/{objective.pk}"
    assert client(alice).post(f"{path}/retire/").json()["retired_at"]
    assert client(alice).post(f"{path}/retire/").status_code == 409
    assert client(alice).post(f"{path}/restore/").json()["retired_at"] is None


def test_filters_find_by_words_tier_and_service(bob: User, service: Service) -> None:
    wanted = make.objective(service=service, name="Availability")
    make.objective(name="Latency")
    for query in ("q=availab", "service=checkout", "team=payments", "tier=1&q=check"):
        found = client(bob).get(f"/api/v1/objectives/?{query}").json()["results"]
        assert [one["id"] for one in found] == [wanted.short_id], query
    assert client(bob).get("/api/v1/objectives/?band=green").status_code == 422


@pytest.mark.parametrize("path", ["sources", "indicators", "objectives", "burn-alerts"])
def test_anonymous_and_outsiders_read_nothing(path: str, charlie: User, bob: User) -> None:
    make.objective()
    assert client(None).get(f"/api/v1/{path}/").status_code == 401
    assert client(charlie).get(f"/api/v1/{path}/").status_code == 403
    assert client(bob).get(f"/api/v1/{path}/").status_code == 200


def test_a_reader_writes_nothing(bob: User, service: Service) -> None:
    objective = make.objective(service=service)
    assert client(bob).post(f"/api/v1/objectives/{objective.pk}/retire/").status_code == 403
    source = {"slug": "x", "name": "X", "url": "http://x.example.com"}
    assert client(bob).post("/api/v1/sources/", source, format="json").status_code == 403


def test_retired_objectives_and_those_without_a_status_are_found_as_on_the_page(bob: User, at: dt.datetime) -> None:
    unknown = make.objective(name="Never computed")
    gone = make.objective(name="Retired", retired_at=at)

    def found(query: str) -> list[str]:
        return [one["id"] for one in client(bob).get(f"/api/v1/objectives/?{query}").json()["results"]]

    assert found("") == [unknown.short_id]
    assert found("band=no_data") == [unknown.short_id]
    assert found("retired=true") == [gone.short_id]
