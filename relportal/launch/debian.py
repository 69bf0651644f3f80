"""Programs from Debian's packages: found on PATH, installed when we are root, else downloaded and unpacked into var/."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from relportal.launch.paths import ROOT, LaunchError, made, say

UNPACKED = ROOT / "var" / "debian"


def locate(program: str, *, package: str) -> Path:
    """The program's path.

    Raises: LaunchError, one line that names the package, when it can neither be found nor had.
    """
    found = find(program)
    if found is not None:
        return found
    apt = shutil.which("apt-get")
    if apt is None:
        raise LaunchError(f"{program} is missing and this is no Debian or Ubuntu: install it so that it is on PATH.")
    say(f"{program} is not here yet: getting Debian's package {package} …")
    if os.getuid() == 0:
        install(apt, package)
    else:
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
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = [apt, "install", "-y", "-qq", "--no-install-recommends", package]
    for attempt in ([apt, "update", "-qq"], command):
        subprocess.run(attempt, env=env, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def unpack(apt: str, package: str) -> None:
    """Without root: the package alone, which is enough for the statically linked Prometheus."""
    folder = made(UNPACKED / "downloads")
    subprocess.run(
        [apt, "download", package], cwd=folder, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    for archive in folder.glob(f"{package}_*.deb"):
        subprocess.run(["dpkg", "-x", str(archive), str(UNPACKED)], check=False)
