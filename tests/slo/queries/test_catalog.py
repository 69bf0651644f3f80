from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from relportal.core.models import (
    Dependency,
    Journey,
    JourneyService,
    Lifecycle,
    Service,
    ServiceLink,
    Team,
    User,
)
from slo.domain.bands import Band
from slo.domain.completeness import Fact
from slo.models import BurnRule, IndicatorKind
from slo.queries.catalog import (
    Order,
    ServiceFilters,
    ServiceSort,
    matching_ids,
    service_rows,
    service_states,
)
from slo.queries.catalog_pages import service_page
from slo.queries.objectives import ObjectiveFilters, objective_rows
from tests import make

pytestmark = pytest.mark.django_db
ALL = ServiceFilters()


def names(user: User, at: dt.datetime, **filters: object) -> list[str]:
    wanted = ServiceFilters(**filters)  # type: ignore[arg-type]
    return [row.name for row in service_rows(user, filters=wanted, at=at).rows]


def promised(name: str, *, bands: str = "", **fields: object) -> Service:
    """A service with one objective for each letter: b(reached), a(t risk), h(ealthy), n(o data), - never computed."""
    service = make.service(name=name, slug=name.lower().replace(" ", "-"), **fields)
    for letter in bands:
        objective = make.objective(service=service)
        match letter:
            case "b":
                make.status(objective=objective, band="breached", remaining=-0.5, burn_1h=9.0)
            case "a":
                make.status(objective=objective, band="at_risk", remaining=0.1)
            case "h":
                make.status(objective=objective)
            case "n":
                make.status(objective=objective, band="no_data", remaining=0.01)
    return service


def test_the_worst_services_stand_first(bob: User, at: dt.datetime) -> None:
    for name, bands in {
        "Calm": "hh",
        "Broken": "hb",
        "Dark": "hn",
        "Near": "ha",
    }.items():
        promised(name, bands=bands)
    assert names(bob, at) == ["Broken", "Near", "Dark", "Calm"]


def test_a_row_counts_objectives_by_band(bob: User, at: dt.datetime) -> None:
    promised("Mixed", bands="bahn-")
    (row,) = service_rows(bob, filters=ALL, at=at).rows
    counts = row.counts
    assert (counts.breached, counts.at_risk, counts.healthy, counts.no_data) == (
        1,
        1,
        1,
        2,
    )
    assert row.band is Band.BREACHED


def test_a_budget_that_is_not_trusted_is_not_the_least(bob: User, at: dt.datetime) -> None:
    promised("Dark", bands="hn")
    (row,) = service_rows(bob, filters=ALL, at=at).rows
    assert row.remaining == 0.8


def test_a_service_without_objectives_has_no_data_and_no_numbers(bob: User, at: dt.datetime) -> None:
    promised("Silent")
    (row,) = service_rows(bob, filters=ALL, at=at).rows
    assert (row.band, row.counts.total, row.remaining, row.burn_1h, row.tightest) == (
        Band.NO_DATA,
        0,
        None,
        None,
        None,
    )


def test_the_tightest_objective_brings_its_budget_as_time(bob: User, at: dt.datetime) -> None:
    """99.9 % over 30 days leaves 43.2 minutes."""
    service = promised("Checkout", bands="h")
    tight = make.objective(service=service, name="Latency", target=Decimal("0.999"))
    make.status(objective=tight, remaining=0.2, spark=[0.3, None, 0.2])
    (row,) = service_rows(bob, filters=ALL, at=at).rows
    assert row.tightest is not None
    assert row.tightest.name == "Latency"
    assert row.tightest.whole == dt.timedelta(minutes=43.2)
    assert row.tightest.spark == (0.3, None, 0.2)


def test_a_calendar_budget_is_that_of_its_own_month(bob: User, at: dt.datetime) -> None:
    """March in New York has 44,580 minutes, of which 0.1 % is 44.58."""
    service = make.service()
    objective = make.objective(
        service=service,
        window_kind="month",
        window_days=None,
        window_zone="America/New_York",
    )
    make.status(objective=objective, at=dt.datetime(2026, 3, 20, tzinfo=dt.UTC))
    (row,) = service_rows(bob, filters=ALL, at=at).rows
    assert row.tightest is not None
    assert row.tightest.whole == dt.timedelta(minutes=44.58)


