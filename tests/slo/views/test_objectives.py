"""Overview, SLO catalog, and the pages of objectives, indicators and sources."""

from __future__ import annotations

import csv
import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from relportal.core.models import Team, User
from slo.models import Backfill, BurnAlert, IndicatorState, SourceState, Status
from tests import make
from tests.slo import company
from tests.slo.company import Company

PATHS = (
    "/",
    "/slos/",
    "/slos/{missed}/",
    "/slos/{unknown}/",
    "/indicators/",
    "/indicators/availability/",
    "/sources/",
    "/sources/prometheus/",
)


@pytest.fixture
def shown(payments: Team, at: dt.datetime) -> Company:
    return company.built(team=payments, at=at)


@pytest.fixture
def page(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["bob", "lead", "charlie"])
def test_every_page_is_open_to_members_and_to_nobody_else(
    client: Client, shown: Company, path: str, role: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(role))
    answer = client.get(path.format(missed=shown.missed.pk, unknown=shown.unknown.pk))
    assert answer.status_code == (403 if role == "charlie" else 200)


@pytest.mark.parametrize("path", ["/slos/999999/", "/indicators/none/", "/sources/none/"])
def test_what_does_not_exist_is_told(page: Client, path: str) -> None:
    assert page.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "statements"),
    # The overview asks for the worst risks, and for decisions that are wanted, as well.
    [("/", 10), ("/slos/", 8), ("/slos/?tier=1,2&q=serv&band=breached&sort=-remaining", 8)],
)
@pytest.mark.parametrize("objectives", [2, 60])
def test_overview_and_catalog_take_as_many_statements_however_much_there_is(
    page: Client, path: str, statements: int, objectives: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(objectives):
        objective = make.objective()
        make.status(objective=objective, remaining=0.1 - number, band="breached", firing="page")
        BurnAlert.objects.create(
            objective=objective,
            long_s=3600,
            short_s=300,
            factor=14.4,
            severity="page",
            fired_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
            burn_long=20,
            burn_short=20,
            peak_burn=20,
        )
    with django_assert_max_num_queries(statements):
        assert page.get(path).status_code == 200


def test_the_overview_says_who_is_worst_and_links_to_why(page: Client, shown: Company) -> None:
    answer = page.get("/")
    assertContains(answer, "1 of 1 tier-1 SLO missed; Checkout is worst")
    assertContains(answer, f'href="/slos/{shown.missed.pk}/"')
    assertContains(answer, "burning")


def test_a_source_that_is_down_is_on_the_overview(page: Client, shown: Company, at: dt.datetime) -> None:
    SourceState.objects.update(unavailable_since=at, last_error="connection refused")
    answer = page.get("/")
    assertContains(answer, "Prometheus: Unavailable")
    assertContains(answer, "connection refused")


def test_the_title_of_the_catalog_is_what_is_missed(page: Client, shown: Company) -> None:
    assertContains(page.get("/slos/"), "1 of 1 tier-1 SLO missed")


def test_filters_order_and_page_are_in_the_address(page: Client, shown: Company) -> None:
    answer = page.get("/slos/?band=at_risk&sort=-target")
    assertContains(answer, "Mail")
    assertNotContains(answer, ">Checkout<")
    assertContains(answer, '<option value="at_risk" selected>')
    assertContains(answer, 'aria-sort="descending"')


def test_what_an_address_asks_wrongly_is_said(page: Client, shown: Company) -> None:
    assertContains(page.get("/slos/?tier=9"), "There is no tier “9”: it was left out.")


def test_a_row_is_drawn_anew_when_its_status_changes(page: Client, shown: Company, at: dt.datetime) -> None:
    assertContains(page.get("/slos/"), "10\u202f%, 4\u202fmin left")
    Status.objects.filter(objective=shown.risky).update(remaining=0.07, computed_at=at + dt.timedelta(minutes=5))
    assertContains(page.get("/slos/"), "7\u202f%, 3\u202fmin left")


def test_the_export_holds_every_row_and_no_rounding(page: Client, shown: Company) -> None:
    text = page.get("/slos/?format=csv").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["service"] for row in rows] == ["checkout", "mail", "ledger", "search"]
    assert float(rows[0]["remaining"]) == -0.5
    assert (rows[2]["remaining"], rows[2]["reason"]) == ("", "never_collected")


def test_the_page_of_an_objective_explains_its_numbers(page: Client, shown: Company) -> None:
    answer = page.get(f"/slos/{shown.missed.pk}/")
    assertContains(answer, "Checkout: HTTP availability: budget overspent")
    assertContains(answer, "budget left = 1 − (bad ÷ all) ÷ (1 − target)")
    assertContains(answer, "http_requests_total")
    assertContains(answer, "14.4×")
    assertContains(answer, "still firing")
    assertContains(answer, "raw counters on the 5-minute grid")


def test_no_data_is_told_with_its_reason_and_never_as_a_number(page: Client, shown: Company) -> None:
    answer = page.get(f"/slos/{shown.unknown.pk}/")
    assertContains(answer, "no data, nothing has been collected yet")
    assertNotContains(answer, "100 % of")
    assertNotContains(answer, "js-chart")


def test_a_failing_query_is_shown_where_its_numbers_are(page: Client, shown: Company, at: dt.datetime) -> None:
    IndicatorState.objects.update(error="parse error at char 7", error_since=at)
    assertContains(page.get(f"/slos/{shown.missed.pk}/"), "parse error at char 7")
    assertContains(page.get("/indicators/availability/"), "parse error at char 7")


def test_labels_that_no_service_has_are_named(page: Client, shown: Company) -> None:
    problem = {"key": "no_service", "subjects": ["ghost"], "count": 1}
    IndicatorState.objects.update(problems=[problem], unmapped=["ghost"], unmapped_count=1)
    assertContains(page.get("/indicators/availability/"), "ghost")


def test_a_running_backfill_is_followed_by_a_fragment(page: Client, shown: Company, at: dt.datetime) -> None:
    Backfill.objects.create(
        indicator=shown.indicator,
        start=at - dt.timedelta(days=30),
        end=at,
        cursor=at - dt.timedelta(days=3),
        chunks_done=3,
        chunks_total=30,
        requested_at=at,
    )
    assertContains(page.get("/sources/prometheus/"), "3 of 30 days")
    fragment = page.get("/sources/prometheus/", headers={"hx-request": "true", "hx-target": "backfills"})
    assertContains(fragment, "3 of 30 days")
    assertNotContains(fragment, "<html")


def test_a_reader_is_offered_nothing_that_is_refused(page: Client, shown: Company) -> None:
    for path in ("/slos/", f"/slos/{shown.missed.pk}/", "/indicators/availability/", "/sources/prometheus/"):
        answer = page.get(path)
        assertNotContains(answer, "/edit/")
        assertNotContains(answer, "/new/")
