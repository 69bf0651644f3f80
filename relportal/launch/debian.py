"""Programs from Debian's packages: found on PATH, installed when we are root, else downloaded and unpacked into var/."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from relportal.launch.paths import ROOT, LaunchError, made, say

UNPACKED = ROOT / "var" / "debian"
RETRIES = ("-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=120")
LOCKED = "Could not get lock"
LOCKED_S = 300
PAUSE_S = 2.0


def locate(program: str, *, package: str, alone: bool) -> Path:
    """The program's path. `alone` says that the package works without those that it depends on.

    Raises: LaunchError, one line that names the package, when it can neither be found nor had.
    """
    found = find(program)
    if found is not None:
        return found
    apt = shutil.which("apt-get")
    if apt is None:
        raise LaunchError(f"{program} is missing and this is no Debian or Ubuntu: install it so that it is on PATH.")
    if os.getuid() == 0:
        say(f"{program} is not here yet: installing Debian's package {package} …")
        install(apt, package)
    elif alone:
        say(f"{program} is not here yet: unpacking Debian's package {package} into var/ …")
        unpack(apt, package)
    found = find(program)
    if found is None:
        raise LaunchError(
            f"{program} is missing: Debian's package {package} could not be had. Install it, or see docs/run.md."
        )
    return found


def find(program: str) -> Path | None:
    found = shutil.which(program) or shutil.which(program, path=str(UNPACKED / "usr" / "bin"))
    return None if found is None else Path(found)


def install(apt: str, package: str) -> None:
    """Waits for another apt, such as a new machine's own upgrades: of the locks involved, apt itself waits for one only."""
    deadline = time.monotonic() + LOCKED_S
    for command in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", package)):
        while LOCKED in quietly(apt, *RETRIES, *command) and time.monotonic() < deadline:
            time.sleep(PAUSE_S)


def unpack(apt: str, package: str) -> None:
    """Without root: the package alone, which is enough for the statically linked Prometheus."""
    folder = made(UNPACKED / "downloads")
    quietly(apt, *RETRIES, "download", package, cwd=folder)
    for archive in folder.glob(f"{package}_*.deb"):
        quietly("dpkg", "-x", str(archive), str(UNPACKED))


def quietly(*command: str, cwd: Path = ROOT) -> str:
    """What apt complains of; on a machine without network or lists, the one line of `locate` stands for it."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ).stderr
