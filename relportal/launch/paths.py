"""Places and ports of a profile."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY = 65534
PORTS = range(21000, 31000)


class LaunchError(Exception):
    """Something that is in the way; its text is the one line that the user sees."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of servers with its own data, ports and secrets, below `var/<name>`."""

    name: str

    @property
    def home(self) -> Path:
        return made(ROOT / "var" / self.name)

    @property
    def logs(self) -> Path:
        return made(self.home / "log")

    @property
    def data(self) -> Path:
        """Where server data lies: below `home`, or outside of the clone when root's `nobody` cannot enter that."""
        if os.getuid() != 0 or enterable(self.home, NOBODY):
            return self.home
        mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        return made(Path("/var/tmp") / f"relportal-{mark}" / self.name)

    def remembered(self, key: str, default: str) -> str:
        """A value chosen once: a port or a secret, kept readable by the owner only."""
        store = self.home / "profile.json"
        values = json.loads(store.read_text()) if store.exists() else {}
        if key not in values:
            values[key] = default
            store.touch(mode=0o600)
            store.write_text(json.dumps(values, indent=1))
        return str(values[key])

    def port(self, key: str) -> int:
        """A port below 32768 that was free when it was first asked for, the same ever after."""
        return int(self.remembered(f"{key}_port", str(free_port())))

    def secret(self, key: str) -> str:
        return self.remembered(key, secrets.token_urlsafe(32))


def made(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def copied(source: Path, *, to: Path) -> None:
    """A copy in the folder `to` that is there whole or not at all; one that is there already stays."""
    if (to / source.name).exists():
        return
    draft = made(to) / f"{source.name}.new"
    if source.is_dir():
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(source, draft, symlinks=True)
    else:
        shutil.copy2(source, draft)
    draft.rename(to / source.name)


def enterable(path: Path, uid: int) -> bool:
    """Whether a user without groups in common may enter every folder down to `path`."""
    return all(
        folder.stat().st_mode & (0o100 if folder.stat().st_uid == uid else 0o001) for folder in (path, *path.parents)
    )


def listening(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def free_port() -> int:
    for _attempt in range(200):
        port = secrets.choice(PORTS)
        if not listening(port):
            return port
    raise LaunchError("No free port between 21000 and 31000 on 127.0.0.1.")
