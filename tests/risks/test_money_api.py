"""The portfolio, the tolerance and the money settings over the API: the same as the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relportal.core.models import User
from risks.actions.tolerance import set_tolerance
from risks.models import MoneySettings, Risk, ToleranceCurve, Unit
from risks.queries.portfolio import portfolio
from risks.queries.portfolio_words import claim
from tests.risks.estimated import estimated, ran

pytestmark = pytest.mark.django_db

RUNS, TOLERANCE, MONEY = "/api/v1/risk-portfolio/", "/api/v1/risk-tolerance/", "/api/v1/risk-money-settings/"
JSON: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now() - dt.timedelta(minutes=1)


def test_the_newest_run_is_the_one_of_the_page(client: Client, bob: User, lead: User, now: dt.datetime) -> None:
    estimated("Disk", at=now)
    estimated("Fire", at=now, rate_low=0.01, rate_high=0.1)
    Risk.objects.create(title="Silent", identified_on=now.date(), created_at=now)
    set_tolerance(lead, Unit.MONEY, ((1e4, 0.3), (1e6, 0.01)), reason="The board", at=now)
    ran(Unit.MONEY, at=now - dt.timedelta(days=30))
    row = ran(Unit.MONEY, at=now)
    client.force_login(bob)

    given = client.get(f"{RUNS}latest/").json()
    shown = portfolio(bob, Unit.MONEY, at=timezone.now())
    assert shown.result is not None
    assert shown.result.totals is not None
    assert given["id"] == row.pk
    assert given["claim"] == claim(shown)
    assert given["standing"] == shown.standing.value == "beyond"
    assert given["totals"]["p95"] == shown.result.totals.p95
    assert [tuple(point.values()) for point in given["tolerance"]] == [(1e4, 0.3), (1e6, 0.01)]
    assert given["curve"][0] == {"loss": shown.result.curve[0][0], "chance": shown.result.curve[0][1]}
    assert given["beyond"][0]["low"] == shown.result.beyond[0].low
    assert [one["expected"] for one in given["contributors"]] == [each.figures.expected for each in shown.contributors]
    assert [one["rate_low"] for one in given["contributors"]] == [0.5, 0.01]
    assert (given["risks"], given["open"], given["coverage"]) == (2, 3, pytest.approx(2 / 3))
    assert [one["why"] for one in given["left_out"]] == ["missing"]
    assert given["change"]["expected"] == 0
    # Of one of the runs before, nothing is due.
    assert client.get(f"{RUNS}{row.pk}/").json() | {"waiting": given["waiting"]} == given


def test_the_history_is_a_list_by_unit(client: Client, bob: User, now: dt.datetime) -> None:
    estimated("Disk", at=now)
    first, second = ran(Unit.MONEY, at=now - dt.timedelta(days=30)), ran(Unit.MONEY, at=now)
    minutes = ran(Unit.MINUTES, at=now)
    client.force_login(bob)
    rows = client.get(RUNS, {"unit": "money"}).json()["results"]
    assert [row["id"] for row in rows] == [first.pk, second.pk]
    assert rows[0]["totals"]["expected"] == first.result["totals"]["expected"]
    [row] = client.get(RUNS, {"unit": "minutes"}).json()["results"]
    assert (row["id"], row["totals"], row["risks"], row["open"]) == (minutes.pk, None, 0, 1)


def test_before_the_first_run_there_is_none_and_a_unit_that_is_not_one_is_said(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get(f"{RUNS}latest/").status_code == 404
    response = client.get(f"{RUNS}latest/", {"unit": "apples"})
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")


def test_a_curve_is_set_by_another_tool(client: Client, lead: User, bob: User, now: dt.datetime) -> None:
    client.force_login(lead)
    points = [{"loss": 1e5, "chance": 0.5}, {"loss": 1e6, "chance": 0.05}]
    body: dict[str, Any] = {"unit": "minutes", "points": points, "reason": "The board"}
    made = client.post(TOLERANCE, body, **JSON)
    assert made.status_code == 201
    assert (made.json()["points"], made.json()["in_force"], made.json()["by"]) == (points, True, lead.email)
    assert client.post(TOLERANCE, body | {"points": points[:1]}, **JSON).status_code == 201
    client.force_login(bob)
    held = client.get(TOLERANCE, {"unit": "minutes"}).json()["results"]
    assert [one["in_force"] for one in held] == [False, True]
    assert client.post(TOLERANCE, body, **JSON).status_code == 403


@pytest.mark.parametrize(
    ("points", "field"),
    [
        ([], "points"),
        ([{"loss": 1e18, "chance": 0.5}], "1.loss"),
        ([{"loss": 5, "chance": 1.5}], "1.chance"),
        ([{"loss": 5, "chance": 0.5}, {"loss": 6, "chance": 0.6}], "2.chance"),
    ],
)
def test_what_is_no_curve_is_a_problem_at_its_point(
    points: list[dict[str, float]], field: str, client: Client, lead: User
) -> None:
    client.force_login(lead)
    response = client.post(TOLERANCE, {"unit": "money", "points": points, "reason": "The board"}, **JSON)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert field in str(response.json()["errors"])
    assert not ToleranceCurve.objects.exists()


def test_the_money_settings_are_changed_with_the_version_that_was_read(client: Client, lead: User) -> None:
    client.force_login(lead)
    read = client.get(MONEY)
    assert (read.json()["minute_low"], read.json()["changed_at"], read["ETag"]) == (None, None, '"1"')
    body = {"minute_low": 0.01, "minute_high": 0.05, "reason": "Finance"}
    assert client.patch(MONEY, body, **JSON).status_code == 428
    changed = client.patch(MONEY, body, headers={"If-Match": read["ETag"]}, **JSON)
    assert changed.status_code == 200
    assert (changed.json()["currency"], changed.json()["reason"], changed["ETag"]) == ("EUR", "Finance", '"2"')
    assert client.patch(MONEY, body, headers={"If-Match": read["ETag"]}, **JSON).status_code == 412
    wrong = client.patch(MONEY, {"minute_low": None, "reason": "No"}, headers={"If-Match": "*"}, **JSON)
    assert wrong.status_code == 422
    assert MoneySettings.objects.get().minute_low == 0.01
