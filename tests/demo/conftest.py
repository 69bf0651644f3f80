"""A small Perronova: three days of it, written once and served by a real Prometheus."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from relportal.demo import story
from relportal.demo.events import Timeline
from tests.slo.prom import serving

ANCHOR = dt.datetime(2026, 11, 23, 6, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def company() -> Timeline:
    return story.timeline(ANCHOR)


@dataclass(frozen=True, slots=True)
class Prometheus:
    url: str

    def values(self, query: str, *, at: dt.datetime) -> dict[tuple[tuple[str, str], ...], float]:
        """An instant query: sorted labels (without the name) -> value."""
        data = self._get("query", query=query, time=at.timestamp())
        return {
            tuple(sorted((k, v) for k, v in row["metric"].items() if k != "__name__")): float(row["value"][1])
            for row in data["result"]
        }

    def points(self, query: str, *, start: dt.datetime, end: dt.datetime, step_s: int) -> dict[float, float]:
        """A range query that answers with one series: Unix time -> value."""
        data = self._get("query_range", query=query, start=start.timestamp(), end=end.timestamp(), step=step_s)
        (row,) = data["result"]
        return {float(at): float(value) for at, value in row["values"]}

    def _get(self, what: str, **params: object) -> Any:
        with urllib.request.urlopen(f"{self.url}/api/v1/{what}?{urllib.parse.urlencode(params)}", timeout=20) as answer:
            return json.load(answer)["data"]


@contextlib.contextmanager
def prometheus(data: Path, *, scrape: int | None = None) -> Iterator[Prometheus]:
    """A Prometheus over `data`, stopped at the end; it scrapes 127.0.0.1:`scrape` every second."""
    jobs = [{"job_name": "demo", "honor_labels": True, "static_configs": [{"targets": [f"127.0.0.1:{scrape}"]}]}]
    config = json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs if scrape else []})
    with serving(data, config=config) as server:
        yield Prometheus(server.url)


def eventually(found: Callable[[], bool]) -> bool:
    """Whether `found` comes true within twenty seconds."""
    for _attempt in range(200):
        if found():
            return True
        time.sleep(0.1)
    return False
