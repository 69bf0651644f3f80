"""The portal's processes, each in a process group of its own with a log of its own; all end together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from relportal.launch.paths import ROOT, LaunchError, say

PATIENCE_S = 10


@dataclass(slots=True)
class Supervisor:
    """A context: whatever was started in it is stopped, last first, on the way out."""

    logs: Path
    env: Mapping[str, str]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str]) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raises: LaunchError when a process has ended, with its log."""
        for name, child in self.children.items():
            if child.poll() is not None:
                log = self.logs / f"{name}.log"
                lines = log.read_text(errors="replace").strip().splitlines()[-3:] if log.exists() else []
                raise LaunchError(f"{name} ended with code {child.returncode}: see {log}\n  " + "\n  ".join(lines))

    def watch(self) -> None:
        """Returns never: by KeyboardInterrupt or by LaunchError when a process ends."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        for child in reversed(self.children.values()):
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        for name, child in reversed(self.children.items()):
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"{name} did not end within {PATIENCE_S} s and is killed")
                _signal_group(child, signal.SIGKILL)
                child.wait()
        self.children.clear()


def _signal_group(child: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, sign)
