"""What docker-compose.yml says is run here, word for word, against a real PostgreSQL and Valkey."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import psycopg2
import pytest

from relportal.launch.paths import ROOT
from tests.production.conftest import COMPOSE, Native

pytestmark = pytest.mark.xdist_group("production")
PORTAL = ("migrate", "web", "worker", "worker-backfill", "beat")


def test_every_service_says_when_it_is_healthy_and_every_secret_comes_from_a_file() -> None:
    services = COMPOSE["services"]
    assert [name for name in services if "healthcheck" not in services[name]] == ["prometheus", "migrate"]
    for name in PORTAL:
        for key, value in services[name]["environment"].items():
            if any(word in key for word in ("SECRET", "KEY", "PEPPER", "DATABASE_URL", "REDIS_URL")):
                assert key.endswith("_FILE"), key
                assert value.startswith("/run/secrets/")
    declared = {name for service in services.values() for name in service.get("secrets", [])}
    assert declared == set(COMPOSE["secrets"])


def test_the_script_that_makes_the_secrets_makes_every_one_of_them() -> None:
    script = (ROOT / "docs/production/make-secrets").read_text()
    for secret in COMPOSE["secrets"]:
        assert f"keep {secret} " in script


def test_the_broker_keeps_an_append_only_file_and_the_image_does_not_run_as_root() -> None:
    command = COMPOSE["services"]["redis"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    users = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("USER ")]
    assert users == ["USER relportal"]


def test_files_that_the_containers_mount_or_run_are_there() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (ROOT / volume.split(":")[0]).exists(), volume
    assert Path(ROOT / "relportal/gunicorn.py").exists()


def test_the_services_of_the_compose_file_migrate_answer_tick_and_work(native: Native) -> None:
    migrated = native.run(COMPOSE["services"]["migrate"]["command"], timeout_s=180)
    assert migrated.returncode == 0, migrated.stderr
    with native.service("web") as web:
        assert native.wait(lambda: native.healthy("web")), (native.logs / "web.log").read_text()
        assert not native.healthy("beat"), "no tick has come, so the portal must not call itself ready"
        with native.service("worker") as worker, native.service("beat") as beat, native.service("worker-backfill"):
            assert native.wait(lambda: native.healthy("beat")), (native.logs / "worker.log").read_text()
            assert native.healthy("worker")
            enqueue(native, kind="core.heartbeat", key="compose")
            assert native.wait(lambda: state(native, kind="core.heartbeat", key="compose") == "done")
            assert [process.poll() for process in (web, worker, beat)] == [None, None, None]
        text = metrics(native)
        assert 'relportal_http_requests_total{method="GET",status="200",view="core:healthz"}' in text


def enqueue(native: Native, *, kind: str, key: str) -> None:
    with connect(native) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_workitem (kind, key, queue, payload, state, due_at, attempts, last_error)"
            " VALUES (%s, %s, 'collect', '{}', 'pending', now(), 0, '')",
            [kind, key],
        )


def state(native: Native, *, kind: str, key: str) -> str:
    with connect(native) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT state FROM core_workitem WHERE kind = %s AND key = %s", [kind, key])
        row = cursor.fetchone()
        return str(row[0]) if row else "missing"


def connect(native: Native) -> psycopg2.extensions.connection:
    return psycopg2.connect(Path(native.env["DATABASE_URL_FILE"]).read_text())


def metrics(native: Native) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{native.port}/metrics", headers={"Host": "portal.example.com", "X-Forwarded-Proto": "https"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.read().decode())
