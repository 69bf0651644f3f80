from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from relportal.core.models import Journey, JourneyService, Service, User
from reports.actions.figures import compute
from reports.domain.periods import Cut
from reports.kpis import KPIS
from reports.models import KpiTarget, KpiValue
from reports.queries.calendar import calendar
from reports.templatetags.reports import kpi_change
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.incidents.shipping import incident


@pytest.fixture
def told(lead: User) -> Any:
    """Two incidents of last month, one of them private, and that month and the one before it computed."""
    at = timezone.now()
    began = (at.replace(day=1) - dt.timedelta(days=10)).replace(hour=12)
    shop = make.service(slug="shop", name="Shop")
    row = incident(lead, shop, began=began)
    incident(lead, shop, began=began + dt.timedelta(hours=5), private=True)
    compute(calendar().last(Cut.MONTH, began.date(), 2), at=at)
    return row


def last_month() -> str:
    first = (timezone.now().replace(day=1) - dt.timedelta(days=10)).date().replace(day=1)
    return f"month:{first}"


def test_the_scorecard_says_how_many_are_missed_and_lists_every_kpi(
    told: Any, bob: User, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(bob)
    with django_assert_max_num_queries(12):
        page = client.get("/scorecards/", {"period": last_month()}).content.decode()
    assert "KPIs" in page.partition("<h1>")[2].partition("</h1>")[0]
    assert page.count("/scorecards/kpis/") == 22
    assert "Customer outcomes" in page
    assert "Change since" in page
    assert re.findall(r'period=[0-9a-z]+"[^>]*>([^<]+)</a>', page) == [
        "Quarters",
        "Months",
        "Weeks",
        "90 days",
        "28 days",
        "7 days",
    ]


def test_what_the_page_shows_the_csv_shows(told: Any, bob: User, client: Client) -> None:
    client.force_login(bob)
    lines = (
        client.get("/scorecards/", {"period": last_month(), "format": "csv"})
        .getvalue()
        .decode("utf-8-sig")
        .splitlines()
    )
    head, row = (next(line for line in lines if line.startswith(key)).split(",") for key in ("kpi,", "incidents,"))
    assert float(row[head.index("value")]) == 2
    assert row[head.index("maturity")] == "3"
    page = client.get("/scorecards/", {"period": last_month()}).content.decode()
    assert "n 2 · counted" in page


def test_a_private_incident_counts_and_its_row_is_hidden(told: Any, bob: User, client: Client) -> None:
    client.force_login(bob)
    page = client.get("/scorecards/kpis/incidents/", {"period": last_month()}).content.decode()
    assert "Incidents: 2" in page
    assert "noticed by customers first" in page
    for name, value in (("n", "2"), ("Left out", "0"), ("Data", "counted here")):
        assert f'<dt>{name}</dt><dd class="rp-num">{value}</dd>' in page
    address = "/scorecards/kpis/incidents/rows/"
    rows = client.get(address, {"period": last_month()}).content.decode()
    assert told.short_id in rows
    assert "1 more counts and is private." in rows
    lines = client.get(address, {"period": last_month(), "format": "csv"}).getvalue().decode("utf-8-sig").splitlines()
    assert [line.split(",")[:4] for line in lines[1:]] == [["incidents", last_month(), "company", "incident"]]


def test_a_target_that_changed_draws_a_line_in_the_chart(told: Any, bob: User, client: Client) -> None:
    since = dt.date.fromisoformat(last_month().partition(":")[2]).replace(day=9)
    for tier, green in ((None, 4), (2, 3)):
        KpiTarget.objects.create(
            kpi="incidents", since=since, tier=tier, green=green, red=9, reason="-", at=timezone.now()
        )
    KpiTarget.objects.create(
        kpi="incidents", since=since.replace(year=2019), retired=True, reason="-", at=timezone.now()
    )
    client.force_login(bob)
    figure = client.get("/scorecards/kpis/incidents/", {"period": last_month()}).context["chart"].figure
    assert ("target 4" in figure, "target 3, tier 2" in figure, "default target" in figure) == (True, True, False)


@pytest.mark.parametrize(("key", "words"), [("toil", "too few to compare"), ("cost_efficiency", "not tested")])
def test_what_has_no_test_is_not_said_to_be_too_few(key: str, words: str) -> None:
    row = KpiValue(value=0.3, before=0.2, change="unknown", n=20)
    assert words in str(kpi_change(row, KPIS[key]))


def test_every_kpi_has_a_page_that_says_what_to_connect(told: Any, bob: User, client: Client) -> None:
    client.force_login(bob)
    page = client.get("/scorecards/kpis/toil/", {"period": last_month()}).content.decode()
    assert "No figure for this period" in page
    assert "Ask each week how many hours went into toil" in page


@pytest.mark.parametrize("of", ["team:nobody", "tier:9", "service:", "galaxy:1", "tier:1", "service:shop"])
def test_a_scope_that_is_not_there_is_the_company(told: Any, bob: User, client: Client, of: str) -> None:
    client.force_login(bob)
    assert client.get("/scorecards/", {"of": of, "period": "quarter:never"}).status_code == 200
    assert client.get("/scorecards/kpis/incidents/", {"of": of}).status_code == 200


def test_a_service_and_a_journey_have_scorecards_of_their_own(told: Any, bob: User, client: Client) -> None:
    shop = Service.objects.get(slug="shop")
    JourneyService.objects.create(
        journey=Journey.objects.create(slug="buy", name="Buy things"), service=shop, position=1
    )
    month = calendar().period(Cut.MONTH, dt.date.fromisoformat(last_month().partition(":")[2]))
    compute([month], at=timezone.now())
    client.force_login(bob)
    for of, name in (("service:shop", "Shop"), ("journey:buy", "Buy things")):
        shown = client.get("/scorecards/", {"of": of, "period": last_month()})
        assert name in shown.content.decode()
        line = next(each for each in shown.context["found"].lines if each.kpi.key == "incidents")
        assert line.value.value == 2


def test_a_kpi_that_is_not_there_is_not_found(bob: User, client: Client) -> None:
    client.force_login(bob)
    assert client.get("/scorecards/kpis/happiness/").status_code == 404


def test_before_the_first_run_the_page_says_who_computes(bob: User, client: Client) -> None:
    client.force_login(bob)
    assert not KpiValue.objects.exists()
    assert "Nothing is computed yet" in client.get("/scorecards/").content.decode()


def test_the_page_of_a_kpi_is_read_from_what_is_stored(
    told: Any, bob: User, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(bob)
    client.get("/scorecards/kpis/cost_efficiency/")
    with django_assert_max_num_queries(15):
        client.get("/scorecards/kpis/cost_efficiency/", {"period": last_month()})
