"""A server process of a profile: found running, or started in a session of its own so that Ctrl-C does not reach it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from relportal.launch.paths import NOBODY, LaunchError, Profile, listening


def pid_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Server:
    """One daemon of a profile, known by its pid file and its port."""

    def __init__(self, profile: Profile, name: str) -> None:
        self.profile = profile
        self.name = name
        self.port = profile.port(name)
        self.pidfile = profile.home / f"{name}.pid"
        self.log = profile.logs / f"{name}.log"

    def pid(self) -> int | None:
        """The daemon's process; None when it is gone, also when its number belongs to another program by now."""
        try:
            pid = int(self.pidfile.read_text())
            command = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        except (OSError, ValueError):
            return None
        return pid if str(self.port) in command else None

    def running(self) -> bool:
        return self.pid() is not None and listening(self.port)

    def start(
        self,
        command: Sequence[str | Path],
        *,
        ready: Callable[[], bool],
        cwd: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Starts the daemon, as `nobody` when we are root, and waits until it is ready.

        Raises: LaunchError naming the log when it ends, or is not ready within 30 s.
        """
        if listening(self.port):
            raise LaunchError(f"Port {self.port}, kept for {self.name}, is taken by another program: stop that first.")
        as_root = os.getuid() == 0
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=None if env is None else dict(env),
                start_new_session=True,
                user=NOBODY if as_root else None,
                group=NOBODY if as_root else None,
                extra_groups=[] if as_root else None,
            )
        self.pidfile.write_text(str(process.pid))
        deadline = time.monotonic() + 30
        while not ready():
            if process.poll() is not None:
                raise LaunchError(f"{self.name} did not start: see {self.log} ({self.last_line()})")
            if time.monotonic() > deadline:
                self.stop()
                raise LaunchError(f"{self.name} was not ready within 30 s: see {self.log}")
            time.sleep(0.05)
        # The daemon outlives this object, and may outlive this process: Popen must not complain of that.
        process.returncode = 0

    def stop(self, sign: signal.Signals = signal.SIGTERM, *, patience_s: float = 20) -> None:
        """Asks the daemon to end, then makes it; a daemon that is gone is no error."""
        pid = self.pid()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + patience_s
        while pid_alive(pid) and time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.05)
        if pid_alive(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.pidfile.unlink(missing_ok=True)

    def last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1] if lines else "no output"


class Store(Server):
    """A server that the portal keeps something in."""

    @property
    def url(self) -> str:
        """The address with its password, as DATABASE_URL or REDIS_URL."""
        raise NotImplementedError

    def ensure(self) -> bool:
        """Whether this call started it; False when it ran already."""
        raise NotImplementedError
