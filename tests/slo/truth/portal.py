"""A portal of its own for the truth: PostgreSQL and Valkey that may be stopped, and real Celery workers that may be killed."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from celery import Celery
from django.core.management import call_command
from django.db import connection

from relportal.core.models import WorkItem
from relportal.launch.environment import settings_of
from relportal.launch.paths import ROOT, Profile
from relportal.launch.postgres import Postgres
from relportal.launch.valkey import Valkey
from slo.models import SourceState

PATIENCE_S = 60


class StillDueError(AssertionError):
    """The workers did not end in time what was due."""


@dataclass(slots=True)
class Portal:
    home: Path
    postgres: Postgres
    valkey: Valkey
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.fromisoformat((self.home / "clock").read_text())

    def set_clock(self, at: dt.datetime) -> None:
        new = self.home / "clock.new"
        new.write_text(at.isoformat())
        new.rename(self.home / "clock")

    def start_worker(self) -> None:
        number = len(self.workers)
        command = [sys.executable, "-m", "celery", "-A", "tests.slo.truth.worker", "worker"]
        options = ["-Q", "tick,collect,backfill", "-c", "2", "-l", "info", "-n", f"truth{number}@%h"]
        with (self.home / "worker.log").open("ab") as log:
            self.workers.append(
                subprocess.Popen(
                    [*command, *options, "--without-gossip", "--without-mingle"],
                    cwd=ROOT,
                    env=self.environment(),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def environment(self) -> dict[str, str]:
        own = {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "TRUTH_HOME": str(self.home),
        }
        return dict(os.environ) | settings_of(self.postgres.profile) | own

    def revive(self) -> None:
        """Kombu ends a worker that loses its broker while a message waits in it; the restart policy under which a portal
        runs starts it again, and so does this."""
        ended = [each for each in self.workers if each.poll() is not None]
        for each in ended:
            self.workers.remove(each)
            self.start_worker()

    def stop_workers(self, sign: signal.Signals = signal.SIGKILL) -> None:
        """All at once, with their children: by default as if the machine had lost its power."""
        for each in self.workers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.pid, sign)
        for each in self.workers:
            each.wait(20)
        self.workers.clear()

    def tick(self) -> None:
        """What beat does every ten seconds."""
        with Celery(broker=self.valkey.url) as app:
            app.send_task("core.tick", queue="tick", retry=False)

    def hold_in_mid_batch(self, *, at: dt.datetime) -> None:
        """Sets the clock and ticks until a worker stands where its rows are written and not yet committed.

        A worker that met a broker which forgot everything may end only now, and take with it what it had claimed: then the
        lease has to end first."""
        (self.home / "held").unlink(missing_ok=True)
        (self.home / "hold").touch()
        for later in (0, 130):
            self.set_clock(at + dt.timedelta(seconds=later))
            if self.eventually((self.home / "held").exists):
                return
        raise StillDueError(self.trouble())

    def eventually(self, found: Callable[[], bool]) -> bool:
        """Ticks, and keeps workers running, until it is found; False when patience ends first."""
        begun = time.monotonic()
        self.tick()
        while not found():
            if time.monotonic() - begun > PATIENCE_S:
                return False
            time.sleep(0.05)
            self.revive()
            self.tick_again(begun)
        return True

    def run_due(self, *, at: dt.datetime | None = None) -> None:
        """Sets the clock, ticks, and waits until the workers have nothing left that is due."""
        if at is not None:
            self.set_clock(at)
        if not self.eventually(self.idle):
            raise StillDueError(self.trouble())

    def trouble(self) -> str:
        """What a failed test has to say: the work, what the source said, and the last words of the workers."""
        work = "\n".join(str(each) for each in WorkItem.objects.filter(kind__startswith="slo.").values())
        source = list(SourceState.objects.values())
        words = (self.home / "worker.log").read_text(errors="replace")[-4000:]
        return f"at {self.now}\n{work}\n{source}\n{words}"

    def tick_again(self, begun: float) -> None:
        """Work that is due again at once (the next piece of history) waits for the next tick."""
        if int((time.monotonic() - begun) / 0.05) % 10 == 9:
            self.tick()

    def idle(self) -> bool:
        due = WorkItem.objects.filter(due_at__lte=self.now, state="pending", kind__startswith="slo.")
        return not due.exists() and not WorkItem.objects.filter(lease_until__isnull=False).exists()


@contextlib.contextmanager
def running(home: Path, name: str, blocker: object) -> Iterator[Portal]:
    """Servers of the profile `name`, an empty migrated database that Django is connected to, and no worker yet."""
    profile = Profile(name)
    postgres, valkey = Postgres(profile, durable=True), Valkey(profile)
    postgres.ensure()
    valkey.ensure()
    portal = Portal(home, postgres, valkey)
    portal.set_clock(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    before = dict(connection.settings_dict)
    with blocker.unblock():  # type: ignore[attr-defined]
        connection.close()
        where = urlsplit(postgres.url)
        connection.settings_dict.update(
            NAME=where.path.strip("/"),
            USER=where.username,
            PASSWORD=where.password,
            HOST=where.hostname,
            PORT=where.port,
        )
        try:
            emptied()
            yield portal
        finally:
            portal.stop_workers()
            connection.close()
            connection.settings_dict.clear()
            connection.settings_dict.update(before)
            valkey.stop()
            postgres.stop()


def emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