def test_retired_objectives_do_not_count(bob: User, at: dt.datetime) -> None:
    service = promised("Checkout", bands="h")
    gone = make.objective(service=service, retired_at=at)
    make.status(objective=gone, band="breached", remaining=-3)
    (row,) = service_rows(bob, filters=ALL, at=at).rows
    assert row.band is Band.HEALTHY
    assert row.counts.total == 1


def test_the_most_urgent_alert_is_shown(bob: User, at: dt.datetime) -> None:
    service = make.service()
    make.status(objective=make.objective(service=service), firing="ticket")
    make.status(objective=make.objective(service=service), firing="page")
    (row,) = service_rows(bob, filters=ALL, at=at).rows
    assert row.firing == "page"


def test_every_filter_narrows(bob: User, at: dt.datetime, payments: Team) -> None:
    checkout = promised("Checkout", bands="b", tier=1, team=payments, aliases=["chk"])
    promised("Search", bands="h", tier=2)
    promised("Old mail", tier=4, lifecycle=Lifecycle.DEPRECATED)
    promised("Gone", lifecycle=Lifecycle.RETIRED)
    journey = Journey.objects.create(slug="buy", name="Buy")
    JourneyService.objects.create(journey=journey, service=checkout)
    alert = make.objective(service=checkout)
    make.status(objective=alert, firing="page")

    assert sorted(names(bob, at)) == ["Checkout", "Old mail", "Search"]
    assert names(bob, at, text="CHK") == ["Checkout"]
    assert names(bob, at, text="check paym") == ["Checkout"]
    assert names(bob, at, text="check search") == []
    assert names(bob, at, tiers=(2, 4)) == ["Old mail", "Search"]
    assert names(bob, at, teams=("payments",)) == ["Checkout"]
    assert names(bob, at, lifecycles=(Lifecycle.RETIRED,)) == ["Gone"]
    assert names(bob, at, bands=(Band.HEALTHY,)) == ["Search"]
    assert names(bob, at, bands=(Band.NO_DATA, Band.BREACHED)) == [
        "Checkout",
        "Old mail",
    ]
    assert names(bob, at, journey="buy") == ["Checkout"]
    assert names(bob, at, firing=True) == ["Checkout"]
    assert names(bob, at, without_objective=True) == ["Old mail"]


def test_a_percent_sign_in_the_search_is_a_percent_sign(bob: User, at: dt.datetime) -> None:
    promised("Checkout")
    assert names(bob, at, text="%") == []
    assert names(bob, at, text="_") == []


@pytest.mark.parametrize("by", ServiceSort)
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_shows_every_service_once_over_all_pages(
    bob: User, at: dt.datetime, by: ServiceSort, descending: bool
) -> None:
    for number in range(7):
        promised(f"S{number}", bands="bahn-h"[: number % 5], tier=1 + number % 4)
    order = Order(by, descending)
    seen = [
        row.name
        for page in (1, 2, 3)
        for row in service_rows(bob, filters=ALL, order=order, page=page, size=3, at=at).rows
    ]
    assert sorted(seen) == [f"S{number}" for number in range(7)]


def test_missing_numbers_stand_last_in_both_directions(bob: User, at: dt.datetime) -> None:
    promised("Silent")
    promised("Broken", bands="b")
    promised("Calm", bands="h")
    for descending in (False, True):
        rows = service_rows(bob, filters=ALL, order=Order(ServiceSort.REMAINING, descending), at=at).rows
        assert rows[-1].name == "Silent"


def test_a_page_beyond_the_end_is_the_last_page(bob: User, at: dt.datetime) -> None:
    for number in range(5):
        promised(f"S{number}")
    found = service_rows(bob, filters=ALL, page=99, size=2, at=at)
    assert (found.page, found.pages, found.total, found.first, found.last) == (
        3,
        3,
        5,
        5,
        5,
    )


