"""What the ladder costs at 1,000 services: a look at all of them, the page of all, and that of one."""

from __future__ import annotations

import time
from typing import Final

from django.utils import timezone

from bench import asked, pages
from bench.report import Report
from reports.actions.ladder import ship_ladder
from reports.actions.levels import evaluate

MOST_S: Final = 5.0
MOST_MS: Final = 150.0
PAGES: Final = (
    ("ladder of 1,000 services", "/scorecards/ladder/"),
    ("ladder of one service", "/scorecards/ladder/services/service-7/"),
    ("teams side by side", "/scorecards/teams/"),
)


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - the ladder never asks Prometheus
    pages.peopled()
    ship_ladder(at=timezone.now())
    for name in ("a look at all services, first", "a look at all services, again"):
        begun = time.perf_counter()
        done = evaluate(at=timezone.now())
        taken = time.perf_counter() - begun
        report.add(name, f"{taken:.2f} s, {done.services}", target=f"<= {MOST_S:.0f} s", met=taken <= MOST_S)
    with asked.reader() as client:
        for name, address in PAGES:
            asked.page(report, client, name, address, most_ms=MOST_MS)
