"""The live exporter continues the history, also across a stop."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from relportal.demo import blocks, exporter, openmetrics
from relportal.demo.counters import table
from relportal.demo.events import Span, Timeline, on_grid
from tests.demo.conftest import ANCHOR, eventually, prometheus
from tests.slo.prom import needs_prometheus

SERIES = 'http_requests_total{service="search-api",code="2xx"}'


@contextlib.contextmanager
def running(target: Path) -> Iterator[int]:
    with exporter.listening(target, port=0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def build(target: Path, *, now: dt.datetime, said: list[str]) -> None:
    blocks.build(target, now=now, say=said.append, history=dt.timedelta(hours=3))


def now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


def samples(page: bytes) -> dict[str, float]:
    rows = [line.rpartition(" ") for line in page.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in rows}


def test_a_scrape_reads_what_the_history_would_have_had(company: Timeline) -> None:
    live = exporter.Live(company)
    at = ANCHOR + dt.timedelta(hours=5)
    page = samples(live.page(at.timestamp()))
    known = table(company, "payments-api", Span(at, at))
    for column, values in zip(known.columns, known.read(np.array([at.timestamp()])), strict=True):
        name = openmetrics.sample(column.series).decode().strip()
        assert page[name] == pytest.approx(float(values[0]) / column.scale)


def test_a_service_whose_scrapes_are_lost_is_left_out_for_that_time(company: Timeline) -> None:
    live = exporter.Live(company)
    night = ANCHOR.replace(hour=1, minute=0) + dt.timedelta(days=1)
    assert b"loyalty" not in live.page(night.timestamp())
    assert b"loyalty" in live.page((night + dt.timedelta(hours=6)).timestamp())


def test_the_exporter_goes_on_for_days_and_only_restarts_reset_a_counter(company: Timeline) -> None:
    live = exporter.Live(company)
    name = 'jobs_processed_total{service="ledger",result="ok",instance="prod",job="perronova"}'
    reads = [samples(live.page(ANCHOR.timestamp() + hours * 3600))[name] for hours in range(0, 30 * 24, 12)]
    falls = sum(left > right for left, right in itertools.pairwise(reads))
    assert 0 <= falls <= 4
    assert len(set(reads)) == len(reads)


def test_only_metrics_are_served(tmp_path: Path) -> None:
    (tmp_path / blocks.STAMP).write_text(f'{{"anchor": "{ANCHOR.isoformat()}", "until": "{ANCHOR.isoformat()}"}}')
    with running(tmp_path) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert len(samples(answer.read())) > 150
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20)
        refused.value.close()
    assert blocks.last_scrape(tmp_path) is None, "a visitor with a browser is not Prometheus"


def test_an_exporter_without_a_history_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(blocks.BuildError, match="run demo_build first"):
        exporter.listening(tmp_path, port=0)


@needs_prometheus
def test_the_time_while_the_demo_was_stopped_is_added_and_scrapes_are_kept(tmp_path: Path) -> None:
    target, said, begun = tmp_path / "data", list[str](), now()
    build(target, now=begun - dt.timedelta(minutes=7), said=said)
    with running(target) as port, prometheus(target, scrape=port) as server:
        assert eventually(lambda: sum(server.values(f"count_over_time({SERIES}[10s])", at=now()).values()) >= 3)
    scraped = blocks.last_scrape(target)
    assert scraped is not None
    assert scraped > begun
    said.clear()
    later = scraped + dt.timedelta(minutes=40)
    build(target, now=later, said=said)
    assert len(said) == 1
    with prometheus(target) as server:
        kept = server.values(f"count_over_time({SERIES}[10s])", at=scraped)
        assert sum(kept.values()) >= 3, "the scrapes of the first run are gone"
        filled = server.values(f"count_over_time({SERIES}[40m])", at=later)
        assert sum(filled.values()) >= 39
        points = server.points(SERIES, start=on_grid(begun), end=later, step_s=300)
        assert len(points) >= 8
