"""A real Prometheus for tests: counters written as OpenMetrics, turned into blocks by promtool, served on an own port."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from relportal.launch.paths import free_port

needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None or shutil.which("promtool") is None, reason="no prometheus and promtool on PATH"
)
FLAGS = ("--query.max-samples=200000000", "--log.level=error", "--storage.tsdb.retention.time=20y")


@dataclass(frozen=True, slots=True, eq=False)
class Counter:
    """Samples of one series: `at` epoch seconds, `values` the counter's readings."""

    name: str
    labels: Mapping[str, str]
    at: NDArray[np.int64]
    values: NDArray[np.float64]
    kind: str = "counter"


def openmetrics(counters: list[Counter]) -> str:
    """OpenMetrics text; families together, as promtool wants them."""
    lines: list[str] = []
    families: dict[str, list[Counter]] = {}
    for each in counters:
        families.setdefault(each.name, []).append(each)
    for name, members in families.items():
        lines.append(f"# TYPE {name.removesuffix('_total')} {members[0].kind}")
        for each in members:
            labels = ",".join(f'{key}="{value}"' for key, value in each.labels.items())
            lines += [f"{name}{{{labels}}} {value:.17g} {at}" for at, value in zip(each.at, each.values, strict=True)]
    return "\n".join([*lines, "# EOF", ""])


def load(counters: list[Counter], into: Path, *, hours: int = 486) -> None:
    """Blocks of up to `hours` in the folder `into`."""
    into.mkdir(parents=True, exist_ok=True)
    text = into / "samples.om"
    text.write_text(openmetrics(counters))
    command = ["promtool", "tsdb", "create-blocks-from", f"--max-block-duration={hours}h", "openmetrics", "-q"]
    done = subprocess.run([*command, str(text), str(into)], capture_output=True, text=True, check=False)
    text.unlink()
    assert done.returncode == 0, done.stderr + done.stdout


@dataclass(slots=True)
class Server:
    """A Prometheus that can be stopped and started again on its port."""

    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    flags: tuple[str, ...] = ()
    config: str = "global: {}\n"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        config = self.data.parent / f"prometheus-{self.port}.yml"
        config.write_text(self.config)
        with (self.data.parent / f"prometheus-{self.port}.log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={config}",
                    f"--storage.tsdb.path={self.data}",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                    *FLAGS,
                    *self.flags,
                ],
                stdout=log,
                stderr=log,
            )
        for _attempt in range(300):
            with (
                contextlib.suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(f"{self.url}/-/ready", timeout=2),
            ):
                # Another one may have taken the port in between, and answers in its place.
                if self.process.poll() is None:
                    return
            if self.process.poll() is not None:
                raise RuntimeError(log.name + ": " + Path(log.name).read_text())
            time.sleep(0.05)
        raise RuntimeError(f"{self.url} does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


@contextlib.contextmanager
def serving(data: Path, **options: object) -> Iterator[Server]:
    server = Server(data, **options)  # type: ignore[arg-type]
    server.start()
    try:
        yield server
    finally:
        server.stop()


def grid(start: dt.datetime, end: dt.datetime, *, every_s: int = 60, offset_s: int = 0) -> NDArray[np.int64]:
    """Scrape instants with start <= t < end, `offset_s` after the multiples of `every_s`."""
    return np.arange(int(start.timestamp()) + offset_s, int(end.timestamp()), every_s, dtype=np.int64)
