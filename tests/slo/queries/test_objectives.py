"""The SLO catalog: filters, order and pages; and the page of one objective."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from pytest_django import DjangoAssertNumQueries

from relportal.core.models import Team, User
from slo.models import Objective
from slo.queries.objectives import (
    ObjectiveFilters,
    ObjectiveOrder,
    ObjectiveSort,
    objective_page,
    objective_rows,
)
from tests import make
from tests.slo import company
from tests.slo.company import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(payments: Team, at: dt.datetime) -> Company:
    return company.built(team=payments, at=at)


def names(user: User, at: dt.datetime, filters: ObjectiveFilters, order: ObjectiveOrder | None = None) -> list[str]:
    return [row.objective.service.slug for row in objective_rows(user, filters=filters, order=order, at=at).rows]


def test_worst_stands_first_and_what_nobody_knows_before_what_is_well(
    shown: Company, bob: User, at: dt.datetime
) -> None:
    assert names(bob, at, ObjectiveFilters()) == ["checkout", "mail", "ledger", "search"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (ObjectiveFilters(text="check avail"), {"checkout"}),
        (ObjectiveFilters(text="check latency"), set()),
        (ObjectiveFilters(text="payments mail"), {"mail"}),
        (ObjectiveFilters(tiers=(2, 3)), {"search", "mail"}),
        (ObjectiveFilters(teams=("payments",)), {"checkout", "mail", "search", "ledger"}),
        (ObjectiveFilters(teams=("nobody",)), set()),
        (ObjectiveFilters(bands=("breached", "at_risk")), {"checkout", "mail"}),
        (ObjectiveFilters(bands=("no_data",)), {"ledger"}),
        (ObjectiveFilters(indicators=("availability",), tiers=(4,)), {"ledger"}),
        (ObjectiveFilters(windows=("month",)), set()),
        (ObjectiveFilters(services=("search",)), {"search"}),
        (ObjectiveFilters(firing=True), {"checkout"}),
        (ObjectiveFilters(retired=True), set()),
    ],
)
def test_filters_let_through_what_matches_all_of_them(
    shown: Company, bob: User, at: dt.datetime, filters: ObjectiveFilters, found: set[str]
) -> None:
    assert set(names(bob, at, filters)) == found


def test_a_number_that_is_missing_stands_last_in_either_direction(shown: Company, bob: User, at: dt.datetime) -> None:
    by = ObjectiveSort.REMAINING
    assert names(bob, at, ObjectiveFilters(), ObjectiveOrder(by)) == ["checkout", "mail", "search", "ledger"]
    assert names(bob, at, ObjectiveFilters(), ObjectiveOrder(by, True)) == ["search", "mail", "checkout", "ledger"]


@pytest.mark.parametrize("by", list(ObjectiveSort))
@pytest.mark.parametrize("descending", [False, True])
def test_pages_neither_repeat_nor_lose_a_row_in_any_order(
    bob: User, at: dt.datetime, by: ObjectiveSort, descending: bool
) -> None:
    indicator = make.indicator()
    for number in range(7):
        objective = make.objective(indicator=indicator, name="Same")
        if number % 3:
            make.status(objective=objective, at=at)
    order = ObjectiveOrder(by, descending)
    pages = [
        objective_rows(bob, filters=ObjectiveFilters(), order=order, page=page, size=3, at=at) for page in (1, 2, 3)
    ]
    seen = list(itertools.chain.from_iterable((row.objective.pk for row in one.rows) for one in pages))
    assert sorted(seen) == sorted(Objective.objects.values_list("pk", flat=True))


def test_a_page_beyond_the_end_is_the_last_one(shown: Company, bob: User, at: dt.datetime) -> None:
    found = objective_rows(bob, filters=ObjectiveFilters(), page=99, size=3, at=at)
    assert (found.page, found.total, len(found.rows)) == (2, 4, 1)


def test_counts_of_the_title_do_not_change_with_the_filters(shown: Company, bob: User, at: dt.datetime) -> None:
    found = objective_rows(bob, filters=ObjectiveFilters(tiers=(2,)), at=at)
    assert (found.total, found.bands.total, found.bands.breached, found.tier_one.total) == (1, 4, 1, 1)


def test_an_outsider_finds_nothing(shown: Company, charlie: User, at: dt.datetime) -> None:
    found = objective_rows(charlie, filters=ObjectiveFilters(), at=at)
    assert (found.rows, found.total, found.bands.total) == ((), 0, 0)
    assert objective_page(charlie, shown.missed.pk, at=at) is None


@pytest.mark.parametrize("count", [1, 40])
def test_a_page_takes_two_statements_however_long_it_is(
    bob: User, at: dt.datetime, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    indicator = make.indicator()
    for _ in range(count):
        make.status(objective=make.objective(indicator=indicator), at=at)
    assert bob.roles
    with django_assert_max_num_queries(2):
        found = objective_rows(bob, filters=ObjectiveFilters(), at=at)
        assert all(row.objective.service.team and row.objective.indicator.name and row.whole for row in found.rows)


def test_the_page_of_an_objective_explains_its_budget(shown: Company, bob: User, at: dt.datetime) -> None:
    """150 of 100,000 failed at 99.9 %: 100 were allowed, and half of 43.2 minutes is over."""
    found = objective_page(bob, shown.missed.pk, at=at)
    assert found is not None
    assert found.error_budget == pytest.approx(0.001, rel=1e-12)
    assert found.allowed_bad == pytest.approx(100)
    assert found.whole == dt.timedelta(minutes=43.2)
    names_of = [line.name for line in found.burns]
    assert (names_of[0], names_of[-1]) == ("5m", "3d")
    assert {line.name: len(line.rules) for line in found.burns if line.rules} == {
        "5m": 1, "30m": 1, "1h": 1, "6h": 2, "3d": 1,
    }  # fmt: skip


def test_alerts_that_are_open_stand_before_those_that_are_over(shown: Company, bob: User, at: dt.datetime) -> None:
    found = objective_page(bob, shown.missed.pk, at=at)
    assert found is not None
    assert [alert.resolved_at is None for alert in found.alerts] == [True, False]


def test_an_objective_that_was_never_collected_has_no_number_and_says_why(
    shown: Company, bob: User, at: dt.datetime
) -> None:
    found = objective_page(bob, shown.unknown.pk, at=at)
    assert found is not None
    assert (found.status.band, found.status.reason) == ("no_data", "never_collected")
    assert (found.status.sli, found.status.remaining, found.allowed_bad) == (None, None, None)
    assert not any(line.over for line in found.burns)
