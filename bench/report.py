"""Figures as lines: what was measured, against its target."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    target: str
    met: bool | None


@dataclass(slots=True)
class Report:
    figures: list[Figure] = field(default_factory=list)
    steady_s: float = 0.0

    def add(self, name: str, value: str, *, target: str = "", met: bool | None = None) -> None:
        figure = Figure(name, value, target, met)
        self.figures.append(figure)
        mark = {True: "ok", False: "MISSED", None: ""}[met]
        print(f"  {name:<58} {value:>18}   {target:<22} {mark}", flush=True)

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([[each.name, each.value, each.target, each.met] for each in self.figures], indent=1))


def machine() -> str:
    """One line: processor, cores, memory, system."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1e6
    release = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {release}, Python {platform.python_version()}"


def programs() -> str:
    found = []
    for name in ("prometheus", "postgres"):
        done = subprocess.run(["which", name], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            text = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
            found.append((text.stdout or text.stderr).splitlines()[0])
    return "; ".join(found)


def peak_mb() -> float:
    """The most memory that this program had resident; what getrusage tells begins with that of the program which started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


@dataclass(slots=True)
class Stopwatch:
    seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    watch = Stopwatch()
    begun = time.perf_counter()
    try:
        yield watch
    finally:
        watch.seconds = time.perf_counter() - begun


def repeated(work: Callable[[int], object], *, times: int) -> list[float]:
    """Seconds of each of `times` runs; `work` is given their number."""
    taken = []
    for number in range(times):
        with stopwatch() as watch:
            work(number)
        taken.append(watch.seconds)
    return taken


def ms(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.1f} ms"
