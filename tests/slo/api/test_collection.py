"""Counts that other tools push, and history that is read again, over the API."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from rest_framework.test import APIClient

from relportal.core.actions.tokens import issue_token
from relportal.core.models import ApiToken, Team, User
from slo.models import Backfill, Indicator, IndicatorKind, Measurement
from tests import make
from tests.slo.api.test_objectives import client

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 2, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def pushed(payments: Team) -> Indicator:
    service = make.service(slug="checkout", team=payments)
    source = make.source(kind="pushed", url="")
    indicator = make.indicator(slug="batch", source=source, kind=IndicatorKind.PUSHED, team=payments, good="", total="")
    make.objective(service=service, indicator=indicator)
    return indicator


def body(*, bad: float = 2, total: float = 100, steps: int = 3) -> dict[str, object]:
    spans = [START + dt.timedelta(minutes=5 * n) for n in range(steps + 1)]
    pairs = itertools.pairwise(spans)
    return {"counts": [{"service": "checkout", "start": a, "end": b, "bad": bad, "total": total} for a, b in pairs]}


def test_a_push_is_counted_once_however_often_it_is_sent(alice: User, pushed: Indicator) -> None:
    path = "/api/v1/indicators/batch/counts/"
    assert client(alice).post(path, body(), format="json").json()["changed"] == 3
    before = list(Measurement.objects.values())
    assert client(alice).post(path, body(), format="json").json() | {"watermark": None} == {
        "changed": 0,
        "unchanged": 3,
        "watermark": None,
    }
    assert list(Measurement.objects.values()) == before


@pytest.mark.parametrize(
    "counts",
    [
        body(bad=200),
        body(bad=-1),
        {"counts": []},
        {
            "counts": [
                {"service": "nobody", "start": START, "end": START + dt.timedelta(minutes=5), "bad": 0, "total": 1}
            ]
        },
        {"counts": [{"service": "checkout", "start": START, "end": START, "bad": 0, "total": 1}]},
        {"counts": [{"service": "checkout", "start": "yesterday", "end": START, "bad": 0, "total": 1}]},
    ],
)
def test_counts_that_cannot_be_are_refused_as_a_whole(
    counts: dict[str, object], alice: User, pushed: Indicator
) -> None:
    answer = client(alice).post("/api/v1/indicators/batch/counts/", counts, format="json")
    assert answer.status_code == 422, answer.content
    assert not Measurement.objects.exists()


def test_a_push_token_pushes_and_does_nothing_else(alice: User, pushed: Indicator, at: dt.datetime) -> None:
    secret = issue_token(alice, name="batch", scopes=[ApiToken.Scope.PUSH], expires_at=None, at=at).plain
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert api.post("/api/v1/indicators/batch/counts/", body(), format="json").status_code == 200
    assert api.get("/api/v1/objectives/").status_code == 403


def test_a_reader_and_an_outsider_push_nothing(bob: User, charlie: User, pushed: Indicator) -> None:
    for user in (bob, charlie):
        assert client(user).post("/api/v1/indicators/batch/counts/", body(), format="json").status_code == 403


def test_history_is_asked_for_once_at_a_time_and_can_be_stopped(lead: User) -> None:
    indicator = make.indicator(slug="http")
    wish = {"indicator": "http", "days": 30}
    made = client(lead).post("/api/v1/backfills/", wish, format="json")
    assert made.status_code == 201, made.content
    assert client(lead).post("/api/v1/backfills/", wish, format="json").status_code == 409
    stopped = client(lead).post(f"/api/v1/backfills/{made.json()['id']}/cancel/")
    assert stopped.json()["state"] == "cancelled"
    assert Backfill.objects.filter(indicator=indicator).count() == 1
    assert client(lead).post("/api/v1/backfills/", wish | {"days": 10_000}, format="json").status_code == 422
