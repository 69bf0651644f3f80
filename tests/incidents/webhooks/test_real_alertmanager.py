"""A real Alertmanager, as Debian packages it, tells its alerts to a portal that listens."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from incidents.actions.deliveries import drain
from incidents.actions.integrations import IntegrationFields, create_integration
from incidents.models import Alert, Delivery
from relportal.core.permissions import SYSTEM
from relportal.launch import debian
from relportal.launch.paths import LaunchError, free_port
from tests import make

PROGRAM: Final = "prometheus-alertmanager"
CONFIG: Final = """\
route:
  receiver: relportal
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: relportal
    webhook_configs:
      - url: {url}
        send_resolved: true
        http_config:
          authorization:
            credentials: {secret}
"""
PATIENCE_S: Final = 30


@pytest.fixture
def alertmanager(tmp_path: Path, transactional_db: None) -> Iterator[Callable[[str, str], str]]:
    """(address of the hook, secret) -> address of an Alertmanager that tells it."""
    try:
        program = debian.locate(PROGRAM, package=PROGRAM, alone=True)
    except LaunchError as error:
        pytest.skip(f"missing tool: {error}")
    started: list[subprocess.Popen[bytes]] = []

    def start(url: str, secret: str) -> str:
        config = tmp_path / "alertmanager.yml"
        config.write_text(CONFIG.format(url=url, secret=secret))
        port = free_port()
        with (tmp_path / "log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [
                        str(program),
                        f"--config.file={config}",
                        f"--storage.path={tmp_path / 'data'}",
                        f"--web.listen-address=127.0.0.1:{port}",
                        "--cluster.listen-address=",
                    ],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{address}/-/ready"))
        return address

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=20)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def until(true: Callable[[], bool]) -> None:
    last = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < last, "it did not happen in time"
        time.sleep(0.1)


def post(address: str, *alerts: dict[str, Any]) -> None:
    request = urllib.request.Request(
        f"{address}/api/v2/alerts",
        data=json.dumps(alerts).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def alert(instance: str, start: dt.datetime, end: dt.datetime | None = None) -> dict[str, Any]:
    return {
        "labels": {"alertname": "HighErrorRate", "service": "checkout", "instance": instance, "severity": "critical"},
        "annotations": {"summary": f"{instance} answers with errors"},
        "startsAt": start.isoformat(),
        "generatorURL": "http://prometheus.example.com/graph",
    } | ({} if end is None else {"endsAt": end.isoformat()})


def test_a_real_alertmanager_tells_what_fires_and_what_ended(
    alertmanager: Callable[[str, str], str], live_server: LiveServer
) -> None:
    checkout = make.service(slug="checkout", name="Checkout")
    issued = create_integration(
        SYSTEM,
        slug="real",
        kind="alertmanager",
        fields=IntegrationFields(name="Real"),
        at=timezone.now(),
    )
    address = alertmanager(f"{live_server.url}/hooks/real/", issued.plain)
    start = timezone.now() - dt.timedelta(minutes=5)
    post(address, alert("a", start), alert("b", start))

    def told(ended: int) -> bool:
        drain(at=timezone.now())
        return Alert.objects.count() == 2 and Alert.objects.filter(ended_at__isnull=False).count() == ended

    until(lambda: told(0))
    end = timezone.now()
    post(address, alert("a", start, end))
    until(lambda: told(1))
    over = Alert.objects.get(ended_at__isnull=False)
    assert (over.summary, over.service) == ("a answers with errors", checkout)
    assert abs((over.started_at - start).total_seconds()) < 0.01
    assert abs((over.ended_at or end) - end) < dt.timedelta(seconds=0.01)
    assert set(Delivery.objects.values_list("result", flat=True)) == {Delivery.Result.TAKEN.value}


def test_a_real_alertmanager_with_a_wrong_secret_is_refused(
    alertmanager: Callable[[str, str], str], live_server: LiveServer, tmp_path: Path
) -> None:
    create_integration(
        SYSTEM,
        slug="real",
        kind="alertmanager",
        fields=IntegrationFields(name="Real"),
        at=timezone.now(),
    )
    address = alertmanager(f"{live_server.url}/hooks/real/", "not-the-secret")
    post(address, alert("a", timezone.now()))
    until(lambda: b"unexpected status code 401" in (tmp_path / "log").read_bytes())
    assert not Delivery.objects.exists()
