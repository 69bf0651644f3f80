"""The address that other tools send to, from the request to what stands in the database."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions.deliveries import drain
from incidents.actions.incidents import Declaration, declare
from incidents.actions.integrations import IntegrationFields, create_integration, rotate_secret
from incidents.models import Alert, Delivery, Deploy, Entry, EntryKind, Integration
from relportal.core.models import Service, User, WorkItem
from relportal.core.permissions import SYSTEM
from tests import make
from tests.incidents.webhooks import payloads
from tests.incidents.webhooks.payloads import AT, SECRET, am_alert, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout(rita: User) -> Service:
    team = rita.memberships.get().team
    return make.service(slug="checkout", name="Checkout", aliases=["acme/checkout-api"], team=team)


def integration(kind: str, **fields: Any) -> Integration:
    given = IntegrationFields(name=fields.pop("name", kind.title()), **fields)
    return create_integration(SYSTEM, slug=kind, kind=kind, fields=given, secret=SECRET, at=AT).integration


def send(row: Integration, body: bytes, headers: dict[str, str]) -> Any:
    path = reverse("incidents:hook", args=[row.slug])
    return Client().post(path, body, content_type="application/json", headers=headers)


def told(row: Integration, payload: Any, *, at: dt.datetime = AT) -> Delivery:
    """A delivery that came at `at` and was read."""
    from incidents.actions.deliveries import receive

    got = receive(row, payloads.bearer(), payloads.raw(payload), at=at)
    drain(at=at)
    got.delivery.refresh_from_db()
    return got.delivery


def fired(row: Integration) -> list[tuple[dt.datetime, dt.datetime | None]]:
    return list(Alert.objects.filter(integration=row).order_by("started_at").values_list("started_at", "ended_at"))


def test_an_alert_of_alertmanager_is_answered_at_once_and_read_later(checkout: Service) -> None:
    row = integration("alertmanager")
    answer = send(row, payloads.raw(payloads.alertmanager()), payloads.bearer())
    assert answer.status_code == 202
    assert Delivery.objects.get().result == Delivery.Result.WAITING
    assert WorkItem.objects.filter(kind="incidents.delivery").count() == 1
    drain(at=minutes(1))
    alert, delivery = Alert.objects.get(), Delivery.objects.get()
    assert (alert.service, alert.started_at, alert.ended_at) == (checkout, AT, None)
    assert (alert.name, alert.severity) == ("HighErrorRate", "critical")
    assert alert.summary == "Checkout answers with errors"
    assert (delivery.result, delivery.alerts) == (Delivery.Result.TAKEN, 1)
    assert "authorization" not in json.dumps(delivery.headers).lower()


def test_basic_authorization_takes_the_secret_as_its_password(checkout: Service) -> None:
    row = integration("alertmanager")
    code = base64.b64encode(f"anyone:{SECRET}".encode()).decode()
    assert send(row, payloads.raw(payloads.alertmanager()), {"authorization": f"Basic {code}"}).status_code == 202


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("alertmanager", {}),
        ("alertmanager", {"authorization": "Bearer wrong"}),
        ("alertmanager", {"authorization": "Bearer "}),
        ("alertmanager", {"authorization": "Basic %%%"}),
        ("grafana", {"authorization": "Bearer wrong"}),
        ("grafana", {"authorization": f"Bearer {SECRET}", "x-grafana-alerting-signature": "00" * 32}),
        ("generic", {"authorization": f"Bearer {SECRET}", "x-signature-256": "sha256=" + "00" * 32}),
        ("pagerduty", {"authorization": f"Bearer {SECRET}"}),
        ("pagerduty", {"x-pagerduty-signature": "v1=" + "00" * 32}),
        ("pagerduty", {"x-pagerduty-signature": "v0=" + payloads.hmac_of(b"{}")}),
        ("github", {"x-hub-signature-256": "sha256=" + "00" * 32}),
        ("github", {"x-hub-signature-256": payloads.hmac_of(b"{}")}),
        ("github", {"x-hub-signature": "sha1=" + "00" * 20}),
    ],
)
def test_a_wrong_secret_or_signature_is_refused_and_nothing_is_kept(kind: str, headers: dict[str, str]) -> None:
    assert send(integration(kind), b"{}", headers).status_code == 401
    assert not Delivery.objects.exists()


def test_the_secret_is_not_taken_from_the_address() -> None:
    row = integration("alertmanager")
    path = reverse("incidents:hook", args=[row.slug])
    answer = Client().post(f"{path}?token={SECRET}&secret={SECRET}", b"{}", content_type="application/json")
    assert answer.status_code == 401


def test_one_of_several_signatures_of_pagerduty_is_enough() -> None:
    body = payloads.raw(payloads.pagerduty())
    told = f"v1={'0' * 64}, v1={payloads.hmac_of(body)}"
    assert send(integration("pagerduty"), body, {"x-pagerduty-signature": told}).status_code == 202


def test_a_body_changed_on_its_way_fails_its_signature() -> None:
    body = payloads.raw(payloads.pagerduty())
    headers = {"x-pagerduty-signature": f"v1={payloads.hmac_of(body)}"}
    assert send(integration("pagerduty"), body + b" ", headers).status_code == 401


def test_a_delivery_that_is_sent_again_is_kept_once(checkout: Service) -> None:
    row = integration("pagerduty")
    body = payloads.raw(payloads.pagerduty())
    headers = {"x-pagerduty-signature": f"v1={payloads.hmac_of(body)}", "x-webhook-id": "5a1c-1"}
    first, second = send(row, body, headers), send(row, body, headers)
    assert (first.status_code, second.status_code) == (202, 202)
    assert (first.json()["duplicate"], second.json()["duplicate"]) == (False, True)
    drain(at=minutes(1))
    assert (Delivery.objects.count(), Alert.objects.count()) == (1, 1)


def test_both_members_of_a_cluster_tell_one_alert(checkout: Service) -> None:
    row = integration("alertmanager")
    told(row, payloads.alertmanager())
    told(row, payloads.alertmanager() | {"externalURL": "http://alertmanager-1.example.com:9093"}, at=minutes(1))
    assert (Delivery.objects.count(), fired(row)) == (2, [(AT, None)])


def test_the_old_secret_is_taken_until_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    row = integration("alertmanager")
    issued = rotate_secret(SYSTEM, row, overlap=dt.timedelta(hours=24), at=AT)
    now = {"at": minutes(60)}
    monkeypatch.setattr("incidents.views.hooks.timezone.now", lambda: now["at"])
    body = payloads.raw(payloads.alertmanager())
    assert send(row, body, payloads.bearer()).status_code == 202
    assert send(row, body, payloads.bearer(issued.plain)).status_code == 202
    now["at"] = minutes(24 * 60)
    assert send(row, body, payloads.bearer()).status_code == 401
    assert send(row, body, payloads.bearer(issued.plain)).status_code == 202


def test_a_body_above_20_mb_is_refused_before_it_is_read() -> None:
    row = integration("alertmanager")

    class Untouched:
        def read(self, *_args: Any) -> bytes:
            raise AssertionError("the body was read")

    from django.test import RequestFactory

    from incidents.views.hooks import hook

    request = RequestFactory().post("/hooks/alertmanager/", b"", content_type="application/json")
    request.META["CONTENT_LENGTH"] = "20000001"
    request._stream = Untouched()  # type: ignore[assignment]
    assert hook(request, slug=row.slug).status_code == 413


def test_a_body_of_15_mb_is_taken(checkout: Service) -> None:
    row = integration("alertmanager")
    padded = am_alert() | {"annotations": {"summary": "x" * 15_000_000}}
    assert send(row, payloads.raw(payloads.alertmanager(padded)), payloads.bearer()).status_code == 202
    drain(at=AT)
    assert len(Alert.objects.get().summary) == 500


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (payloads.raw(payloads.alertmanager())[:-40], "cut on its way"),
        (b"", "cut on its way"),
        (b"<html>502 Bad Gateway</html>", "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[1, 2]", "no object"),
        (b'{"alerts": "none"}', "no list"),
        (b'{"alerts": [{"status": "firing"}]}', "neither labels nor a fingerprint"),
        (b"[" * 100_000, "too deep"),
        (b'{"alerts": ' + b"9" * 5000 + b"}", "endless numbers"),
    ],
)
def test_what_cannot_be_read_is_kept_and_says_why(body: bytes, words: str) -> None:
    assert send(integration("alertmanager"), body, payloads.bearer()).status_code == 202
    drain(at=AT)
    delivery = Delivery.objects.get()
    assert (delivery.result, bytes(delivery.body)) == (Delivery.Result.FAILED, body)
    assert words in delivery.detail


def test_a_text_that_the_database_refuses_is_mended() -> None:
    row = integration("alertmanager")
    body = b'{"alerts": [{"status": "firing", "labels": {"alertname": "a\\u0000b\\ud800c"}, "startsAt": "2026-11-02T12:00:00Z"}]}'
    send(row, body, payloads.bearer())
    drain(at=AT)
    assert Alert.objects.get().name == "abc"


@pytest.mark.parametrize(
    ("kind", "payload", "headers"),
    [
        ("pagerduty", payloads.pagerduty_ping(), {}),
        ("pagerduty", {"event": {"event_type": "service.updated", "data": {"id": "P1"}}}, {}),
        ("github", {"zen": "Keep it logically awesome.", "hook_id": 1}, {"x-github-event": "ping"}),
        ("github", {"ref": "refs/heads/main", "commits": []}, {"x-github-event": "push"}),
        ("github", payloads.github_status("inactive"), {"x-github-event": "deployment_status"}),
        ("alertmanager", payloads.alertmanager() | {"alerts": []}, {}),
    ],
)
def test_an_event_that_tells_nothing_is_taken_and_ignored(kind: str, payload: Any, headers: dict[str, str]) -> None:
    row, body = integration(kind), payloads.raw(payload)
    signatures = {
        "x-pagerduty-signature": f"v1={payloads.hmac_of(body)}",
        "x-hub-signature-256": f"sha256={payloads.hmac_of(body)}",
    }
    assert send(row, body, payloads.bearer() | signatures | headers).status_code == 202
    drain(at=AT)
    delivery = Delivery.objects.get()
    assert delivery.result == Delivery.Result.IGNORED
    assert delivery.detail
    assert not Alert.objects.exists()
    assert not Deploy.objects.exists()


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


def test_github_tells_a_deploy_and_how_it_ended_in_any_order(checkout: Service) -> None:
    row = integration("github")
    told(row, payloads.github_status("success", at=minutes(6)), at=minutes(6))
    told(row, payloads.github_status("in_progress", at=minutes(1)), at=minutes(7))
    told(row, payloads.github_deployment(), at=minutes(8))
    deploy = Deploy.objects.get()
    assert (deploy.service, deploy.state, deploy.started_at, deploy.finished_at) == (
        checkout,
        "succeeded",
        AT,
        minutes(6),
    )
    assert (deploy.revision[:7], deploy.author, deploy.environment) == ("f95f852", "octocat", "production")
    assert (deploy.url, deploy.is_rollback) == ("https://ci.example.com/runs/4711", False)


def test_a_deploy_of_a_repository_that_no_service_has_can_be_read_again(checkout: Service, lead: User) -> None:
    from incidents.actions.deliveries import replay

    Service.objects.update(aliases=[])
    row = integration("github")
    delivery = told(row, payloads.github_deployment(task="rollback"))
    assert (delivery.result, Deploy.objects.count()) == (Delivery.Result.IGNORED, 0)
    assert "acme/checkout-api" in delivery.detail
    Service.objects.update(aliases=["ACME/checkout-api"])
    for _again in range(2):
        delivery = replay(lead, delivery, at=minutes(5))
    assert (delivery.result, Deploy.objects.get().is_rollback) == (Delivery.Result.TAKEN, True)


def test_github_may_send_a_form(checkout: Service) -> None:
    from urllib.parse import urlencode

    row = integration("github")
    body = urlencode({"payload": json.dumps(payloads.github_deployment())}).encode()
    headers = {"x-hub-signature-256": f"sha256={payloads.hmac_of(body)}", "x-github-event": "deployment"}
    answer = Client().post(
        f"/hooks/{row.slug}/", body, content_type="application/x-www-form-urlencoded", headers=headers
    )
    assert answer.status_code == 202
    drain(at=AT)
    assert Deploy.objects.get().state == "started"


def test_alerts_and_deploys_of_its_service_stand_in_the_timeline_once(checkout: Service, rita: User) -> None:
    incident = declare(rita, Declaration(title="Checkout fails", services=(checkout,)), at=minutes(2))
    alerts = integration("alertmanager")
    told(alerts, payloads.alertmanager(), at=minutes(3))
    told(alerts, payloads.alertmanager() | {"receiver": "other"}, at=minutes(4))
    told(alerts, payloads.alertmanager(am_alert(end=minutes(9))), at=minutes(9))
    told(integration("github"), payloads.github_status("success", at=minutes(5)), at=minutes(9))
    told(alerts, payloads.alertmanager(am_alert(fingerprint="old", start=minutes(-600))), at=minutes(9))
    told(alerts, payloads.alertmanager(am_alert(fingerprint="else", service="search", job="search")), at=minutes(9))
    lines = Entry.objects.filter(incident=incident, kind__in=(EntryKind.ALERT, EntryKind.DEPLOY)).order_by("at")
    assert [(line.at, line.text) for line in lines] == [
        (AT, "Alert began: HighErrorRate (attached: its service is hit). Checkout answers with errors"),
        (minutes(5), "Deploy: Checkout, succeeded. f95f852bd8fc Release 1.4.2"),
        (minutes(9), "Alert ended: HighErrorRate. Checkout answers with errors"),
    ]


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


def test_a_paused_integration_keeps_what_comes_without_reading_it() -> None:
    row = integration("alertmanager", paused=True)
    assert send(row, payloads.raw(payloads.alertmanager()), payloads.bearer()).status_code == 202
    drain(at=AT)
    assert (Delivery.objects.get().result, Alert.objects.count()) == (Delivery.Result.IGNORED, 0)


def test_a_plug_in_that_breaks_stops_no_other_delivery(monkeypatch: pytest.MonkeyPatch, checkout: Service) -> None:
    from incidents.actions.deliveries import receive
    from incidents.webhooks import HOOKS

    bad, good = integration("grafana"), integration("alertmanager")

    class Broken:
        dedup, event = HOOKS["grafana"].dedup, HOOKS["grafana"].event

        def parse(self, *_args: Any) -> None:
            raise ZeroDivisionError("oops")

    monkeypatch.setitem(HOOKS._found, "grafana", Broken())
    receive(bad, {}, payloads.raw(payloads.grafana()), at=AT)
    receive(good, {}, payloads.raw(payloads.alertmanager()), at=AT)
    drain(at=AT)
    assert Alert.objects.count() == 1
    assert "ZeroDivisionError" in Delivery.objects.get(integration=bad).detail


def test_an_unknown_address_is_not_found_and_get_is_no_method() -> None:
    assert Client().post("/hooks/nothing/", b"{}", content_type="application/json").status_code == 404
    assert Client().get(f"/hooks/{integration('alertmanager').slug}/").status_code == 405
