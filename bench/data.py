"""Thirty days of counters of 500 services, scraped every 60 s off the grid, with resets and gaps, and what truly happened.

3,500 series: requests by code, a latency histogram with three buckets, jobs by result. The same numbers in every run.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from relportal.launch.paths import made, say

SERVICES: Final = 500
DAYS: Final = 31
SCRAPE_S: Final = 60
AT: Final = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
END: Final = AT + dt.timedelta(hours=4)
START: Final = AT.replace(hour=0) - dt.timedelta(days=DAYS)
MINUTES: Final = int((END - START).total_seconds()) // SCRAPE_S
LAYOUT: Final = 2

# (metric, label, value): the mean number of events a minute is taken from the kind.
SERIES: Final = (
    ("http_requests_total", "code", "200"),
    ("http_requests_total", "code", "500"),
    ("http_request_duration_seconds_bucket", "le", "0.3"),
    ("http_request_duration_seconds_bucket", "le", "1"),
    ("http_request_duration_seconds_bucket", "le", "+Inf"),
    ("jobs_total", "result", "ok"),
    ("jobs_total", "result", "error"),
)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One service: `events` (series, minutes) happened in each minute; `scraped` says which scrapes were taken."""

    number: int
    offset_s: int
    events: Floats
    scraped: NDArray[np.bool_]
    restarts: NDArray[np.int64]

    @property
    def name(self) -> str:
        return f"service-{self.number:03}"

    def counters(self) -> Floats:
        """Readings of the counters at each scrape: since the last restart."""
        total = np.cumsum(self.events, axis=1)
        base = np.zeros_like(total)
        for minute in self.restarts.tolist():
            base[:, minute:] = total[:, minute - 1 : minute]
        return total - base


def service(number: int) -> Service:
    random = np.random.default_rng(7_000 + number)
    minutes = np.arange(MINUTES)
    daily = 1 + 0.6 * np.sin(2 * np.pi * (minutes / 1440 - random.random()))
    rate = random.lognormal(5, 1) * daily
    failing = np.full(MINUTES, random.uniform(0.0002, 0.002))
    slow = np.full(MINUTES, random.uniform(0.002, 0.02))
    for begin in random.integers(0, MINUTES - 120, 4):
        length = int(random.integers(10, 110))
        failing[begin : begin + length] = random.uniform(0.01, 0.3)
        slow[begin : begin + length] = random.uniform(0.05, 0.5)
    requests = random.poisson(rate)
    bad = random.binomial(requests, failing)
    over_300 = random.binomial(requests, slow)
    over_1000 = random.binomial(over_300, 0.3)
    jobs = random.poisson(rate / 8)
    bad_jobs = random.binomial(jobs, failing)
    events = np.stack(
        (requests - bad, bad, requests - over_300, requests - over_1000, requests, jobs - bad_jobs, bad_jobs)
    ).astype(np.float64)
    scraped = np.ones(MINUTES, np.bool_)
    for begin in random.integers(0, MINUTES - 60, 3):
        scraped[begin : begin + int(random.integers(6, 40))] = False
    return Service(
        number=number,
        offset_s=int(random.integers(1, 60)),
        events=events,
        scraped=scraped,
        restarts=np.sort(random.integers(100, MINUTES - 100, 3)),
    )


def services() -> Iterator[Service]:
    return (service(number) for number in range(SERVICES))


def built(folder: Path) -> Path:
    """The blocks, written once; some minutes the first time."""
    blocks, stamp = folder / "blocks", folder / "layout.json"
    if stamp.exists() and json.loads(stamp.read_text()) == LAYOUT:
        return blocks
    shutil.rmtree(folder, ignore_errors=True)
    made(blocks)
    readings = [(each.name, each.offset_s, each.counters().astype(np.int32), each.scraped) for each in services()]
    days = range(-(-MINUTES // 1440))
    done = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for _day in pool.map(lambda day: _day_block(day, readings, blocks), days):
            done += 1
            say(f"bench data: day {done} of {len(days)}")
    stamp.write_text(json.dumps(LAYOUT))
    return blocks


def _day_block(day: int, readings: list[tuple[str, int, NDArray[np.int32], NDArray[np.bool_]]], blocks: Path) -> None:
    text = blocks.parent / f"day-{day}.om"
    low, high = day * 1440, min((day + 1) * 1440, MINUTES)
    start = int(START.timestamp())
    with text.open("w") as out:
        kind = ""
        for place, (metric, label, value) in enumerate(SERIES):
            if metric != kind:
                kind = metric
                out.write(
                    f"# TYPE {metric.removesuffix('_total')} {'counter' if metric.endswith('_total') else 'unknown'}\n"
                )
            for name, offset_s, counters, scraped in readings:
                minutes = np.flatnonzero(scraped[low:high]) + low
                stamps = start + minutes * SCRAPE_S + offset_s
                head = f'{metric}{{service="{name}",{label}="{value}"}} '
                values = counters[place, minutes]
                out.write("".join(f"{head}{v} {t}\n" for v, t in zip(values.tolist(), stamps.tolist(), strict=True)))
        out.write("# EOF\n")
    # A folder of its own: two promtools would fight for the lock of one.
    apart = blocks.parent / f"day-{day}"
    command = [
        "promtool",
        "tsdb",
        "create-blocks-from",
        "--max-block-duration=24h",
        "openmetrics",
        "-q",
        str(text),
        str(apart),
    ]
    subprocess.run(command, check=True, capture_output=True)
    text.unlink()
    for block in apart.iterdir():
        block.rename(blocks / block.name)
    apart.rmdir()
