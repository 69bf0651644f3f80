"""What the truth tests share, and every figure of it held against the truth."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from slo.models import Indicator, IndicatorState, Measurement, Series, Source, Status
from tests.slo.prom import Server
from tests.slo.truth.portal import Portal, StillDueError
from tests.slo.truth.world import World, burn, figures, stamp

BEGIN = "2026-02-28 00:00"
FINISH = "2026-04-01 05:00"
# New York's clocks change on 8 March: the month has 44,580 minutes and begins at 05:00 UTC.
MARCH = (stamp("2026-03-01 05:00"), stamp("2026-04-01 04:00"))
FIRST = dt.datetime(2026, 3, 31, 20, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=5)
SETTLED = dt.timedelta(seconds=95)
LATE = (int(FIRST.timestamp()) + 600, int(FIRST.timestamp()) + 1200)


@dataclass(frozen=True, slots=True)
class Setting:
    """All that the tests of this file share; they run in order, each goes on where the one before ended."""

    portal: Portal
    prometheus: Server
    worlds: dict[str, World]
    source: Source
    availability: Indicator
    fast: Indicator


def recovered(portal: Portal, *, at: dt.datetime) -> None:
    """Runs what is due until all is collected up to `at`: when the leases from before a failure have ended, and again when
    a try failed (on a busy machine the first one after a restart may), but never so late that the next instant is due."""
    for later in (130, 260, 280, 299):
        with contextlib.suppress(StillDueError):
            portal.run_due(at=at + SETTLED + dt.timedelta(seconds=later))
            if set(IndicatorState.objects.values_list("watermark", flat=True)) == {at}:
                return
    pytest.fail(portal.trouble())


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
