"""Prometheus: found on PATH, from Debian's package, or the one that PROMETHEUS_URL names."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from pathlib import Path

from relportal.launch import debian
from relportal.launch.paths import NOBODY, LaunchError, Profile, made
from relportal.launch.servers import Server

CONFIG = """\
global:
  scrape_interval: {interval_s}s
  scrape_timeout: 10s
scrape_configs:
  - job_name: company
    honor_labels: true
    static_configs: [{{targets: ["127.0.0.1:{exporter_port}"]}}]
  - job_name: relportal
    metrics_path: /metrics
    static_configs: [{{targets: ["127.0.0.1:{portal_port}"], labels: {{service: relportal}}}}]
"""


def locate() -> Path:
    return debian.locate("prometheus", package="prometheus", alone=True)


def locate_browser() -> Path:
    return debian.locate("chromium", package="chromium", alone=False)


def on_path(env: dict[str, str]) -> dict[str, str]:
    """The environment with Debian's unpacked programs at the end of PATH."""
    return env | {"PATH": f"{env.get('PATH', os.defpath)}:{debian.UNPACKED / 'usr' / 'bin'}"}


class Prometheus(Server):
    """A Prometheus of the profile, on loopback, with its blocks below the profile's data."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile, "prometheus")
        self.folder = profile.data / "prometheus"
        self.url = f"http://127.0.0.1:{self.port}"

    def ensure(self, *, exporter_port: int, portal_port: int, interval_s: int = 30) -> bool:
        """Whether this call started it. Scrapes the demo company's exporter and the portal itself."""
        if self.running():
            return False
        binary = locate()
        blocks = made(self.folder)
        config = self.folder.parent / "prometheus.yml"
        config.write_text(CONFIG.format(interval_s=interval_s, exporter_port=exporter_port, portal_port=portal_port))
        if os.getuid() == 0:
            for path in (config, blocks, *blocks.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        command: list[str | Path] = [
            *(binary, f"--config.file={config}", f"--storage.tsdb.path={blocks}"),
            "--storage.tsdb.retention.time=3y",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--query.max-samples=100000000",
            "--log.level=warn",
        ]
        self.start(command, ready=self.answers, cwd=blocks)
        return True

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def available() -> str | None:
    """None when a Prometheus can be had, else the one line that says why not."""
    try:
        locate()
    except LaunchError as error:
        return str(error)
    return None
