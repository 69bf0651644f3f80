from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.models import AuditEvent, Dependency, Journey, Role, Service, Team, User, WorkItem
from relportal.core.permissions import allowed
from relportal.demo import people, seed, seed_maintenance, seed_pushed, seed_slo, truth
from relportal.demo.events import GRID, Span, Timeline
from relportal.demo.objectives import OBJECTIVES
from slo.models import Band, Indicator, IndicatorKind, MaintenanceWindow, Objective, Status
from tests.demo.conftest import ANCHOR

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:9090"


def test_the_catalog_is_filled_and_every_row_is_in_the_audit(at: dt.datetime) -> None:
    seed.company(url=URL, at=at)
    assert Team.objects.count() == 7
    assert Service.objects.count() == 25
    assert Dependency.objects.count() > 30
    assert [step.service.slug for step in Journey.objects.get(slug="travel-day").steps.all()] == [
        "mobile-api",
        "timetable",
        "ticketing",
        "notifications",
    ]
    audited = AuditEvent.objects.values_list("object_type", flat=True)
    assert {"team", "user", "service", "journey"} <= set(audited)


def test_a_second_seed_writes_nothing_and_keeps_what_a_visitor_changed(at: dt.datetime) -> None:
    seed.company(url=URL, at=at)
    Service.objects.filter(slug="ledger").update(description="Mine now.")
    before = AuditEvent.objects.count()
    seed.company(url=URL, at=at + dt.timedelta(hours=1))
    assert AuditEvent.objects.count() == before
    assert Service.objects.get(slug="ledger").description == "Mine now."


def test_every_printed_login_works_and_has_its_role(at: dt.datetime) -> None:
    seed.company(url=URL, at=at)
    found = {person.login: User.objects.get(email=person.email) for person in people.logins()}
    assert all(user.check_password(people.PASSWORD) for user in found.values())
    assert allowed(found["leader"], "objective.edit")
    assert (Role.EXECUTIVE, None) in found["executive"].roles
    assert allowed(found["service owner"], "service.edit", Service.objects.get(slug="payments-api"))
    assert not allowed(found["service owner"], "service.edit", Service.objects.get(slug="search-api"))
    assert allowed(found["admin"], "user.edit")
    assert not allowed(found["auditor"], "service.edit", Service.objects.get(slug="search-api"))


def test_every_promise_of_the_company_becomes_an_objective_with_burn_rules(at: dt.datetime) -> None:
    seed.company(url=URL, at=at)
    found = {
        (row.service.slug, row.indicator.slug): row for row in Objective.objects.select_related("service", "indicator")
    }
    assert len(found) == len(OBJECTIVES)
    for each in OBJECTIVES:
        row = found[each.service, each.indicator]
        assert (row.target, row.counting, row.slice_target) == (each.target, each.counting, each.slice_target)
        assert (row.window_kind, row.window_days, row.window_zone) == (
            each.window.kind,
            each.window.days,
            each.window.zone,
        )
    rules = {row.pk: row.burn_rules.count() for row in found.values()}
    assert min(rules.values()) >= 2


def test_without_prometheus_all_but_the_portals_own_objectives_stand_on_pushed_counts(
    at: dt.datetime, company: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed_pushed, "LENGTHS", ((31, seed_pushed.DAY), (5, seed_pushed.HOUR), (1, GRID)))
    seed.company(url=None, at=ANCHOR)
    assert set(Indicator.objects.values_list("kind", flat=True)) == {IndicatorKind.PUSHED}
    assert Objective.objects.count() == len(OBJECTIVES) - 2
    later = ANCHOR + dt.timedelta(minutes=12)
    seed.company(url=None, at=later)
    status = Status.objects.get(objective__service__slug="payments-api", objective__indicator__slug="http-availability")
    assert status.at == ANCHOR + dt.timedelta(minutes=10)
    window = Span(status.at - dt.timedelta(days=30), status.at)
    known = truth.tally(company, "payments-api", "http-availability", window)
    assert status.remaining == pytest.approx(1 - known.bad / known.total / 0.001, abs=0.01)
    stalled = Status.objects.get(objective__service__slug="fares-feed", objective__indicator__slug="data-fresh")
    assert stalled.band == Band.BREACHED
    assert WorkItem.objects.get(kind=seed_pushed.PUSH).every_s == 300


@pytest.mark.django_db(transaction=True)
def test_the_seed_brings_its_own_transaction(at: dt.datetime) -> None:
    seed.company(url=URL, at=at)
    assert WorkItem.objects.filter(kind=seed_slo.OLDER_HISTORY).exists()


def test_maintenance_is_announced_ten_days_before_it_begins(at: dt.datetime, company: Timeline) -> None:
    seed.company(url=URL, at=at)
    assert seed_maintenance.windows(company, at=ANCHOR) == len(company.works)
    ahead = MaintenanceWindow.objects.filter(start__gt=ANCHOR)
    assert [(each.service.slug, each.start - each.declared_at) for each in ahead] == [
        ("payments-api", dt.timedelta(days=10))
    ]
    assert seed_maintenance.windows(company, at=ANCHOR) == 0
