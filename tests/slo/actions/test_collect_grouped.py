"""A real Prometheus with more series than its source allows: counts come from grouped increases, and say so."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest
from django.test import Client
from numpy.typing import NDArray
from pytest_django.asserts import assertContains

from relportal.core.models import Service, User
from slo.actions.collect import Collected, collect_source
from slo.models import Indicator, IndicatorKind, IndicatorState, Measurement, Objective, Source, Status, Via
from tests import make
from tests.slo.prom import Counter, Server, grid, load, needs_prometheus, serving

pytestmark = [needs_prometheus, pytest.mark.django_db]

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=5)
NAMES = ("checkout", "mail", "search")
PODS = ("a", "b")
TICKS = 9
# Twelve series are read raw; grouped, three services answer for all events and three for the bad ones.
ALLOWED = 7


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What each counter counted between two scrapes; `restart` is the scrape at which it began anew."""

    labels: dict[str, str]
    at: NDArray[np.int64]
    events: NDArray[np.int64]
    restart: int | None = None

    def counter(self) -> Counter:
        values = 50_000 + np.cumsum(self.events).astype(np.float64)
        if self.restart is not None:
            values[self.restart :] -= values[self.restart - 1]
        return Counter("http_requests_total", self.labels, self.at, values)

    def between(self, start: dt.datetime, end: dt.datetime) -> int:
        return int(self.events[(self.at > start.timestamp()) & (self.at <= end.timestamp())].sum())

    def young(self, end: dt.datetime) -> bool:
        """A counter that began anew is not stretched below zero, so an increase that begins just there is a little less."""
        return self.restart is not None and 0 <= end.timestamp() - self.at[self.restart] < 2 * STEP.total_seconds()


@pytest.fixture(scope="module")
def world() -> list[Made]:
    random = np.random.default_rng(11)
    found = []
    for number, (name, pod, code) in enumerate(itertools.product(NAMES, PODS, ("200", "500"))):
        at = grid(AT - dt.timedelta(hours=2), AT + dt.timedelta(hours=1), offset_s=3 + 4 * number)
        events = random.poisson(90 if code == "200" else 3, len(at))
        restart = 120 + 17 if (name, pod) == ("mail", "b") else None
        found.append(Made({"service": name, "pod": pod, "code": code}, at, events, restart))
    return found


