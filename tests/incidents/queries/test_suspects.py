"""The suspects of an incident, as its room shows them."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.domain.suspects import Part, Place
from incidents.models import Deploy, DeployState, SuspectVerdict
from incidents.queries.deploy_words import suspected
from incidents.queries.suspects import SHOWN, marked_in, suspects
from relportal.core.models import Dependency, Service, User
from tests import make
from tests.incidents.shipping import AT, caused, deploy, incident, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout(rita: User) -> Service:
    return make.service(slug="checkout", name="Checkout", team=rita.memberships.get().team)


def found(user: User, row: Any) -> list[Deploy]:
    return [each.deploy for each in suspects(user, row, at=AT + minutes(60)).rows]


def test_the_deploy_right_before_on_the_service_itself_is_the_first_and_says_why(rita: User, checkout: Service) -> None:
    stock, far, shop, mail = (make.service(name=name) for name in ("Stock", "Ledger", "Shop", "Mail"))
    Dependency.objects.create(service=checkout, depends_on=stock)
    Dependency.objects.create(service=stock, depends_on=far)
    Dependency.objects.create(service=shop, depends_on=checkout)
    near = deploy(checkout, AT - minutes(8), size=800)
    called, further, calling = (deploy(one, AT - minutes(8), size=800) for one in (stock, far, shop))
    deploy(mail, AT - minutes(8), size=800)
    row = incident(rita, checkout)
    shown = suspects(rita, row, at=AT + minutes(60))
    assert [one.deploy for one in shown.rows] == [near, called, further, calling]
    assert suspected(shown.rows[0]) == "on Checkout itself, ended 4\u202fmin before, 800 lines"
    assert shown.rows[3].reasons[0].place is Place.CALLER
    assert (shown.anchor, shown.anchored) == (AT, "impact_started")


def test_deploys_elsewhere_than_in_production_are_no_suspects(rita: User, checkout: Service) -> None:
    deploy(checkout, AT - minutes(8), environment="staging")
    one = deploy(checkout, AT - minutes(8), environment="Prod")
    assert found(rita, incident(rita, checkout)) == [one]


def test_what_went_out_meanwhile_may_have_ended_it_and_what_came_long_before_is_left_out(
    rita: User, checkout: Service
) -> None:
    deploy(checkout, AT - minutes(5 * 1440))
    back = deploy(checkout, AT + minutes(20), is_rollback=True)
    (row,) = suspects(rita, incident(rita, checkout), at=AT + minutes(60)).rows
    assert (row.deploy, row.part) == (back, Part.FIX)


def test_marked_ones_come_first_and_dismissed_ones_last_wherever_they_rank(rita: User, checkout: Service) -> None:
    near, failed, other = (
        deploy(checkout, AT - minutes(8)),
        deploy(checkout, AT - minutes(9), state=DeployState.FAILED),
        deploy(make.service(), AT - minutes(9)),
    )
    row = incident(rita, checkout)
    caused(row, near, SuspectVerdict.DISMISSED)
    caused(row, other)
    assert found(rita, row) == [other, failed, near]


def test_without_a_service_every_deploy_is_ranked_and_many_are_cut(rita: User, checkout: Service) -> None:
    for count in range(SHOWN + 3):
        deploy(checkout, AT - minutes(10 + count))
    shown = suspects(rita, incident(rita), at=AT + minutes(60))
    assert (len(shown.rows), shown.more) == (SHOWN, 3)
    assert "while no service is named" in suspected(shown.rows[0])


def test_the_number_of_statements_does_not_grow_with_the_deploys(
    rita: User, checkout: Service, django_assert_max_num_queries: Any
) -> None:
    for count in range(20):
        deploy(checkout, AT - minutes(10 + count))
    row = incident(rita, checkout)
    with django_assert_max_num_queries(14):
        list(map(suspected, suspects(rita, row, at=AT).rows))


def test_the_incidents_of_a_deploy_are_those_that_the_viewer_sees(rita: User, bob: User, checkout: Service) -> None:
    one = deploy(checkout, AT - minutes(8))
    secret, plain = incident(rita, checkout, private=True), incident(rita, checkout)
    caused(secret, one)
    caused(plain, one, SuspectVerdict.FIX)
    assert [each.incident for each in marked_in(bob, [one])[one.pk]] == [plain]
    assert {each.incident for each in marked_in(rita, [one])[one.pk]} == {plain, secret}
