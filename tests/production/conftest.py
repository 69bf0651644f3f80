"""The services of docker-compose.yml, run natively: there is no container engine where the tests run."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from relportal.launch.paths import ROOT, free_port
from relportal.launch.postgres import administrator
from tests.slo.prom import Counter, Server, grid, load, serving

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OPERATOR = {
    "ALLOWED_HOSTS": "portal.example.com",
    "BASE_URL": "https://portal.example.com",
    "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
}


@dataclass(frozen=True, slots=True)
class Native:
    """Runs a compose service's own `command:` with its own environment, on ports and paths of this machine."""

    env: dict[str, str]
    port: int
    logs: Path

    def command(self, words: list[str]) -> list[str]:
        here = [word.replace("0.0.0.0:8000", f"127.0.0.1:{self.port}") for word in words]
        here = [word.replace("web:8000", f"127.0.0.1:{self.port}") for word in here]
        here = [word.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}") for word in here]
        here = [word.replace("/tmp/beat", str(self.logs / "beat")) for word in here]
        return [sys.executable, *here[1:]] if here[0] == "python" else [sys.executable, "-m", *here]

    def run(self, words: list[str], *, timeout_s: float = 90) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(words), cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=timeout_s, check=False
        )

    @contextlib.contextmanager
    def service(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                self.command(COMPOSE["services"][name]["command"]),
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def healthy(self, name: str) -> bool:
        test = COMPOSE["services"][name]["healthcheck"]["test"]
        assert test[0] == "CMD"
        return self.run(test[1:], timeout_s=30).returncode == 0

    def wait(self, what: Callable[[], bool], *, within_s: float = 60) -> bool:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if what():
                return True
            time.sleep(0.3)
        return False


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Native]:
    """A database of its own in the tests' PostgreSQL, the tests' Valkey (database 3), and secrets in files as in production."""
    folder = tmp_path_factory.mktemp("production")
    url = os.environ["DATABASE_URL"]
    name = f"production_{os.getpid()}"
    administer(url, f"CREATE DATABASE {name}")
    secrets = {
        "SECRET_KEY": os.environ["SECRET_KEY"] * 2,
        "DATABASE_URL": url.rpartition("/")[0] + f"/{name}",
        "REDIS_URL": os.environ["REDIS_URL"].rpartition("/")[0] + "/3",
        "FIELD_KEYS": os.environ["FIELD_KEYS"],
        "TOKEN_PEPPERS": os.environ["TOKEN_PEPPERS"],
    }
    declared = COMPOSE["services"]["web"]["environment"]
    env = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    for key in declared:
        if key.endswith("_FILE"):
            path = folder / key.lower()
            path.write_text(secrets[key.removesuffix("_FILE")])
            env[key] = str(path)
        else:
            env[key] = substituted(declared[key])
    metrics = folder / "metrics"
    metrics.mkdir()
    env["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
    try:
        yield Native(env=env, port=free_port(), logs=folder)
    finally:
        administer(url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def history(native: Native) -> Iterator[Server]:
    """The compose file's Prometheus with six hours of one service, of whose requests one in twenty is bad.

    Its scrape jobs are those of docs/production/prometheus.yml. Only `web` has another address here, which its jobs reach
    as through a proxy: they still ask for `web:8000`.
    """
    data = native.logs / "prometheus"
    at = grid(dt.datetime.now(dt.UTC) - dt.timedelta(hours=6), dt.datetime.now(dt.UTC), every_s=30)
    counts = np.arange(len(at), dtype=np.float64)
    labels = {"app": "checkout"}
    load(
        [
            Counter("shop_requests_total", labels | {"code": "200"}, at, counts * 19),
            Counter("shop_requests_total", labels | {"code": "500"}, at, counts),
        ],
        data,
    )
    config = yaml.safe_load((ROOT / "docs/production/prometheus.yml").read_text())
    config["global"]["scrape_interval"] = "1s"
    for job in config["scrape_configs"]:
        job["proxy_url"] = f"http://127.0.0.1:{native.port}"
    with serving(data, config=yaml.safe_dump(config)) as server:
        yield server


def substituted(value: str) -> str:
    """A value of the compose file as an operator's environment fills it in."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: OPERATOR.get(found[1], found[2]), value)


def administer(url: str, statement: str) -> None:
    connection = administrator(url)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
