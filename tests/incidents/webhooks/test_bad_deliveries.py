"""What a tool, or someone who pretends to be one, should not send: for each kind of integration, over the real address."""

from __future__ import annotations

import datetime as dt
import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from incidents.actions.deliveries import drain
from incidents.actions.integrations import IntegrationFields, create_integration
from incidents.models import Alert, Delivery, Deploy, Integration
from relportal.core.models import Service, User
from relportal.core.permissions import SYSTEM
from tests import make
from tests.incidents.webhooks import payloads
from tests.incidents.webhooks.payloads import SECRET

pytestmark = pytest.mark.django_db

MB: Final = 1_000_000
HOUR: Final = dt.timedelta(hours=1)
Headers = dict[str, str]
SIGNED: Final[dict[str, Callable[[bytes, str], Headers]]] = {
    "alertmanager": lambda _body, secret: payloads.bearer(secret),
    "grafana": lambda body, secret: {"x-grafana-alerting-signature": payloads.hmac_of(body, secret)},
    "pagerduty": lambda body, secret: {"x-pagerduty-signature": f"v1={payloads.hmac_of(body, secret)}"},
    "github": lambda body, secret: {
        "x-hub-signature-256": f"sha256={payloads.hmac_of(body, secret)}",
        "x-github-event": "deployment_status",
        "x-github-delivery": payloads.hmac_of(body, "delivery")[:36],
    },
    "generic": lambda body, secret: {
        "x-signature-256": f"sha256={payloads.hmac_of(body, secret)}",
        "idempotency-key": payloads.hmac_of(body, "delivery")[:36],
    },
}
KINDS: Final = sorted(SIGNED)


def told(kind: str, start: dt.datetime, end: dt.datetime | None = None) -> dict[str, Any]:
    """An alert (or a deploy) of this kind that begins at `start` and has ended at `end`."""
    if kind == "alertmanager":
        return payloads.alertmanager(payloads.am_alert(start=start, end=end))
    if kind == "grafana":
        return payloads.grafana(start=start, end=end)
    if kind == "pagerduty":
        event = "incident.resolved" if end else "incident.triggered"
        return payloads.pagerduty(event, created=start, happened=end or start)
    if kind == "github":
        status = payloads.github_status("success" if end else "in_progress", at=end or start)
        return payloads.github_deployment(at=start) | {"deployment_status": status["deployment_status"]}
    times = {"started": payloads.rfc(start), "ended": payloads.rfc(end) if end else None}
    return {"name": "Ping", "service": "checkout", "status": "ok" if end else "down"} | times


@pytest.fixture
def checkout(db: None) -> Service:
    return make.service(slug="checkout", name="Checkout", aliases=["acme/checkout-api"])


def tool(kind: str, **fields: Any) -> Integration:
    given = IntegrationFields(name=kind.title(), **fields)
    return create_integration(SYSTEM, slug=kind, kind=kind, fields=given, secret=SECRET, at=payloads.AT).integration


def send(row: Integration, body: bytes, headers: Headers | None = None, *, secret: str = SECRET) -> Any:
    path = reverse("incidents:hook", args=[row.slug])
    given = SIGNED[row.kind](body, secret) if headers is None else headers
    return Client().post(path, body, content_type="application/json", headers=given)


def now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC).replace(microsecond=0)


