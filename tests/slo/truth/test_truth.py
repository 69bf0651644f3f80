"""A real Prometheus, a real broker and real workers against figures from the generator's truth, in plain arithmetic."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from relportal.core.models import WorkItem
from relportal.core.permissions import SYSTEM
from slo.actions.backfill import request_backfill
from slo.domain.burn import default_rules
from slo.models import (
    Backfill,
    BurnAlert,
    BurnRule,
    Indicator,
    IndicatorKind,
    IndicatorState,
    Measurement,
    Objective,
    Series,
    Source,
    SourceState,
    Status,
)
from tests import make
from tests.slo.prom import Counter, Server, load, needs_prometheus, serving
from tests.slo.truth.portal import Portal, eventually, running
from tests.slo.truth.world import World, burn, figures, stamp

pytestmark = [needs_prometheus, pytest.mark.truth, pytest.mark.xdist_group("truth")]

BEGIN = "2026-02-28 00:00"
FINISH = "2026-04-01 05:00"
# New York's clocks change on 8 March: the month has 44,580 minutes and begins at 05:00 UTC.
MARCH = (stamp("2026-03-01 05:00"), stamp("2026-04-01 04:00"))
FIRST = dt.datetime(2026, 3, 31, 20, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=5)
SETTLED = dt.timedelta(seconds=95)
LATE = (int(FIRST.timestamp()) + 600, int(FIRST.timestamp()) + 1200)


def after(text: str, offset: int) -> int:
    """The number of the first scrape after an instant of the grid: a restart there loses nothing that a reader of the grid
    did not see (one in between loses what was counted since; bench/ prints how much that is)."""
    return -(-(stamp(text) - stamp(BEGIN) - offset) // 60)


def world(name: str, seed: int, **options: Any) -> World:
    return World(name, stamp(BEGIN), stamp(FINISH), offset=7 * seed % 50 + 3, seed=seed, **options)


@dataclass(frozen=True, slots=True)
class Setting:
    """All that the tests of this file share; they run in order, each goes on where the one before ended."""

    portal: Portal
    prometheus: Server
    worlds: dict[str, World]
    source: Source
    availability: Indicator
    fast: Indicator


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
    from relportal.core.models import Service

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


def check(setting: Setting, *, at: dt.datetime) -> None:
    """Every figure of every objective, and every row of the last three days, against the truth."""
    end = int(at.timestamp())
    for status in Status.objects.select_related("objective__service", "objective__indicator"):
        objective = status.objective
        world = setting.worlds[objective.service.slug]
        where = f"{objective.service.slug} {objective.indicator.slug} {objective.window_kind} at {at}"
        allowed = float(1 - objective.target)
        what = "slow" if objective.indicator.slug == "fast" else "bad"
        days = objective.window_days or 0
        start = MARCH[0] if objective.window_kind == "month" else (end - days * 86_400) // 3600 * 3600
        if objective.window_kind == "rolling" and days < 3:
            start = end - days * 86_400
        expected = figures(world, start, end, allowed=allowed, what=what)
        assert status.at == at, where
        assert (status.bad, status.total) == (expected.bad, expected.total), where
        for name in ("sli", "consumed", "remaining"):
            assert getattr(status, name) == pytest.approx(getattr(expected, name), rel=1e-12, abs=1e-12), (
                f"{where}: {name}"
            )
        for name, seconds in (("5m", 300), ("30m", 1800), ("1h", 3600), ("2h", 7200), ("6h", 21_600), ("1d", 86_400)):
            rate = burn(world, end, seconds, allowed=allowed, what=what)
            found = getattr(status, f"burn_{name}")
            assert (found is None) == (rate is None), f"{where}: burn {name} is {found}, not {rate}"
            assert rate is None or found == pytest.approx(rate, rel=1e-12), f"{where}: burn {name}"
    check_rows(setting, end=end)


def check_rows(setting: Setting, *, end: int) -> None:
    """There is one row for each five minutes, and each differs from the first as the truth does."""
    for series in Series.objects.select_related("service", "indicator"):
        world = setting.worlds[series.service.slug]
        begin = end - 2 * 86_400
        rows = {
            int(row.instant.timestamp()): row
            for row in Measurement.objects.filter(
                series=series, instant__gte=dt.datetime.fromtimestamp(begin, tz=dt.UTC)
            ).order_by("instant")
        }
        assert sorted(rows) == list(range(begin, end + 1, 300)), series
        base, zero = world.known(begin), rows[begin]
        assert base is not None
        for instant, row in rows.items():
            now = world.known(instant)
            assert now is not None
            bad = now.bad - base.bad
            if series.indicator.slug == "fast":
                bad = now.total - base.total - (now.fast - base.fast)
            where = f"{series} at {dt.datetime.fromtimestamp(instant, tz=dt.UTC)}"
            assert (row.bad - zero.bad, row.total - zero.total) == (bad, now.total - base.total), where


def everything() -> list[Any]:
    return list(
        Measurement.objects.order_by("series", "instant").values_list("series", "instant", "bad", "total", "covered_s")
    )


def late_data_arrives(setting: Setting) -> None:
    """Prometheus learns what it did not have: a block that was not there before."""
    setting.prometheus.stop()
    load(setting.worlds["late"].counters(since=LATE[0]), setting.prometheus.data)
    setting.prometheus.start()


def test_every_sli_budget_and_burn_rate_is_the_truth(setting: Setting) -> None:
    check(setting, at=FIRST)
    month = Status.objects.get(objective__window_kind="month", objective__service__slug="checkout")
    assert month.window_start == dt.datetime.fromtimestamp(MARCH[0], tz=dt.UTC)


def both_above(world: World, at: dt.datetime, *, factor: float) -> bool:
    """Whether the last hour and the last five minutes both burnt faster than `factor`, by the truth."""
    rates = [burn(world, int(at.timestamp()), seconds, allowed=0.01) for seconds in (3600, 300)]
    return all(rate is not None and rate > factor for rate in rates)


def test_alerts_fired_for_the_service_that_burns_and_for_no_other_at_random(setting: Setting) -> None:
    page = BurnAlert.objects.get(
        objective__service__slug="burning", objective__indicator__slug="availability", long_s=3600
    )

    # It burnt before the portal began to judge: the history that was read tells since when.
    world, began = setting.worlds["burning"], FIRST
    while both_above(world, began - STEP, factor=page.factor):
        began -= STEP
    assert began < FIRST
    assert (page.fired_at, page.resolved_at) == (began, None)
    assert page.burn_long == pytest.approx(burn(world, int(began.timestamp()), 3600, allowed=0.01), rel=1e-12)
    assert not BurnAlert.objects.filter(objective__service__slug__in=["checkout", "lazy"]).exists()


def test_collecting_again_and_by_several_workers_at_once_changes_nothing(setting: Setting) -> None:
    before = everything()
    setting.portal.start_worker()
    for _each in range(4):
        WorkItem.objects.filter(kind="slo.collect").update(
            due_at=setting.portal.now, lease_until=None, lease_token=None
        )
        setting.portal.tick()
        setting.portal.tick()
    setting.portal.run_due()

    assert everything() == before


def test_what_comes_late_is_counted_once_when_it_is_there(setting: Setting) -> None:
    portal = setting.portal
    at = FIRST + 4 * STEP
    portal.run_due(at=at + SETTLED)
    status = Status.objects.get(objective__service__slug="late")
    assert status.total is not None
    before = status.total

    late_data_arrives(setting)
    portal.run_due(at=at + STEP + SETTLED)

    status.refresh_from_db()
    assert status.total > before
    check(setting, at=at + STEP)


def test_a_worker_killed_in_mid_batch_loses_and_doubles_nothing(setting: Setting) -> None:
    portal = setting.portal
    at = FIRST + 6 * STEP
    before = everything()
    (portal.home / "hold").touch()
    portal.set_clock(at + SETTLED)
    portal.tick()
    eventually((portal.home / "held").exists)
    portal.stop_workers()
    (portal.home / "hold").unlink()
    assert everything() == before

    portal.start_worker()
    # The lease of the dead worker has to end first.
    portal.run_due(at=at + SETTLED + dt.timedelta(seconds=130))

    check(setting, at=at)


def recovered(portal: Portal, *, at: dt.datetime) -> None:
    """Runs what is due when the leases from before a failure have ended, or those of claims that were made while it lasted."""
    try:
        portal.run_due(at=at + SETTLED + dt.timedelta(seconds=130))
    except AssertionError:
        portal.run_due(at=at + SETTLED + dt.timedelta(seconds=255))


def test_a_broker_that_forgets_everything_loses_nothing(setting: Setting) -> None:
    portal = setting.portal
    at = FIRST + 8 * STEP
    portal.set_clock(at + SETTLED)
    WorkItem.objects.filter(kind="slo.collect").update(due_at=portal.now)
    portal.tick()
    portal.valkey.stop()
    for part in portal.valkey.folder.glob("appendonlydir/*"):
        part.unlink()
    portal.valkey.ensure()

    # Whatever was claimed and never reached a worker is due again when its lease ends.
    recovered(portal, at=at)

    check(setting, at=at)


def test_a_database_that_is_restarted_in_mid_batch_loses_and_doubles_nothing(setting: Setting) -> None:
    portal = setting.portal
    at = FIRST + 10 * STEP
    (portal.home / "held").unlink(missing_ok=True)
    (portal.home / "hold").touch()
    portal.set_clock(at + SETTLED)
    portal.tick()
    eventually((portal.home / "held").exists)
    portal.postgres.stop()
    (portal.home / "hold").unlink()
    portal.postgres.ensure()
    from django.db import connection

    connection.close()
    portal.stop_workers()
    portal.start_worker()
    recovered(portal, at=at)

    check(setting, at=at)


def test_a_source_that_is_down_keeps_its_numbers_says_so_and_catches_up(setting: Setting) -> None:
    portal = setting.portal
    before = everything()
    statuses = list(Status.objects.order_by("pk").values_list("at", "sli", "remaining"))
    setting.prometheus.stop()
    down = FIRST + 12 * STEP + SETTLED
    for minutes in (0, 5, 10, 15, 20):
        portal.run_due(at=down + dt.timedelta(minutes=minutes))

    state = SourceState.objects.get()
    assert state.unavailable_since is not None
    assert state.circuit_open_until is not None
    assert "cannot be reached" in state.last_error
    assert everything() == before
    assert list(Status.objects.order_by("pk").values_list("at", "sli", "remaining")) == statuses
    assert set(Status.objects.values_list("reason", "alerts_frozen")) == {("source_unavailable", True)}

    setting.prometheus.start()
    back = FIRST + 24 * STEP
    portal.run_due(at=back + SETTLED)

    back_again = SourceState.objects.get(pk=state.pk)
    assert back_again.unavailable_since is None
    assert back_again.last_error == ""
    assert set(IndicatorState.objects.values_list("watermark", flat=True)) == {back}
    check(setting, at=back)
    assert not Status.objects.filter(reason="source_unavailable").exists()


def test_the_alert_is_over_and_kept_as_history(setting: Setting) -> None:
    page = BurnAlert.objects.get(
        objective__service__slug="burning", objective__indicator__slug="availability", long_s=3600
    )

    assert page.resolved_at is not None
    assert page.peak_burn >= page.burn_long
    assert (
        not Objective.objects.get(pk=page.objective_id).burn_alerts.filter(resolved_at=None, severity="page").exists()
    )


def test_the_end_of_the_month_is_the_end_of_its_window(setting: Setting) -> None:
    """A month with a clock change: 44,580 minutes, and the new one begins with no number at all."""
    portal = setting.portal
    midnight = dt.datetime.fromtimestamp(MARCH[1], tz=dt.UTC)
    portal.run_due(at=midnight - STEP + SETTLED)
    month = Status.objects.get(objective__window_kind="month", objective__service__slug="burning")
    expected = figures(setting.worlds["burning"], MARCH[0], MARCH[1] - 300, allowed=0.01)
    assert month.remaining == pytest.approx(expected.remaining, rel=1e-12)

    portal.run_due(at=midnight + SETTLED)

    month.refresh_from_db()
    assert (month.band, month.reason, month.sli) == ("no_data", "period_begins", None)
