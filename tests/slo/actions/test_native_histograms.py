"""Native histograms of a real Prometheus against every request that was made."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from slo.actions.collect import collect_source
from slo.actions.latency_days import BACK_DAYS, keep_days
from slo.models import Indicator, IndicatorKind, LatencyDay, Measurement, Objective, Status, Via
from tests import make
from tests.slo.prom import Server, grid, needs_prometheus, serving
from tests.slo.remote_write import FLAGS, NativeHistogram, send

pytestmark = [needs_prometheus, pytest.mark.django_db]

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
BEGIN, FINISH = AT - dt.timedelta(hours=1), AT + dt.timedelta(hours=1)
STEP = dt.timedelta(minutes=5)
SCHEMA, LOW, HIGH = 3, -80, 40
UPPER = 2.0 ** (np.arange(LOW, HIGH + 1) / 2**SCHEMA)
# Nobody asked for anything in these minutes after AT; the counters started anew in that one.
QUIET = range(15, 30)
RESTART = 42


@dataclass(frozen=True, slots=True, eq=False)
class Pod:
    """Every request that one pod of a service answered: `seconds[i]` of those between the scrapes i - 1 and i."""

    service: str
    name: str
    at: NDArray[np.int64]
    seconds: tuple[NDArray[np.float64], ...]
    restart: int

    def histogram(self) -> NativeHistogram:
        each = np.array([np.bincount(np.searchsorted(UPPER, one), minlength=len(UPPER)) for one in self.seconds])
        counts = np.cumsum(each, axis=0)
        if self.restart < len(counts):
            counts[self.restart :] -= counts[self.restart - 1]
        labels = {"service": self.service, "pod": self.name}
        return NativeHistogram("http_request_duration_seconds", labels, self.at, counts, LOW, SCHEMA)

    def between(self, start: dt.datetime, end: dt.datetime) -> NDArray[np.float64]:
        """What was counted by a scrape after `start`, up to the one at or before `end`."""
        wanted = np.flatnonzero((self.at > start.timestamp()) & (self.at <= end.timestamp()))
        return np.concatenate([self.seconds[one] for one in wanted])


def pod(service: str, name: str, *, seed: int, offset_s: int, rate: float, quiet: bool = False) -> Pod:
    random = np.random.default_rng(seed)
    at = grid(BEGIN, FINISH, offset_s=offset_s)
    minutes = (at - AT.timestamp()) // 60
    sizes = [0 if quiet and minute in QUIET else int(random.poisson(rate)) for minute in minutes]
    seconds = tuple(random.lognormal(np.log(0.2), 0.9, size) for size in sizes)
    restart = int(np.flatnonzero(minutes == RESTART)[0]) if seed == 1 else len(at)
    return Pod(service, name, at, seconds, restart)


@pytest.fixture(scope="module")
def pods() -> tuple[Pod, ...]:
    return (
        pod("checkout", "a", seed=1, offset_s=13, rate=40),
        pod("checkout", "b", seed=2, offset_s=31, rate=25),
        pod("search", "a", seed=3, offset_s=7, rate=60, quiet=True),
    )


@pytest.fixture(scope="module")
def prometheus(pods: tuple[Pod, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("native") / "data", flags=FLAGS) as server:
        send(server.url, [each.histogram() for each in pods])
        yield server


def indicator(prometheus: Server, *, latency_s: float) -> Indicator:
    return make.indicator(
        source=make.source(url=prometheus.url),
        kind=IndicatorKind.LATENCY_NATIVE,
        histogram="http_request_duration_seconds",
        latency_s=latency_s,
        good="",
        total="",
    )


def collected(one: Indicator, *, ticks: int) -> None:
    for number in range(ticks):
        done = collect_source(one.source_id, at=AT + number * STEP + dt.timedelta(seconds=100))
        assert done.error == ""
    one.refresh_from_db()
    assert one.state.error == ""


def measured(objective: Objective) -> list[tuple[dt.datetime, float, float, float]]:
    """End, bad events, all events and covered seconds of each step, oldest first."""
    rows = list(Measurement.objects.filter(series=objective.series).order_by("instant"))
    assert {row.via for row in rows[1:]} == {Via.GROUPED}
    return [
        (now.instant, now.bad - before.bad, now.total - before.total, now.covered_s - before.covered_s)
        for before, now in itertools.pairwise(rows)
    ]


def truth(pods: tuple[Pod, ...], service: str, start: dt.datetime, end: dt.datetime) -> NDArray[np.float64]:
    return np.concatenate([each.between(start, end) for each in pods if each.service == service])


def test_a_threshold_on_the_edge_of_a_bucket_counts_every_request_also_over_a_restart(
    prometheus: Server, pods: tuple[Pod, ...]
) -> None:
    one = indicator(prometheus, latency_s=0.5)
    objective = make.objective(service=make.service(slug="checkout"), indicator=one, target=Decimal("0.8"))

    collected(one, ticks=11)

    steps = measured(objective)
    assert len(steps) == 13
    for end, bad, total, covered in steps:
        requests = truth(pods, "checkout", end - STEP, end)
        assert total == pytest.approx(len(requests), rel=1e-4)
        assert bad == pytest.approx(np.count_nonzero(requests > 0.5), rel=1e-3)
        assert covered == 300
    whole = truth(pods, "checkout", steps[0][0] - STEP, steps[-1][0])
    assert Status.objects.get(objective=objective).sli == pytest.approx(np.mean(whole <= 0.5), abs=1e-4)


def test_a_threshold_inside_a_bucket_is_close_to_what_was_true(prometheus: Server, pods: tuple[Pod, ...]) -> None:
    one = indicator(prometheus, latency_s=0.3)
    objective = make.objective(service=make.service(slug="checkout"), indicator=one, target=Decimal("0.6"))

    collected(one, ticks=11)

    steps = measured(objective)
    whole = truth(pods, "checkout", steps[0][0] - STEP, steps[-1][0])
    status = Status.objects.get(objective=objective)
    assert status.sli == pytest.approx(np.mean(whole <= 0.3), abs=0.01)
    # Between the shares at the two bounds of its bucket, which are certain.
    low, high = (2.0 ** (edge / 2**SCHEMA) for edge in (-14, -13))
    assert low < 0.3 < high
    assert np.mean(whole <= low) <= status.sli <= np.mean(whole <= high)


def test_minutes_without_a_request_are_measured_and_have_none(prometheus: Server, pods: tuple[Pod, ...]) -> None:
    one = indicator(prometheus, latency_s=0.5)
    objective = make.objective(service=make.service(slug="search"), indicator=one)

    collected(one, ticks=8)

    quiet = {
        end for end, _bad, _total, _covered in measured(objective) if not len(truth(pods, "search", end - STEP, end))
    }
    assert len(quiet) == 3
    for end, bad, total, covered in measured(objective):
        assert (total == 0) is (end in quiet)
        assert bad >= 0
        assert covered == 300


def test_a_day_is_kept_at_bounds_of_which_each_request_is_known(
    prometheus: Server, pods: tuple[Pod, ...], settings: Any
) -> None:
    """A day of Kathmandu: from 18:15 UTC, so that no hour and no grid begins with it. All requests lie in the one before."""
    settings.COMPANY_TIME_ZONE = "Asia/Kathmandu"
    one = indicator(prometheus, latency_s=0.5)
    service = make.service(slug="checkout")
    make.service(slug="search")

    done = keep_days(one.source_id, at=AT + dt.timedelta(hours=8))

    assert (done.days, done.problem) == (BACK_DAYS, "")
    (row,) = LatencyDay.objects.exclude(services={})
    assert (row.day, len(row.services)) == (AT.date(), 2)
    layout, counts = row.services[str(service.pk)]
    bounds = row.layouts[layout]
    # What came with the first scrape of each counter nobody has seen grow.
    begun = BEGIN + dt.timedelta(minutes=1)
    seconds = truth(pods, "checkout", begun, FINISH)
    assert counts[-1] == pytest.approx(len(seconds), rel=0.02)
    share = {bound: count / counts[-1] for bound, count in zip(bounds, counts, strict=False)}
    for power in range(-12, 4):
        assert share[2.0 ** (power / 4)] == pytest.approx(float(np.mean(seconds <= 2.0 ** (power / 4))), abs=0.01)
