"""The worlds, the Prometheus that knows them, and the portal that watches it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from relportal.core.models import Service, WorkItem
from relportal.core.permissions import SYSTEM
from slo.actions.backfill import request_backfill
from slo.domain.burn import default_rules
from slo.models import Backfill, BurnRule, Indicator, IndicatorKind
from tests import make
from tests.slo.prom import Counter, Server, load, serving
from tests.slo.truth.portal import running
from tests.slo.truth.setting import BEGIN, FINISH, FIRST, LATE, SETTLED, Setting
from tests.slo.truth.world import World, stamp


def after(text: str, offset: int) -> int:
    """The number of the first scrape after an instant of the grid: a restart there loses nothing that a reader of the grid
    did not see (one in between loses what was counted since; bench/ prints how much that is)."""
    return -(-(stamp(text) - stamp(BEGIN) - offset) // 60)


def world(name: str, seed: int, **options: Any) -> World:
    return World(name, stamp(BEGIN), stamp(FINISH), offset=7 * seed % 50 + 3, seed=seed, **options)


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    all_of_them = [
        world(
            "checkout",
            1,
            pods=2,
            failing=0.00005,
            rate=60,
            restarts=tuple(
                after(each, 10)
                for each in ("2026-03-01 11:40", "2026-03-14 21:25", "2026-03-29 06:05", "2026-03-31 20:35")
            ),
        ),
        world(
            "search",
            2,
            failing=0.02,
            gaps=(
                (stamp("2026-03-10 10:02"), stamp("2026-03-10 14:41")),
                (stamp("2026-03-31 08:11"), stamp("2026-03-31 09:02")),
                (stamp("2026-03-31 19:31"), stamp("2026-03-31 19:34")),
            ),
            restarts=(after("2026-03-20 03:50", 17),),
        ),
        world("night", 3, failing=0.01, quiet_hours=(22, 6)),
        world("late", 4, failing=0.03),
        world(
            "lazy",
            5,
            failing=0.001,
            rate=5,
            restarts=(after("2026-03-05 12:10", 38), after("2026-03-31 20:10", 38)),
            lazy=True,
        ),
        world("burning", 6, failing=0.001, outages=((stamp("2026-03-31 19:10"), stamp("2026-03-31 20:20")),)),
    ]
    return {each.name: each for each in all_of_them}


@pytest.fixture(scope="module")
def prometheus(worlds: dict[str, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Everything but what comes late."""
    data = tmp_path_factory.mktemp("truth") / "data"
    counters: list[Counter] = []
    for each in worlds.values():
        if each.name == "late":
            counters += each.counters(until=LATE[0])
        else:
            counters += each.counters()
    load(counters, data)
    with serving(data) as server:
        yield server


@pytest.fixture(scope="module")
def setting(
    worlds: dict[str, World], prometheus: Server, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[Setting]:
    name = f"truth-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with running(tmp_path_factory.mktemp("portal"), name, django_db_blocker) as portal:
        portal.set_clock(FIRST + SETTLED)
        source = make.source(url=prometheus.url)
        availability = make.indicator(
            slug="availability",
            source=source,
            kind=IndicatorKind.RATIO_BAD,
            bad='http_requests_total{code=~"5.."}',
            total="http_requests_total",
            good="",
        )
        fast = make.indicator(
            slug="fast",
            source=source,
            kind=IndicatorKind.LATENCY_CLASSIC,
            histogram="http_request_duration_seconds",
            latency_s=0.3,
            good="",
            total="",
        )
        for world in worlds.values():
            make.service(slug=world.name)
        _promise(availability, fast)
        portal.start_worker()
        WorkItem.objects.update(due_at=portal.now)
        portal.run_due()
        for indicator in (availability, fast):
            request_backfill(SYSTEM, indicator, days=32, at=portal.now)
        portal.run_due()
        assert set(Backfill.objects.values_list("state", "error")) == {("done", "")}
        yield Setting(portal, prometheus, worlds, source, availability, fast)


PROMISES = (
    ("checkout", "availability", "0.9999", 30),
    ("checkout", "availability", "0.9999", "month"),
    ("search", "availability", "0.98", 30),
    ("search", "availability", "0.95", 1),
    ("night", "availability", "0.99", 7),
    ("late", "availability", "0.95", 1),
    ("lazy", "availability", "0.999", 30),
    ("burning", "availability", "0.99", "month"),
    ("burning", "fast", "0.9", 30),
    ("search", "fast", "0.85", 7),
)


def _promise(availability: Indicator, fast: Indicator) -> None:
    indicators = {"availability": availability, "fast": fast}
    for service, slug, target, window in PROMISES:
        days = window if isinstance(window, int) else None
        objective = make.objective(
            service=Service.objects.get(slug=service),
            indicator=indicators[slug],
            target=Decimal(target),
            window_kind="rolling" if days else "month",
            window_days=days,
            window_zone="" if days else "America/New_York",
        )
        for rule in default_rules(objective.window, target=objective.target):
            BurnRule.objects.create(
                objective=objective,
                long_s=rule.long_s,
                short_s=rule.short_s,
                factor=rule.factor,
                severity=rule.severity.value,
                min_failures=rule.min_failures,
            )
