"""Change failure rate over the stored deploys and marks."""

from __future__ import annotations

import datetime as dt

import pytest

from incidents.domain.changes import Failure
from incidents.models import DeployState, Incident, Kind, State, SuspectVerdict
from incidents.queries.changes import ChangeScope, change_figures, failures_of
from relportal.core.models import Service, User
from tests import make
from tests.incidents.shipping import AT, caused, deploy, incident, minutes

pytestmark = pytest.mark.django_db
SCOPE = ChangeScope(start=AT - dt.timedelta(days=30), end=AT + dt.timedelta(days=1))


@pytest.fixture
def checkout(rita: User) -> Service:
    return make.service(slug="checkout", name="Checkout", team=rita.memberships.get().team)


def test_one_deploy_that_caused_two_incidents_failed_and_was_rolled_back_counts_once(
    rita: User, checkout: Service
) -> None:
    bad = deploy(checkout, AT - minutes(8), state=DeployState.FAILED)
    deploy(checkout, AT + minutes(30), is_rollback=True)
    for _each in range(8):
        deploy(checkout, AT - dt.timedelta(days=3))
    caused(incident(rita, checkout), bad)
    caused(incident(rita, checkout, began=AT + minutes(10)), bad)
    found = change_figures(rita, SCOPE).changes
    assert (found.failures.k, found.failures.n, found.failures.value) == (1, 10, 0.1)
    assert (found.rolled_back.k, found.rollbacks) == (1, 1)
    assert found.by == {Failure.CAUSE: 1, Failure.FAILED: 1, Failure.ROLLED_BACK: 1, Failure.HOTFIXED: 0}
    assert (found.lead.median, found.lead.n) == (240, 1)


def test_only_marked_causes_of_incidents_that_count_make_a_deploy_fail(rita: User, checkout: Service) -> None:
    drill, alarm, fixed = (incident(rita, checkout) for _each in range(3))
    Incident.objects.filter(pk=drill.pk).update(kind=Kind.DRILL)
    Incident.objects.filter(pk=alarm.pk).update(state=State.FALSE_ALARM)
    caused(drill, deploy(checkout, AT - minutes(8)))
    caused(alarm, deploy(checkout, AT - minutes(9)))
    caused(fixed, deploy(checkout, AT - minutes(10)), SuspectVerdict.FIX)
    found = change_figures(rita, SCOPE).changes.failures
    assert (found.k, found.n) == (0, 3)


def test_what_a_private_incident_says_counts_only_for_those_who_see_it(
    rita: User, bob: User, charlie: User, checkout: Service
) -> None:
    one = deploy(checkout, AT - minutes(8))
    caused(incident(rita, checkout, private=True), one)
    assert change_figures(rita, SCOPE).changes.failures.k == 1
    hidden = change_figures(bob, SCOPE).changes
    assert (hidden.failures.k, hidden.failures.n, hidden.lead.n, hidden.lead.missing) == (0, 1, 0, 0)
    assert (failures_of(bob, [one]), failures_of(rita, [one])) == ({}, {one.pk: (Failure.CAUSE,)})
    assert change_figures(charlie, SCOPE).changes.failures.n == 0


def test_only_production_in_the_period_of_the_wanted_services_counts(rita: User, checkout: Service) -> None:
    other = make.service(name="Other")
    deploy(checkout, AT, environment="staging", state=DeployState.FAILED)
    deploy(checkout, AT - dt.timedelta(days=31), state=DeployState.FAILED)
    deploy(checkout, AT, environment="PRODUCTION")
    deploy(other, AT, state=DeployState.FAILED)
    shown = change_figures(rita, SCOPE)
    assert (shown.changes.failures.k, shown.changes.failures.n) == (1, 2)
    assert [(one.service, one.changes.failures.k) for one in shown.services] == [(other, 1), (checkout, 0)]
    assert (
        change_figures(rita, ChangeScope(start=SCOPE.start, end=SCOPE.end, services=("checkout",))).changes.failures.n
        == 1
    )
    team = checkout.team.slug if checkout.team else ""
    assert change_figures(rita, ChangeScope(start=SCOPE.start, end=SCOPE.end, teams=(team,))).changes.failures.n == 1


def test_a_rollback_in_staging_takes_back_nothing_of_production(rita: User, checkout: Service) -> None:
    one = deploy(checkout, AT)
    deploy(checkout, AT + minutes(5), environment="staging", is_rollback=True)
    assert failures_of(rita, [one]) == {}
    deploy(checkout, AT + minutes(9), environment="prod", is_rollback=True)
    assert failures_of(rita, [one]) == {one.pk: (Failure.ROLLED_BACK,)}
