"""A page, its CSV and the API show the same number."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from relportal.core import units
from relportal.core.models import Team, User
from slo.queries.objectives import ObjectiveFilters, objective_page, objective_rows
from slo.queries.overview import overview
from tests.slo import company
from tests.slo.company import Company

pytestmark = pytest.mark.django_db
NUMBERS = ("sli", "remaining", "bad", "total", "coverage", "burn_1h", "burn_6h", "burn_3d")


@pytest.fixture
def shown(payments: Team, at: dt.datetime) -> Company:
    return company.built(team=payments, at=at)


@pytest.fixture
def browser(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.fixture
def statuses(bob: User, shown: Company) -> dict[str, dict[str, Any] | None]:
    """Short id -> status of the API."""
    tool = APIClient()
    tool.force_login(bob)
    return {one["id"]: one["status"] for one in tool.get("/api/v1/objectives/").json()["results"]}


def test_the_csv_has_the_numbers_of_the_api(
    browser: Client, shown: Company, statuses: dict[str, dict[str, Any] | None]
) -> None:
    answer = browser.get("/slos/?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows.keys() == statuses.keys()
    for key, row in rows.items():
        status = statuses[key] or {}
        for name in NUMBERS:
            assert (float(row[name]) if row[name] else None) == status.get(name), (key, name)
        assert row["band"] == status.get("band", "no_data")


def test_a_row_the_page_and_the_overview_have_the_status_of_the_api(
    bob: User, shown: Company, statuses: dict[str, dict[str, Any] | None], at: dt.datetime
) -> None:
    listed = {
        row.objective.pk: row.status for row in objective_rows(bob, filters=ObjectiveFilters(), size=None, at=at).rows
    }
    needy = {one.row.objective.pk: one.row.status for one in overview(bob, at=at).needy}
    assert shown.missed.pk in needy
    for objective in (shown.missed, shown.risky, shown.kept, shown.unknown):
        page = objective_page(bob, objective.pk, at=at)
        assert page is not None
        told = statuses[objective.short_id] or {}
        for status in (listed[objective.pk], page.status, needy.get(objective.pk, page.status)):
            assert [getattr(status, name) for name in NUMBERS] == [told.get(name) for name in NUMBERS]


def test_the_page_prints_what_the_api_says(
    browser: Client, shown: Company, statuses: dict[str, dict[str, Any] | None]
) -> None:
    status = statuses[shown.missed.short_id]
    assert status is not None
    text = browser.get(f"/slos/{shown.missed.pk}/").content.decode()
    assert units.sli(status["sli"]) in text
    assert units.budget(status["remaining"]) in text
    assert units.burn(status["burn_1h"]) in text
    assert units.exact_count(status["bad"]) in text


def test_where_the_api_has_no_number_the_page_has_none_and_the_reason(
    browser: Client, shown: Company, statuses: dict[str, dict[str, Any] | None]
) -> None:
    assert statuses[shown.unknown.short_id] is None
    text = browser.get(f"/slos/{shown.unknown.pk}/").content.decode()
    assert "no data, nothing has been collected yet" in text
    assert "100 %" not in text.split("<main", 1)[1].split("How is this computed", 1)[0]
