"""The portal as it is deployed, gunicorn and worker in processes of their own, and people who ask it over HTTP."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from relportal.core.models import User
from relportal.launch.paths import free_port, made
from relportal.launch.supervisor import Supervisor

READY_WITHIN_S: Final = 60
CSRF: Final = "b" * 32


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Portal:
    """`kept` starts and stops further processes beside the web."""

    port: int
    kept: Supervisor

    def ask(
        self, path: str, *, session: str = "", form: Mapping[str, str] | None = None, body: bytes = b"", **more: str
    ) -> Answer:
        """One request on a connection of its own, as of a browser that was quiet for longer than the server waits."""
        headers = {"Accept-Encoding": "gzip"} | {name.replace("_", "-"): value for name, value in more.items()}
        if session:
            headers["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        if form is not None:
            body = urlencode(form).encode()
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF}
        begun = time.perf_counter()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("GET" if form is None and not body else "POST", path, body=body or None, headers=headers)
            answer = line.getresponse()
            raw = answer.read()
            seconds = time.perf_counter() - begun
        finally:
            line.close()
        if answer.headers.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        return Answer(answer.status, dict(answer.headers), raw.decode(errors="replace"), seconds)

    def processor_s(self) -> float:
        """Of gunicorn's processes so far: how fast it could answer, whatever else the machine does."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                # After the name in brackets: state, parent, group, session; from the 12th on user and system time, of the
                # process and of its children that have ended: gunicorn renews its processes after 10,000 requests.
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.kept.children["web"].pid:
                    ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Tally:
    """Seconds of what was answered as expected, and how much was not."""

    taken: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, answer: Answer, *expected: int) -> None:
        if answer.status in expected:
            self.taken.append(answer.seconds)
        else:
            self.wrong.append(f"{answer.status}: {answer.text[:200]}")


@contextmanager
def portal() -> Iterator[Portal]:
    """gunicorn as the image starts it: two processes of four threads."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ) | {
            "BASE_URL": f"http://127.0.0.1:{port}",
            "PROMETHEUS_MULTIPROC_DIR": str(made(Path(folder) / "metrics")),
            "WEB_CONCURRENCY": "2",
        }
        with Supervisor(made(Path("var") / "bench" / "logs"), env) as kept:
            gunicorn = [sys.executable, "-m", "gunicorn", "relportal.wsgi", "--config", "relportal/gunicorn.py"]
            kept.start("web", [*gunicorn, "--bind", f"127.0.0.1:{port}"])
            found = Portal(port, kept)
            _ready(found)
            yield found


def _ready(found: Portal) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        found.kept.check()
        try:
            if found.ask("/healthz").status < 500:
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise RuntimeError("gunicorn does not answer")
        time.sleep(0.2)


def start_worker(found: Portal) -> None:
    """Worker and beat, as the portal runs them."""
    celery = [sys.executable, "-m", "celery", "-A", "relportal"]
    quiet = ["-l", "warning", "--without-gossip", "--without-mingle"]
    found.kept.start("worker", [*celery, "worker", *quiet, "-Q", "tick,collect", "-c", "2"])
    schedule = str(found.kept.logs / "beat-schedule")
    found.kept.start("beat", [*celery, "beat", "-l", "warning", "-s", schedule])


def stop_worker(found: Portal) -> None:
    """As when a container is stopped: what runs may end, nothing further is taken."""
    for name in ("beat", "worker"):
        child = found.kept.children.pop(name)
        child.send_signal(signal.SIGTERM)
        child.wait()


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
