"""What deliveries make of alerts: when each began and ended, whatever the order and the clock."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from incidents.actions.deliveries import drain
from incidents.actions.incidents import Declaration, declare
from incidents.models import Alert, Delivery, Entry, EntryKind
from relportal.core.models import Service, User
from tests.incidents.webhooks import payloads
from tests.incidents.webhooks.intake import fired, integration, send, told
from tests.incidents.webhooks.payloads import AT, am_alert, minutes

pytestmark = pytest.mark.django_db


def test_firing_that_arrives_after_its_end_stays_ended() -> None:
    row = integration("alertmanager")
    told(row, payloads.alertmanager(am_alert(end=minutes(20))), at=minutes(20))
    told(row, payloads.alertmanager(am_alert()), at=minutes(21))
    assert fired(row) == [(AT, minutes(20))]


def test_firing_with_an_older_start_opens_nothing() -> None:
    row = integration("alertmanager")
    told(row, payloads.alertmanager(am_alert(start=minutes(30), end=minutes(40))), at=minutes(40))
    told(row, payloads.alertmanager(am_alert()), at=minutes(41))
    assert fired(row) == [(AT, minutes(30)), (minutes(30), minutes(40))]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_two_firings_of_an_alert_come_out_the_same_in_any_order(order: tuple[int, ...]) -> None:
    row = integration("alertmanager")
    messages = (
        am_alert(),
        am_alert(end=minutes(10)),
        am_alert(start=minutes(30)),
        am_alert(start=minutes(30), end=minutes(40)),
    )
    for n, which in enumerate(order):
        told(row, payloads.alertmanager(messages[which]), at=minutes(50 + n))
    assert fired(row) == [(AT, minutes(10)), (minutes(30), minutes(40))]


def test_each_alert_of_a_delivery_has_its_own_status() -> None:
    row = integration("alertmanager")
    told(row, payloads.alertmanager(am_alert(), am_alert(fingerprint="b", end=minutes(5))), at=minutes(6))
    assert sorted(Alert.objects.values_list("fingerprint", "ended_at")) == [
        ("b", minutes(5)),
        ("c9c8e3b1f2a4d560", None),
    ]


def test_pagerduty_tells_when_it_was_acknowledged_reopened_and_resolved(checkout: Service) -> None:
    row = integration("pagerduty")
    for kind, n in (("triggered", 0), ("acknowledged", 4), ("resolved", 20), ("reopened", 30), ("resolved", 45)):
        told(row, payloads.pagerduty(f"incident.{kind}", happened=minutes(n)), at=minutes(n + 1))
    first, second = Alert.objects.order_by("started_at")
    assert (first.started_at, first.acknowledged_at, first.ended_at) == (AT, minutes(4), minutes(20))
    assert (second.started_at, second.acknowledged_at, second.ended_at) == (minutes(30), None, minutes(45))
    assert (second.service, second.severity) == (checkout, "P1")


def test_pagerduty_out_of_order_ends_the_same() -> None:
    row = integration("pagerduty")
    for kind, n in (("resolved", 20), ("acknowledged", 4), ("triggered", 0)):
        told(row, payloads.pagerduty(f"incident.{kind}", happened=minutes(n)), at=minutes(30))
    alert = Alert.objects.get()
    assert (alert.started_at, alert.acknowledged_at, alert.ended_at) == (AT, minutes(4), minutes(20))


def test_grafana_finds_the_service_by_its_name_in_any_case(checkout: Service) -> None:
    row = integration("grafana")
    body = payloads.raw(payloads.grafana())
    assert send(row, body, {"x-grafana-alerting-signature": payloads.hmac_of(body)}).status_code == 202
    drain(at=AT)
    alert = Alert.objects.get()
    assert (alert.name, alert.service, alert.ended_at) == ("High latency", checkout, None)
    told(row, payloads.grafana(end=minutes(9)), at=minutes(9))
    alert.refresh_from_db()
    assert alert.ended_at == minutes(9)


def test_any_json_is_read_by_its_mapping(checkout: Service) -> None:
    row = integration(
        "generic",
        mapping={
            "alerts": "data.events",
            "name": "check.title",
            "fingerprint": "check.id",
            "service": "tags.0",
            "status": "state",
            "started": "since_ms",
            "ended": "until_ms",
            "url": "link",
            "resolved": ["GREEN"],
        },
    )
    event = {
        "check": {"title": "Ping", "id": 17},
        "tags": ["Checkout"],
        "state": "RED",
        "since_ms": int(AT.timestamp() * 1000),
        "until_ms": None,
        "link": "javascript:alert(1)",
    }
    told(row, {"data": {"events": [event]}})
    alert = Alert.objects.get()
    assert (alert.name, alert.fingerprint, alert.service, alert.url) == ("Ping", "17", checkout, "")
    told(
        row,
        {"data": {"events": [event | {"state": "green", "until_ms": int(minutes(7).timestamp() * 1000)}]}},
        at=minutes(8),
    )
    assert fired(row) == [(AT, minutes(7))]


def test_any_json_without_times_begins_and_ends_when_it_came() -> None:
    row = integration("generic")
    for n, status in enumerate(("down", "down", "ok", "down", "ok", "ok")):
        told(row, {"name": "Ping", "status": status}, at=minutes(n))
    assert fired(row) == [(AT, minutes(2)), (minutes(3), minutes(4))]


def test_a_clock_an_hour_ahead_is_kept_capped_and_told() -> None:
    row = integration("alertmanager")
    delivery = told(row, payloads.alertmanager(am_alert(start=minutes(60))), at=minutes(1))
    told(row, payloads.alertmanager(am_alert(start=minutes(60)), am_alert(fingerprint="x")), at=minutes(2))
    told(row, payloads.alertmanager(am_alert(start=minutes(60), end=minutes(65))), at=minutes(6))
    alert = Alert.objects.get(fingerprint="c9c8e3b1f2a4d560")
    assert (alert.started_at, alert.ended_at) == (minutes(1), minutes(6))
    assert "59 min ahead" in delivery.detail


def test_an_alert_after_the_clock_was_set_right_fires() -> None:
    row = integration("alertmanager")
    told(row, payloads.alertmanager(am_alert(start=minutes(60))), at=minutes(1))
    told(row, payloads.alertmanager(am_alert(start=minutes(60), end=minutes(65))), at=minutes(5))
    told(row, payloads.alertmanager(am_alert(start=minutes(10))), at=minutes(11))
    assert fired(row) == [(minutes(1), minutes(5)), (minutes(10), None)]


def test_a_sender_cannot_set_the_mark_of_a_capped_start() -> None:
    row = integration("alertmanager")
    for n in range(2):
        told(row, payloads.alertmanager(am_alert(relportal_told_start="nonsense", pod=str(n))), at=minutes(n))
    assert fired(row) == [(AT, None)]
    assert "relportal_told_start" not in Alert.objects.get().labels


def test_a_storm_of_one_rule_is_one_line(checkout: Service, rita: User) -> None:
    incident = declare(rita, Declaration(title="Checkout fails", services=(checkout,)), at=AT)
    told(integration("alertmanager"), payloads.alertmanager(*(am_alert(fingerprint=f"f{n}") for n in range(300))))
    assert Alert.objects.count() == 300
    assert Entry.objects.filter(incident=incident, kind=EntryKind.ALERT).count() == 1


def test_5000_alerts_in_batches_are_counted_once(checkout: Service, django_assert_max_num_queries: Any) -> None:
    from incidents.actions.deliveries import receive

    row = integration("alertmanager")
    for batch in range(50):
        alerts = [am_alert(fingerprint=f"{batch * 100 + n:016x}", pod=f"p{n}") for n in range(100)]
        for copy in ("a", "b"):
            body = payloads.raw(payloads.alertmanager(*alerts) | {"externalURL": f"http://{copy}:9093"})
            receive(row, {}, body, at=AT)
    with django_assert_max_num_queries(60):
        done = drain(at=minutes(1))
    assert (done.deliveries, done.alerts, done.failed, done.more) == (100, 10_000, 0, False)
    assert Alert.objects.count() == 5000
    assert Delivery.objects.filter(result=Delivery.Result.TAKEN).count() == 100