@pytest.fixture(scope="module")
def prometheus(world: list[Made], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("grouped") / "data"
    load([each.counter() for each in world], data)
    with serving(data) as server:
        yield server


@pytest.fixture
def services(db: None) -> dict[str, Service]:
    return {name: make.service(slug=name) for name in NAMES}


def availability(source: Source, services: dict[str, Service]) -> tuple[Indicator, dict[str, Objective]]:
    indicator = make.indicator(
        source=source,
        kind=IndicatorKind.RATIO_BAD,
        bad='http_requests_total{code=~"5.."}',
        total="http_requests_total",
        good="",
    )
    return indicator, {
        name: make.objective(service=service, indicator=indicator, target=Decimal("0.9"))
        for name, service in services.items()
    }


def ticked(source: Source, number: int) -> Collected:
    done = collect_source(source.pk, at=AT + number * STEP + dt.timedelta(seconds=100))
    assert done.error == ""
    return done


def steps(objective: Objective) -> list[tuple[dt.datetime, float, float]]:
    rows = list(Measurement.objects.filter(series=objective.series).order_by("instant"))
    return [(now.instant, now.bad - before.bad, now.total - before.total) for before, now in itertools.pairwise(rows)]


def test_above_the_series_limit_counts_come_from_grouped_increases_and_are_still_true(
    prometheus: Server, world: list[Made], services: dict[str, Service]
) -> None:
    source = make.source(url=prometheus.url, series_limit=ALLOWED)
    indicator, objectives = availability(source, services)

    done = [ticked(source, number) for number in range(TICKS)]

    # Raw counters are tried once, then left alone.
    assert [each.queries for each in done] == [2] + [1] * (TICKS - 1)
    state = IndicatorState.objects.get(indicator=indicator)
    assert (state.via, state.error, state.watermark) == (Via.GROUPED, "", AT + (TICKS - 1) * STEP)
    for name, objective in objectives.items():
        found = steps(objective)
        assert len(found) == TICKS + 2
        for end, bad, total in found:
            mine = [each for each in world if each.labels["service"] == name]
            wanted = [each.between(end - STEP, end) for each in mine]
            failed = [one for one, each in zip(wanted, mine, strict=True) if each.labels["code"] == "500"]
            near = 0.02 if any(each.young(end) for each in mine) else 1e-6
            assert total == pytest.approx(sum(wanted), rel=near)
            assert bad == pytest.approx(sum(failed), rel=near)


def test_grouped_and_raw_counts_of_the_same_counters_agree(prometheus: Server, services: dict[str, Service]) -> None:
    small, large = (make.source(url=prometheus.url, series_limit=limit) for limit in (ALLOWED, 50_000))
    (_one, grouped), (_other, raw) = availability(small, services), availability(large, services)

    for number in range(TICKS):
        ticked(small, number)
        ticked(large, number)

    for name in ("checkout", "search"):
        assert [end for end, _bad, _total in steps(grouped[name])] == [end for end, _bad, _total in steps(raw[name])]
        for mine, theirs in zip(steps(grouped[name]), steps(raw[name]), strict=True):
            assert mine[1:] == pytest.approx(theirs[1:], rel=1e-6)
        by = {each.objective_id: each for each in Status.objects.all()}
        assert by[grouped[name].pk].via == Via.GROUPED
        assert by[raw[name].pk].via == Via.RAW
        assert by[grouped[name].pk].sli == pytest.approx(by[raw[name].pk].sli, abs=1e-9)


def test_the_page_of_an_objective_says_that_its_counts_are_grouped_increases(
    prometheus: Server, services: dict[str, Service], client: Client, lead: User
) -> None:
    source = make.source(url=prometheus.url, series_limit=ALLOWED)
    _indicator, objectives = availability(source, services)
    ticked(source, 0)
    client.force_login(lead)

    assertContains(client.get(f"/slos/{objectives['checkout'].pk}/"), "grouped increase")


def test_a_limit_that_even_grouped_increases_exceed_is_an_error_with_the_way_out(
    prometheus: Server, services: dict[str, Service], client: Client, lead: User
) -> None:
    source = make.source(url=prometheus.url, series_limit=2)
    indicator, objectives = availability(source, services)

    ticked(source, 0)

    state = IndicatorState.objects.get(indicator=indicator)
    assert "the source allows 2" in state.error
    assert state.watermark is None
    assert not Measurement.objects.filter(series=objectives["checkout"].series).exists()
    client.force_login(lead)
    assertContains(client.get(f"/indicators/{indicator.slug}/"), "Add label matchers")


def test_raw_counters_are_read_again_the_day_after_the_limit_was_raised(
    prometheus: Server, services: dict[str, Service]
) -> None:
    source = make.source(url=prometheus.url, series_limit=ALLOWED)
    indicator, _objectives = availability(source, services)
    ticked(source, 0)
    assert IndicatorState.objects.get(indicator=indicator).via == Via.GROUPED
    Source.objects.filter(pk=source.pk).update(series_limit=50_000)
    ticked(source, 1)
    assert IndicatorState.objects.get(indicator=indicator).via == Via.GROUPED

    midnight = AT.replace(hour=0) + dt.timedelta(days=1)
    done = collect_source(source.pk, at=midnight + dt.timedelta(seconds=100))

    assert (done.error, done.watermark) == ("", midnight)
    assert IndicatorState.objects.get(indicator=indicator).via == Via.RAW
