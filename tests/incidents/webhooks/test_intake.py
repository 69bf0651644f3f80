"""The address that other tools send to: who is let in, and what is kept of what came."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions.deliveries import drain
from incidents.actions.integrations import rotate_secret
from incidents.models import Alert, Delivery, Deploy
from relportal.core.models import Service, WorkItem
from relportal.core.permissions import SYSTEM
from tests.incidents.webhooks import payloads
from tests.incidents.webhooks.intake import fired, integration, send, told
from tests.incidents.webhooks.payloads import AT, SECRET, am_alert, minutes

pytestmark = pytest.mark.django_db


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
