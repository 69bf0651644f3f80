"""Objectives: what is refused, what a change keeps, and which rules come with a promise."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Role, Service, Team, User
from slo.actions.indicators import IndicatorFields, create_indicator, delete_indicator, update_indicator
from slo.actions.objectives import (
    ObjectiveFields,
    create_objective,
    create_objectives,
    restore_objective,
    retire_objective,
    update_objective,
)
from slo.domain.burn import BurnRule as Rule
from slo.domain.burn import Severity
from slo.models import BurnAlert, Indicator, IndicatorKind, Objective, Series
from tests import make

pytestmark = pytest.mark.django_db
FIELDS = ObjectiveFields(name="Availability", target="0.999")


@pytest.fixture
def service(payments: Team) -> Service:
    return make.service(slug="checkout", team=payments)


@pytest.fixture
def fields() -> IndicatorFields:
    return IndicatorFields(
        name="HTTP",
        source=make.source(),
        kind=IndicatorKind.RATIO_BAD,
        bad='http_requests_total{code="500"}',
        total="http_requests_total",
    )


@pytest.fixture
def indicator(lead: User, service: Service, fields: IndicatorFields, at: dt.datetime) -> Indicator:
    return create_indicator(lead, slug="http", fields=fields, services={"checkout": service}, at=at)


@pytest.fixture
def objective(alice: User, service: Service, indicator: Indicator, at: dt.datetime) -> Objective:
    return create_objective(alice, service=service, indicator=indicator, fields=FIELDS, at=at)


def test_an_objective_comes_with_the_workbooks_four_rules(objective: Objective) -> None:
    rules = objective.burn_rules.values_list("severity", "factor", "long_s", "short_s", "min_failures")
    assert list(rules) == [
        ("page", 14.4, 3600, 300, 3),
        ("page", 6.0, 21600, 1800, 3),
        ("ticket", 3.0, 86400, 7200, 0),
        ("ticket", 1.0, 259200, 21600, 0),
    ]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("target", {"target": "1"}),
        ("target", {"target": "0"}),
        ("target", {"target": "99.9"}),
        ("target", {"target": "high"}),
        ("window_days", {"window_days": 0}),
        ("window_days", {"window_days": 367}),
        ("window_zone", {"window_kind": "month", "window_zone": "Mars/Olympus"}),
        ("window_kind", {"window_kind": "fortnight", "window_zone": "UTC"}),
        ("slice_target", {"counting": "timeslices"}),
        ("slice_target", {"counting": "timeslices", "slice_target": "1.5"}),
        ("name", {"name": ""}),
    ],
)
def test_what_cannot_be_promised_is_refused_at_its_field(
    field: str, values: dict[str, object], alice: User, service: Service, indicator: Indicator, at: dt.datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        create_objective(alice, service=service, indicator=indicator, fields=replace(FIELDS, **values), at=at)  # type: ignore[arg-type]
    assert field in refused.value.errors
    assert not Objective.objects.exists()
    assert not Series.objects.exists()


def test_a_target_of_one_is_refused_with_the_reason(
    alice: User, service: Service, indicator: Indicator, at: dt.datetime
) -> None:
    with pytest.raises(Invalid, match="no error budget"):
        create_objective(alice, service=service, indicator=indicator, fields=replace(FIELDS, target="1.0"), at=at)


def test_a_name_is_used_once_a_service_until_it_is_retired(
    objective: Objective, alice: User, service: Service, indicator: Indicator, at: dt.datetime
) -> None:
    with pytest.raises(Invalid, match="name"):
        create_objective(alice, service=service, indicator=indicator, fields=FIELDS, at=at)
    retire_objective(alice, objective, at=at)
    again = create_objective(alice, service=service, indicator=indicator, fields=FIELDS, at=at)
    with pytest.raises(Invalid):
        restore_objective(alice, objective, at=at)
    retire_objective(alice, again, at=at)
    assert restore_objective(alice, objective, at=at).retired_at is None


def test_a_new_target_keeps_the_series_and_renews_the_default_rules(
    objective: Objective, alice: User, at: dt.datetime
) -> None:
    saved = update_objective(alice, objective, version=1, fields=replace(FIELDS, target="0.9"), at=at)
    assert saved.series_id == objective.series_id
    assert [rule.factor for rule in saved.burn_rules.all()] == [6.0, 3.0, 1.0]
    event = AuditEvent.objects.filter(action="objective.edit").get()
    assert event.changes["target"] == ["0.99900000", "0.9"]


def test_another_method_counts_in_a_series_of_its_own_and_back_again(
    objective: Objective, alice: User, at: dt.datetime
) -> None:
    slices = replace(FIELDS, counting="timeslices", slice_target="0.95")
    saved = update_objective(alice, objective, version=1, fields=slices, at=at)
    assert saved.series_id != objective.series_id
    back = update_objective(alice, saved, version=2, fields=FIELDS, at=at)
    assert back.series_id == objective.series_id


def test_a_changed_query_begins_a_generation_and_the_old_counts_stay(
    objective: Objective, lead: User, indicator: Indicator, fields: IndicatorFields, at: dt.datetime
) -> None:
    update_indicator(lead, indicator, version=1, fields=replace(fields, total="requests_total"), at=at)
    objective.refresh_from_db()
    assert [(one.generation, one.pk == objective.series_id) for one in Series.objects.order_by("generation")] == [
        (1, False),
        (2, True),
    ]


def test_a_changed_name_begins_no_generation(
    objective: Objective, lead: User, indicator: Indicator, fields: IndicatorFields, at: dt.datetime
) -> None:
    saved = update_indicator(lead, indicator, version=1, fields=replace(fields, name="HTTP requests"), at=at)
    assert (saved.generation, saved.version) == (1, 2)


def test_a_rule_that_can_never_fire_is_refused(
    alice: User, service: Service, indicator: Indicator, at: dt.datetime
) -> None:
    rule = Rule(long_s=3600, short_s=300, factor=14.4, severity=Severity.PAGE)
    fields = replace(FIELDS, target="0.9", rules=(rule,))
    with pytest.raises(Invalid, match="never fire"):
        create_objective(alice, service=service, indicator=indicator, fields=fields, at=at)


def test_retiring_ends_the_open_alerts(objective: Objective, alice: User, at: dt.datetime) -> None:
    BurnAlert.objects.create(
        objective=objective, long_s=3600, short_s=300, factor=14.4, severity="page", fired_at=at,
        burn_long=20, burn_short=20, peak_burn=20,
    )  # fmt: skip
    retire_objective(alice, objective, at=at)
    assert BurnAlert.objects.get().resolved_at == at
    with pytest.raises(Conflict):
        retire_objective(alice, objective, at=at)


def test_a_lost_update_is_refused(objective: Objective, alice: User, at: dt.datetime) -> None:
    update_objective(alice, objective, version=1, fields=replace(FIELDS, target="0.99"), at=at)
    with pytest.raises(Stale) as stale:
        update_objective(alice, objective, version=1, fields=replace(FIELDS, target="0.95"), at=at)
    assert stale.value.current.target == Decimal("0.99")


def test_the_same_promise_for_many_services_is_made_for_all_or_for_none(
    lead: User, payments: Team, fields: IndicatorFields, at: dt.datetime
) -> None:
    services = [make.service(slug=f"s{n}", team=payments) for n in range(3)]
    indicator = create_indicator(
        lead, slug="many", fields=fields, services={one.slug: one for one in services[:2]}, at=at
    )
    with pytest.raises(Invalid, match=str(services[2])):
        create_objectives(lead, services=services, indicator=indicator, fields=FIELDS, at=at)
    assert not Objective.objects.exists()
    assert len(create_objectives(lead, services=services[:2], indicator=indicator, fields=FIELDS, at=at)) == 2


def test_two_label_values_for_one_service_are_refused(
    lead: User, service: Service, fields: IndicatorFields, at: dt.datetime
) -> None:
    with pytest.raises(Invalid, match="twice"):
        create_indicator(lead, slug="http", fields=fields, services={"a": service, "b": service}, at=at)


def test_a_service_with_an_objective_is_not_left_out_of_its_indicator(
    objective: Objective, lead: User, indicator: Indicator, fields: IndicatorFields, at: dt.datetime
) -> None:
    with pytest.raises(Invalid, match="retire it"):
        update_indicator(lead, indicator, version=1, fields=fields, services={}, at=at)


def test_an_indicator_with_objectives_is_not_deleted(
    objective: Objective, lead: User, indicator: Indicator, at: dt.datetime
) -> None:
    with pytest.raises(Conflict):
        delete_indicator(lead, indicator, at=at)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("bad", {"bad": "http_requests_total{"}),
        ("bad", {"bad": ""}),
        ("total", {"total": "http_requests_total[5m]"}),
        ("service_label", {"service_label": "not a label"}),
        ("histogram", {"kind": IndicatorKind.LATENCY_CLASSIC, "histogram": "rate(x[5m])", "latency_s": 0.3}),
        ("latency_s", {"kind": IndicatorKind.LATENCY_CLASSIC, "histogram": "x", "latency_s": -1.0}),
        ("limit", {"kind": IndicatorKind.THRESHOLD, "value": "x", "operator": "<="}),
        ("operator", {"kind": IndicatorKind.THRESHOLD, "value": "x", "operator": "~", "limit": 1.0}),
        ("source", {"kind": IndicatorKind.PUSHED}),
        ("kind", {"kind": "wish"}),
    ],
)
def test_an_indicator_that_cannot_be_asked_is_refused_at_its_field(
    field: str, values: dict[str, object], lead: User, fields: IndicatorFields, at: dt.datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        create_indicator(lead, slug="bad", fields=replace(fields, **values), services={}, at=at)  # type: ignore[arg-type]
    assert field in refused.value.errors


def test_owners_write_for_their_own_team_only(
    objective: Objective, alice: User, bob: User, charlie: User, indicator: Indicator, at: dt.datetime
) -> None:
    other = make.user(role=Role.SERVICE_OWNER, team=make.team())
    for user in (other, bob, charlie):
        with pytest.raises(NotAllowed):
            update_objective(user, objective, version=1, fields=FIELDS, at=at)
        with pytest.raises(NotAllowed):
            retire_objective(user, objective, at=at)
        with pytest.raises(NotAllowed):
            create_objective(user, service=objective.service, indicator=indicator, fields=FIELDS, at=at)
