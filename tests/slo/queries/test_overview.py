"""The overview: who is worst and why, counts by tier, and that nobody knows is never well."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from relportal.core.models import Team, User
from slo.domain.attention import Burning
from slo.domain.burn import Severity
from slo.models import BurnAlert, SourceState
from slo.queries.objective_words import attention_words, overview_claim
from slo.queries.overview import overview
from tests import make
from tests.slo import company
from tests.slo.company import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(payments: Team, at: dt.datetime) -> Company:
    return company.built(team=payments, at=at)


def test_the_title_names_the_most_important_tier_and_who_is_worst(shown: Company, bob: User, at: dt.datetime) -> None:
    assert overview_claim(overview(bob, at=at)) == "1 of 1 tier-1 SLO missed; Checkout is worst"


def test_needs_stand_worst_first_with_their_reasons_and_the_kept_promise_is_left_out(
    shown: Company, bob: User, at: dt.datetime
) -> None:
    found = overview(bob, at=at)
    assert [one.row.objective for one in found.needy] == [shown.missed, shown.risky, shown.unknown]
    assert found.needy_total == 3
    assert [[attention_words(reason) for reason in one.attention.reasons] for one in found.needy] == [
        ["paging, burning 0.4×", "budget overspent"],
        ["less than a quarter of the budget left"],
        ["nothing has been collected yet"],
    ]


def test_each_objective_is_counted_once_in_its_tier(shown: Company, bob: User, at: dt.datetime) -> None:
    found = overview(bob, at=at)
    counted = {
        line.tier: (line.counts.breached, line.counts.at_risk, line.counts.no_data, line.counts.healthy)
        for line in found.tiers
    }
    assert counted == {1: (1, 0, 0, 0), 2: (0, 0, 0, 1), 3: (0, 1, 0, 0), 4: (0, 0, 1, 0)}
    assert found.counts.total == 4
    assert found.watermark == at


def test_a_retired_objective_is_nowhere(shown: Company, bob: User, at: dt.datetime) -> None:
    shown.missed.retired_at = at
    shown.missed.save()
    found = overview(bob, at=at)
    assert shown.missed not in [one.row.objective for one in found.needy]
    assert not found.burning
    assert [line.tier for line in found.tiers] == [2, 3, 4]


def test_open_alerts_burn_and_weeks_are_compared(shown: Company, bob: User, at: dt.datetime) -> None:
    found = overview(bob, at=at)
    assert [(one.objective, one.burn, one.until) for one in found.burning] == [(shown.missed, 24.5, None)]
    # The oldest alert is nine days old: of the week before nobody knows whether all of it was judged.
    assert (found.week.fired, found.week.fired_before, found.week.more) == (1, None, None)

    BurnAlert.objects.filter(resolved_at__isnull=False).update(fired_at=at - dt.timedelta(days=15))
    assert overview(bob, at=at).week.more == 1


def test_a_page_is_not_as_old_as_the_ticket_before_it(shown: Company, bob: User, at: dt.datetime) -> None:
    page = BurnAlert.objects.get(resolved_at=None)
    BurnAlert.objects.create(
        objective=page.objective,
        long_s=86_400,
        short_s=7200,
        factor=3.0,
        severity="ticket",
        fired_at=at - dt.timedelta(days=2),
        burn_long=99.0,
        burn_short=99.0,
        peak_burn=99.0,
    )

    (fire,) = overview(bob, at=at).burning

    assert (fire.severity, fire.since, fire.burn) == (Severity.PAGE, page.fired_at, page.peak_burn)


def test_a_journey_is_as_well_as_its_worst_service(shown: Company, bob: User, at: dt.datetime) -> None:
    [line] = overview(bob, at=at).journeys
    assert (line.slug, line.band, line.hit) == ("buy", "breached", ("Checkout",))


def test_a_source_that_does_not_answer_stands_on_the_overview(shown: Company, bob: User, at: dt.datetime) -> None:
    assert not overview(bob, at=at).ailing_sources
    SourceState.objects.filter(source=shown.source).update(unavailable_since=at, last_error="refused")
    assert [row.source for row in overview(bob, at=at).ailing_sources] == [shown.source]


def test_an_outsider_is_told_of_no_objective(shown: Company, charlie: User, at: dt.datetime) -> None:
    found = overview(charlie, at=at)
    assert (found.needy, found.tiers, found.burning, found.journeys) == ((), (), (), ())


def test_an_empty_portal_says_so(bob: User, at: dt.datetime) -> None:
    assert overview_claim(overview(bob, at=at)) == "Nothing is promised yet"


def test_a_promise_without_a_number_is_unknown_and_not_kept(bob: User, at: dt.datetime) -> None:
    make.objective()
    found = overview(bob, at=at)
    assert (found.counts.no_data, found.counts.healthy) == (1, 0)
    assert found.watermark is None


@pytest.mark.parametrize("more", [0, 40])
def test_it_takes_as_many_statements_for_many_objectives_as_for_few(
    shown: Company, bob: User, at: dt.datetime, more: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(more):
        make.status(objective=make.objective(indicator=shown.indicator), band="breached", remaining=-1.0, at=at)
    viewer = User.objects.get(pk=bob.pk)
    with django_assert_max_num_queries(5):
        found = overview(viewer, at=at)
    assert found.needy_total == 3 + more


def test_an_alert_that_fires_while_little_is_counted_says_no_speed() -> None:
    assert [attention_words(Burning(Severity.PAGE, burn)) for burn in (14.6, None)] == [
        "paging, burning 14.6×",
        "paging",
    ]
