"""The risk of a change from what is stored of its service."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.domain.change_risk import Factor, Risk
from incidents.models import DeployState
from incidents.queries.change_risk import Change, risk_of, risks
from incidents.queries.deploy_words import risky
from relportal.core.models import Service, User
from slo.models import BurnAlert, Objective
from tests import make
from tests.incidents.shipping import AT, caused, deploy, incident, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout(rita: User) -> Service:
    return make.service(slug="checkout", name="Checkout", tier=3, team=rita.memberships.get().team)


@pytest.fixture
def objective(checkout: Service) -> Objective:
    return make.objective(service=checkout)


def points(found: Risk) -> dict[Factor, int]:
    return {each.factor: each.points for each in found.parts}


def values(found: Risk) -> dict[Factor, float | None]:
    return {each.factor: each.value for each in found.parts}


def test_a_planned_change_weighs_the_burn_and_the_budget_of_now(
    rita: User, checkout: Service, objective: Objective
) -> None:
    make.status(objective=objective, burn_1h=2.0, burn_6h=7.0, remaining=0.1)
    make.status(objective=make.objective(service=checkout), burn_1h=0.1, remaining=0.9)
    found = values(risk_of(rita, Change(checkout, AT + minutes(5), 100)))
    assert (found[Factor.BURN], found[Factor.BUDGET]) == (7.0, 0.1)


def test_a_deploy_in_the_past_weighs_the_alerts_that_fired_then(
    rita: User, checkout: Service, objective: Objective
) -> None:
    make.status(objective=objective, burn_1h=50.0)
    BurnAlert.objects.create(
        objective=objective, long_s=3600, short_s=300, factor=14.4, severity="page", burn_long=20.0, burn_short=20.0,
        peak_burn=20.0, remaining_at_fire=0.5, fired_at=AT - dt.timedelta(days=2), resolved_at=AT - dt.timedelta(days=1),
    )  # fmt: skip
    during = values(risk_of(rita, Change(checkout, AT - dt.timedelta(days=1.5), 100)))
    assert (during[Factor.BURN], during[Factor.BUDGET]) == (20.0, 0.5)
    assert values(risk_of(rita, Change(checkout, AT - dt.timedelta(hours=20), 100)))[Factor.BURN] == 0


def test_a_service_without_objectives_is_said_not_to_be_measured(rita: User, checkout: Service) -> None:
    assert points(risk_of(rita, Change(checkout, AT, None)))[Factor.BURN_UNKNOWN] == 0


def test_failures_of_the_30_days_before_count_but_not_the_change_itself(rita: User, checkout: Service) -> None:
    old = deploy(checkout, AT - dt.timedelta(days=31), state=DeployState.FAILED)
    deploy(checkout, AT - dt.timedelta(days=29), state=DeployState.FAILED)
    back = deploy(checkout, AT - dt.timedelta(days=20))
    deploy(checkout, AT - dt.timedelta(days=20) + minutes(30), is_rollback=True)
    itself = deploy(checkout, AT, state=DeployState.FAILED)
    deploy(make.service(), AT - dt.timedelta(days=2), state=DeployState.FAILED)
    assert values(risk_of(rita, Change(checkout, itself.started_at, None, itself.pk)))[Factor.FAILURES] == 2
    assert values(risk_of(rita, Change(checkout, back.started_at, None, back.pk)))[Factor.FAILURES] == 2
    assert values(risk_of(rita, Change(checkout, old.started_at, None, old.pk)))[Factor.FAILURES] == 0


def test_a_private_incident_makes_no_change_riskier_for_outsiders(rita: User, bob: User, checkout: Service) -> None:
    caused(incident(rita, checkout, private=True), deploy(checkout, AT - dt.timedelta(days=2)))
    change = Change(checkout, AT + minutes(5), 10)
    assert values(risk_of(rita, change))[Factor.FAILURES] == 1
    assert values(risk_of(bob, change))[Factor.FAILURES] == 0


@pytest.mark.parametrize(("days", "expected"), [(3, None), (15, 15), (100, 30)])
def test_a_long_pause_is_said(rita: User, checkout: Service, days: int, expected: int | None) -> None:
    deploy(checkout, AT - dt.timedelta(days=days))
    assert values(risk_of(rita, Change(checkout, AT, 10))).get(Factor.PAUSE) == expected


def test_the_first_deploy_of_a_service_is_no_pause(rita: User, checkout: Service) -> None:
    deploy(checkout, AT + dt.timedelta(days=1))
    assert Factor.PAUSE not in values(risk_of(rita, Change(checkout, AT, 10)))


def test_the_time_counts_where_the_company_works(rita: User, checkout: Service, settings: Any) -> None:
    evening = Change(checkout, AT.replace(hour=21, minute=30), 10)
    assert Factor.OUT_OF_HOURS in points(risk_of(rita, evening))
    settings.COMPANY_TIME_ZONE = "Europe/Berlin"
    assert Factor.NIGHT in points(risk_of(rita, evening))


def test_fifty_changes_take_as_many_statements_as_one(
    rita: User, checkout: Service, objective: Objective, django_assert_num_queries: Any
) -> None:
    make.status(objective=objective)
    for day in range(10):
        deploy(checkout, AT - dt.timedelta(days=day), state=DeployState.FAILED)
    one = [Change(checkout, AT, 10)]
    risks(rita, one)
    with django_assert_num_queries(5):
        risks(rita, one * 50)


def test_every_reason_has_words(rita: User, checkout: Service, objective: Objective) -> None:
    make.status(objective=objective, burn_1h=2.0, remaining=0.5)
    told = [risky(each) for each in risk_of(rita, Change(checkout, AT, 1200)).parts]
    assert told == [
        "1,200 lines changed",
        "in working hours",
        "an objective burns at 2.0×",
        "50\u202f% of the least budget left",
        "no deploy of it failed in the 30 days before",
        "a service of tier 3",
    ]