def test_services_are_counted_by_band_whatever_the_filters(bob: User, at: dt.datetime) -> None:
    for name, bands in {"A": "b", "B": "bh", "C": "a", "D": "h", "E": "", "F": "n"}.items():
        promised(name, bands=bands)
    promised("Gone", bands="b", lifecycle=Lifecycle.RETIRED)
    found = service_rows(bob, filters=ServiceFilters(text="nothing like this"), at=at)
    counts = found.services
    assert (counts.breached, counts.at_risk, counts.healthy, counts.no_data) == (2, 1, 1, 2)
    assert (found.total, found.page, found.pages, found.rows) == (0, 1, 1, ())


def test_a_page_takes_one_statement(
    bob: User, at: dt.datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        promised(f"S{number}", bands="bh")
    assert bob.roles
    with django_assert_num_queries(1):
        service_rows(bob, filters=ServiceFilters(text="s"), at=at)


def test_an_outsider_sees_no_service(charlie: User, at: dt.datetime) -> None:
    promised("Checkout")
    assert service_rows(charlie, filters=ALL, at=at).rows == ()
    assert matching_ids(charlie, filters=ALL) == []


def everything(tier: int) -> Service:
    service = make.service(tier=tier, description="Takes the money.")
    for kind in ("runbook", "repo", "dashboard"):
        ServiceLink.objects.create(service=service, kind=kind, url=f"https://x.example/{kind}")
    Dependency.objects.create(service=make.service(), depends_on=service)
    for kind in (IndicatorKind.RATIO_GOOD, IndicatorKind.LATENCY_CLASSIC):
        objective = make.objective(service=service, indicator=make.indicator(kind=kind))
        BurnRule.objects.create(
            objective=objective,
            long_s=3600,
            short_s=300,
            factor=14.4,
            severity="page",
        )
    return service


@pytest.mark.parametrize("tier", [1, 2, 3, 4])
def test_a_service_with_everything_is_complete(tier: int) -> None:
    service = everything(tier)
    state = service_states([service.pk])[service.pk]
    assert state.completeness.missing == ()
    assert state.completeness.score == 1


def test_each_thing_that_is_taken_away_is_named_as_missing() -> None:
    service = everything(1)
    service.links.all().delete()
    service.dependents.all().delete()
    service.objectives.all().delete()
    Service.objects.filter(pk=service.pk).update(team=None, description=" \n ")
    state = service_states([service.pk])[service.pk]
    assert {rule.fact for rule in state.completeness.missing} == set(Fact) - {Fact.OBJECTIVE}


def test_the_database_scores_as_the_domain_does(bob: User, at: dt.datetime) -> None:
    """Filtering by the score of each row lets through exactly the rows below it."""
    for tier in (1, 2, 3, 4):
        everything(tier)
        make.service(tier=tier, description="x")
    make.service(lifecycle=Lifecycle.RETIRED)
    rows = service_rows(bob, filters=ALL, at=at).rows
    for score in {row.completeness.score for row in rows} | {0.5}:
        assert score is not None
        below = service_rows(bob, filters=ServiceFilters(incomplete_below=score), at=at).rows
        assert {row.id for row in below} == {row.id for row in rows if (row.completeness.score or 0) < score}


def test_states_of_named_services_include_retired_ones() -> None:
    gone = promised("Gone", bands="b", lifecycle=Lifecycle.RETIRED)
    other = promised("Other", bands="h")
    states = service_states([gone.pk, other.pk])
    assert states[gone.pk].band is Band.BREACHED
    assert states[gone.pk].completeness.score is None
    assert service_states([]) == {}


def test_the_list_the_service_page_and_the_slo_catalog_show_the_same_numbers(bob: User, at: dt.datetime) -> None:
    service = make.service(slug="checkout")
    objective = make.objective(service=service, window_kind="month", window_days=None, window_zone="America/New_York")
    make.status(objective=objective, at=dt.datetime(2026, 3, 20, tzinfo=dt.UTC), remaining=-0.25)
    (row,) = service_rows(bob, filters=ALL, at=at).rows
    (line,) = service_page(bob, "checkout", at=at).objectives
    (other,) = objective_rows(bob, filters=ObjectiveFilters(), at=at).rows
    assert row.tightest is not None
    assert row.tightest.whole == line.whole == other.whole == dt.timedelta(minutes=44.58)
    assert row.remaining == line.status.remaining == other.status.remaining == -0.25
