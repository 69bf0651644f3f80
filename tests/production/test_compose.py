"""What docker-compose.yml says is run here, word for word, against a real PostgreSQL and Valkey."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from relportal.launch.paths import ROOT
from tests.production.conftest import COMPOSE, Native
from tests.slo.prom import Server, needs_prometheus

pytestmark = pytest.mark.xdist_group("production")
PORTAL = ("migrate", "web", "worker", "worker-backfill", "beat")


def test_every_service_says_when_it_is_healthy_and_every_secret_comes_from_a_file() -> None:
    services = COMPOSE["services"]
    assert [name for name in services if "healthcheck" not in services[name]] == ["migrate"]
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


@needs_prometheus
def test_the_services_of_the_compose_file_migrate_answer_tick_and_collect(native: Native, history: Server) -> None:
    migrated = native.run(COMPOSE["services"]["migrate"]["command"], timeout_s=180)
    assert migrated.returncode == 0, migrated.stderr
    with native.service("web") as web:
        assert native.wait(lambda: native.healthy("web")), (native.logs / "web.log").read_text()
        assert not native.healthy("beat"), "no tick has come, so the portal must not call itself ready"
        with native.service("worker") as worker, native.service("beat") as beat, native.service("worker-backfill"):
            assert native.wait(lambda: native.healthy("beat")), (native.logs / "worker.log").read_text()
            assert native.healthy("worker")
            set_up(native, history.url)
            assert native.wait(lambda: backfilled(native)), (native.logs / "worker.log").read_text()
            assert [process.poll() for process in (web, worker, beat)] == [None, None, None]
        assert native.wait(lambda: scraped(history)), "Prometheus cannot read the metrics of the web service"
    last = one(native, "SELECT error FROM slo_collectionrun ORDER BY at DESC LIMIT 1")
    assert last == ""
    # One request in twenty is bad; the exact count depends on which instant of the grid is the newest.
    counted = one(native, "SELECT bad / total FROM slo_measurement ORDER BY instant DESC LIMIT 1")
    assert counted == pytest.approx(0.05, abs=0.001)


def set_up(native: Native, prometheus: str) -> None:
    env = native.env | {"PROMETHEUS": prometheus}
    script = (Path(__file__).parent / "first_objective.py").read_text()
    done = replace(native, env=env).run(["python", "manage.py", "shell", "--command", script])
    assert done.returncode == 0, done.stderr


def backfilled(native: Native) -> bool:
    return one(native, "SELECT count(*) FILTER (WHERE state <> 'done') = 0 AND count(*) > 0 FROM slo_backfill") is True


def scraped(history: Server) -> bool:
    """Whether Prometheus reads the portal's own metrics, by the name that the web service has in the compose file."""
    with urllib.request.urlopen(f"{history.url}/api/v1/query?query=up%7Bjob%3D%22relportal%22%7D", timeout=5) as answer:
        series = json.load(answer)["data"]["result"]
    return [(each["metric"]["instance"], each["value"][1]) for each in series] == [("web:8000", "1")]


def one(native: Native, query: str) -> object:
    url = Path(native.env["DATABASE_URL_FILE"]).read_text()
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    connection.close()
    return None if row is None else row[0]