def things() -> list[tuple[dt.datetime, dt.datetime | None]]:
    alerts = list(Alert.objects.order_by("started_at").values_list("started_at", "ended_at"))
    return alerts + list(Deploy.objects.order_by("started_at").values_list("started_at", "finished_at"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_by_another_secret_or_of_another_body_is_refused(kind: str) -> None:
    row = tool(kind)
    body = payloads.raw(told(kind, now()))
    answers = [send(row, body, secret="another-secret-12"), send(row, body, {})]
    if kind != "alertmanager":
        answers.append(send(row, body + b" ", SIGNED[kind](body, SECRET)))

    assert {answer.status_code for answer in answers} == {401}
    assert "paste the secret" in answers[0].json()["detail"]
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_replayed_delivery_is_answered_and_tells_nothing_twice(kind: str, checkout: Service) -> None:
    row = tool(kind)
    began, over = payloads.raw(told(kind, now() - HOUR)), payloads.raw(told(kind, now() - HOUR, now() - HOUR / 2))
    for body in (began, over):
        assert send(row, body).json()["duplicate"] is False
        drain(at=now())
    before = things()

    for body in (began, over, began):
        answer = send(row, body)
        assert (answer.status_code, answer.json()["duplicate"]) == (202, True)
        drain(at=now())
    assert Delivery.objects.count() == 2
    assert things() == before


@pytest.mark.parametrize("cut", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("kind", KINDS)
def test_a_truncated_delivery_is_kept_and_says_so_and_can_be_sent_again_whole(
    kind: str, cut: float, checkout: Service
) -> None:
    row = tool(kind)
    body = payloads.raw(told(kind, now() - HOUR))
    part = body[: int(len(body) * cut)]
    assert send(row, part).status_code == 202
    drain(at=now())

    delivery = Delivery.objects.get()
    assert (delivery.result, bytes(delivery.body)) == (Delivery.Result.FAILED, part)
    assert "cut on its way" in delivery.detail
    assert things() == []
    send(row, body)
    drain(at=now())
    assert len(things()) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"0", b'"alerts"', b"[]", b"{}", b"\x00\x01", b'{"event": 1}', b'{"alerts": [1, null, "x"]}',
        b'{"deployment": {"id": 1}}', b'{"alerts": {}}', b'{"event": {"event_type": "incident.triggered"}}',
        b'{"name": {"a": 1}}', b'{"deployment": [], "event": [], "alerts": [[]], "name": ""}',
        b'{"alerts": [{"labels": {"\xed\xa0\xbd": 1}}]}',
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_is_sent_breaks_the_reading(kind: str, body: bytes) -> None:
    row = tool(kind)
    assert send(row, body).status_code == 202
    done = drain(at=now())

    delivery = Delivery.objects.get()
    assert (done.deliveries, done.more) == (1, False)
    assert delivery.result != Delivery.Result.WAITING
    assert delivery.detail
    assert "The plug-in failed" not in delivery.detail
    assert "could not be stored" not in delivery.detail


@pytest.mark.parametrize("kind", KINDS)
def test_a_clock_an_hour_ahead_puts_nothing_into_the_future_and_the_end_is_taken(kind: str, checkout: Service) -> None:
    row = tool(kind)
    start = now() + HOUR
    send(row, payloads.raw(told(kind, start)))
    drain(at=dt.datetime.now(tz=dt.UTC))
    assert [(began <= dt.datetime.now(tz=dt.UTC), end) for began, end in things()] == [(True, None)]
    said = Delivery.objects.get().detail
    assert "ahead" in said

    send(row, payloads.raw(told(kind, start, start + HOUR / 12)))
    drain(at=dt.datetime.now(tz=dt.UTC))
    [(began, end)] = things()
    assert end is not None
    assert began <= end <= dt.datetime.now(tz=dt.UTC)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("year", [1, 1969, 2199, 9999])
def test_a_time_of_another_age_is_none(kind: str, year: int, checkout: Service) -> None:
    row = tool(kind)
    start = dt.datetime(year, 6, 1, tzinfo=dt.UTC)
    text = json.dumps(told(kind, payloads.AT)).replace(payloads.AT.strftime("%Y-%m-%dT%H"), f"{start:%m-%dT%H}")
    body = text.replace(f'"{start:%m-%dT%H}', f'"{year:04}-{start:%m-%dT%H}').encode()
    assert send(row, body).status_code == 202
    drain(at=now())

    delivery = Delivery.objects.get()
    assert delivery.result in (Delivery.Result.TAKEN, Delivery.Result.FAILED)
    for began, _end in things():
        assert now() - HOUR <= began <= now() + HOUR


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_event_is_taken_with_a_reason(kind: str) -> None:
    row = tool(kind)
    assert send(row, b'{"hello": "world", "event": {"event_type": "moon.phase"}}').status_code == 202
    drain(at=now())

    delivery = Delivery.objects.get()
    assert delivery.result in (Delivery.Result.IGNORED, Delivery.Result.FAILED)
    assert delivery.detail
    assert things() == []


# 20 MB -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_disk(settings: LazySettings, tmp_path: Path) -> None:
    """Whatever is spooled fails, for the folder of temporary files is not there."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "missing")


def over_the_wire(server: LiveServer, path: str, body: bytes | Iterator[bytes], headers: Headers) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    try:
        connection.request("POST", path, body, headers, encode_chunked=not isinstance(body, bytes))
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@pytest.mark.usefixtures("no_disk")
def test_a_body_of_20_mb_is_kept_and_a_byte_more_is_refused(live_server: LiveServer) -> None:
    tool("alertmanager")
    headers = payloads.bearer() | {"Content-Type": "application/json"}
    body = payloads.raw(payloads.alertmanager())
    whole = body + b" " * (20 * MB - len(body))

    assert over_the_wire(live_server, "/hooks/alertmanager/", whole, headers)[0] == 202
    status, text = over_the_wire(live_server, "/hooks/alertmanager/", whole + b" ", headers)
    assert (status, "At most 20.0" in text) == (413, True)
    assert len(bytes(Delivery.objects.get().body)) == 20 * MB


@pytest.mark.usefixtures("no_disk")
def test_a_large_form_is_refused_too_and_never_written_to_a_disk(live_server: LiveServer) -> None:
    tool("github")
    line = "=====line====="
    head = f'--{line}\r\nContent-Disposition: form-data; name="payload"; filename="x.json"\r\n\r\n'.encode()
    body = head + b"x" * 21 * MB + f"\r\n--{line}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={line}"}

    assert over_the_wire(live_server, "/hooks/github/", body, kind)[0] == 413
    assert over_the_wire(live_server, "/hooks/github/", body[: 15 * MB], kind)[0] == 401
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("no_disk")
def test_a_body_of_unknown_size_is_told_to_say_it(live_server: LiveServer) -> None:
    tool("alertmanager")
    chunks = (b"x" * 1000 for _n in range(3))
    headers = payloads.bearer() | {"Content-Type": "application/json"}

    assert over_the_wire(live_server, "/hooks/alertmanager/", chunks, headers)[0] == 411


@pytest.mark.parametrize("path", ["/api/v1/incidents/", "/api/v1/incidents/1/timeline/", "/api/v1/deploys/"])
@pytest.mark.usefixtures("no_disk")
def test_20_mb_to_the_api_are_a_problem_document(live_server: LiveServer, path: str) -> None:
    status, text = over_the_wire(live_server, path, b"x" * 20 * MB, {"Content-Type": "application/json"})
    assert (status, json.loads(text)["code"]) == (413, "too-large")


@pytest.mark.usefixtures("no_disk")
def test_20_mb_in_a_form_of_a_page_end_with_a_page_that_says_so(
    live_server: LiveServer, client: Client, lead: User
) -> None:
    client.force_login(lead)
    client.get("/incidents/declare/")
    cookies = "; ".join(f"{name}={value.value}" for name, value in client.cookies.items())
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}

    status, page = over_the_wire(live_server, "/incidents/declare/", b"title=" + b"x" * 20 * MB, headers)
    assert 400 <= status < 500
    assert "<h1" in page
