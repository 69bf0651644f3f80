"""Rules about the catalog: what tier 1 lacks, and what it leans on."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.models import Dependency, Membership, Role, Service, ServiceLink, Team, User
from risks.rules import RULES
from risks.rules._base import Found
from slo.models import IndicatorKind
from tests import make
from tests.risks.rules.conftest import promise

pytestmark = pytest.mark.django_db


def run(key: str, at: dt.datetime) -> list[Found]:
    return list(RULES[key].found(at))


def calls(service: Service, on: Service, *, hard: bool = True) -> Dependency:
    return Dependency.objects.create(service=service, depends_on=on, hard=hard)


def test_tier_one_without_an_active_objective_is_found(checkout: Service, at: dt.datetime) -> None:
    make.service(tier=2)
    make.service(tier=1, lifecycle="retired")
    (found,) = run("no_objective", at)
    assert found.services == (checkout.pk,)
    assert RULES["no_objective"].sentence(found.facts) == "Checkout is of tier 1 and has no objective."
    row = promise(checkout)
    assert run("no_objective", at) == []
    row.retired_at = at
    row.save()
    assert [one.evidence_key for one in run("no_objective", at)] == [found.evidence_key]


def test_tier_one_without_a_runbook_is_found_whatever_else_it_links(checkout: Service, at: dt.datetime) -> None:
    ServiceLink.objects.create(service=checkout, kind="dashboard", url="https://grafana.example/d/1")
    assert [one.services for one in run("no_runbook", at)] == [(checkout.pk,)]
    ServiceLink.objects.create(service=checkout, kind="runbook", url="https://wiki.example/checkout")
    assert run("no_runbook", at) == []


def test_a_team_owns_only_with_an_active_service_owner(
    checkout: Service, payments: Team, rita: User, at: dt.datetime
) -> None:
    (found,) = run("no_owner", at)
    assert RULES["no_owner"].sentence(found.facts) == (
        "Checkout is of tier 1; its team, Payments, has no active service owner."
    )
    held = Membership.objects.create(user=rita, role=Role.SERVICE_OWNER, team=payments)
    assert run("no_owner", at) == []
    User.objects.filter(pk=rita.pk).update(is_active=False)
    assert [one.evidence_key for one in run("no_owner", at)] == [found.evidence_key]
    held.delete()
    Service.objects.filter(pk=checkout.pk).update(team=None)
    (without,) = run("no_owner", at)
    assert without.team is None
    assert without.evidence_key != found.evidence_key
    assert RULES["no_owner"].sentence(without.facts) == "Checkout is of tier 1 and belongs to no team."


def test_a_service_that_two_of_tier_one_need_is_a_single_point(checkout: Service, at: dt.datetime) -> None:
    search, gateway, store = (
        make.service(name="Search"),
        make.service(name="Gateway", tier=2),
        make.service(name="Store", tier=3),
    )
    calls(checkout, gateway), calls(search, gateway), calls(gateway, store)
    (found,) = run("single_points", at)
    assert found.title == "Gateway stops 2 services of tier 1"
    assert found.team == gateway.team_id
    assert set(found.services) == {gateway.pk, checkout.pk, search.pk}
    assert RULES["single_points"].sentence(found.facts) == (
        "2 services of tier 1 cannot answer without Gateway: Checkout and Search. The same holds for Store behind it."
    )
    third = make.service(name="Tickets")
    calls(third, gateway)
    (more,) = run("single_points", at)
    assert more.subject == found.subject
    assert more.members > found.members


def test_soft_dependencies_and_retired_services_make_no_single_point(checkout: Service, at: dt.datetime) -> None:
    search, gateway = make.service(), make.service(tier=2)
    calls(checkout, gateway), calls(search, gateway, hard=False)
    assert run("single_points", at) == []
    Dependency.objects.update(hard=True)
    assert len(run("single_points", at)) == 1
    Service.objects.filter(pk=gateway.pk).update(lifecycle="retired")
    assert run("single_points", at) == []


def test_a_higher_promise_on_a_lower_one_is_found(checkout: Service, at: dt.datetime) -> None:
    gateway = make.service(name="Gateway", tier=2)
    calls(checkout, gateway)
    promise(checkout, target="0.999"), promise(checkout, target="0.95")
    lower = promise(gateway, target="0.995")
    (found,) = run("lower_promise", at)
    assert RULES["lower_promise"].sentence(found.facts) == (
        "Checkout promises 99.9\u202f% and cannot answer without Gateway, which promises 99.5\u202f%."
    )
    lower.target = "0.998"
    lower.save()
    assert [one.evidence_key for one in run("lower_promise", at)] == [found.evidence_key]
    lower.target = "0.999"
    lower.save()
    assert run("lower_promise", at) == []


def test_a_target_for_latency_is_no_promise_to_answer(checkout: Service, at: dt.datetime) -> None:
    gateway = make.service(tier=2)
    calls(checkout, gateway)
    promise(checkout)
    slow = make.indicator(kind=IndicatorKind.LATENCY_CLASSIC, histogram="x", latency_s=0.3)
    promise(gateway, target="0.95", indicator=slow)
    assert run("lower_promise", at) == []


def test_a_lower_tier_without_any_objective_is_found(checkout: Service, at: dt.datetime) -> None:
    gateway, peer = make.service(name="Gateway", tier=2), make.service(tier=1)
    calls(checkout, gateway), calls(checkout, peer), calls(gateway, make.service(tier=3))
    (found,) = run("lower_promise", at)
    assert RULES["lower_promise"].sentence(found.facts) == (
        "Checkout (tier 1) cannot answer without Gateway (tier 2), which has no objective."
    )
    assert found.services == (checkout.pk, gateway.pk)


def test_a_soft_dependency_on_a_lower_promise_is_fine(checkout: Service, at: dt.datetime) -> None:
    calls(checkout, make.service(tier=3), hard=False)
    assert run("lower_promise", at) == []
