from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from slo.actions.collect import Collected, collect_source
from slo.models import Indicator, IndicatorState, Measurement, Objective, Series, Source, Status
from tests import make
from tests.slo.prom import Counter, Server, grid, load, needs_prometheus, serving

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
pytestmark = [needs_prometheus, pytest.mark.django_db]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two services for a day: checkout has 60 requests a minute and 3 errors, search 6 a minute and none."""
    data = tmp_path_factory.mktemp("prometheus") / "data"
    at = grid(AT - dt.timedelta(days=1), AT + dt.timedelta(hours=1), offset_s=13)
    minutes = np.arange(len(at), dtype=np.float64)
    load(
        [
            Counter("http_requests_total", {"service": "checkout", "code": "200"}, at, 1000 + 57.0 * minutes),
            Counter("http_requests_total", {"service": "checkout", "code": "500"}, at, 3.0 * minutes),
            Counter("http_requests_total", {"service": "search", "code": "200"}, at, 6.0 * minutes),
            Counter("http_requests_total", {"service": "unheard-of", "code": "200"}, at, 6.0 * minutes),
        ],
        data,
    )
    with serving(data) as server:
        yield server


def test_a_tick_collects_cumulates_and_writes_the_status(prometheus: Server) -> None:
    source = make.source(url=prometheus.url)
    indicator = make.indicator(source=source, good='http_requests_total{code!~"5.."}', total="http_requests_total")
    checkout, search = make.service(slug="checkout"), make.service(slug="find", aliases=["search"])
    objective = make.objective(service=checkout, indicator=indicator, target=Decimal("0.9"))

    done = collect_source(source.pk, at=AT + dt.timedelta(seconds=100))

    assert done.error == ""
    assert done.queries == 1
    assert done.watermark == AT
    rows = Measurement.objects.filter(series=objective.series).order_by("instant")
    assert [(row.bad, row.total, row.covered_s) for row in rows] == [
        (0.0, 0.0, 0.0),
        (15.0, 300.0, 300.0),
        (30.0, 600.0, 600.0),
        (45.0, 900.0, 900.0),
    ]
    status = Status.objects.get(objective=objective)
    assert (status.bad, status.total, status.at) == (45.0, 900.0, AT)
    assert status.sli == pytest.approx(0.95)
    assert status.remaining == pytest.approx(0.5)
    assert status.burn_5m == pytest.approx(0.5)
    assert status.band == "healthy"
    state = IndicatorState.objects.get(indicator=indicator)
    assert state.unmapped == ["unheard-of"]
    assert set(indicator.mappings.values_list("label_value", "service__slug")) == {
        ("checkout", "checkout"),
        ("search", "find"),
    }
    assert Measurement.objects.filter(series__service=search).count() == 4


def test_a_second_tick_adds_only_what_is_new(prometheus: Server) -> None:
    source = make.source(url=prometheus.url)
    indicator = make.indicator(source=source, good='http_requests_total{code!~"5.."}', total="http_requests_total")
    objective = make.objective(service=make.service(slug="checkout"), indicator=indicator, target=Decimal("0.9"))
    collect_source(source.pk, at=AT + dt.timedelta(seconds=100))

    again = collect_source(source.pk, at=AT + dt.timedelta(seconds=130))
    later = collect_source(source.pk, at=AT + dt.timedelta(seconds=400))

    assert again.rows == 0
    assert later.rows == 1
    assert Measurement.objects.filter(series=objective.series).latest("instant").total == 1200.0


def ticked(source: Source, number: int) -> Collected:
    return collect_source(source.pk, at=AT + number * dt.timedelta(minutes=5) + dt.timedelta(seconds=100))


def test_an_indicator_that_fails_stays_where_it_was_while_the_others_go_on(prometheus: Server) -> None:
    source = make.source(url=prometheus.url)
    good = make.indicator(source=source, good='http_requests_total{code!~"5.."}', total="http_requests_total")
    other = make.indicator(source=source, good='http_requests_total{code!~"5.."}', total="http_requests_total")
    checkout = make.service(slug="checkout")
    going, failing = make.objective(service=checkout, indicator=good), make.objective(service=checkout, indicator=other)
    for number in range(3):
        assert ticked(source, number).error == ""
    Indicator.objects.filter(pk=other.pk).update(good="sum(nonsense(")

    assert ticked(source, 3).error == ""

    assert Status.objects.get(objective=going).at == AT + dt.timedelta(minutes=15)
    assert Status.objects.get(objective=failing).at == AT + dt.timedelta(minutes=10)
    assert IndicatorState.objects.get(indicator=other).error


def test_what_is_changed_between_two_ticks_is_seen_by_the_second(prometheus: Server) -> None:
    """Targets, mappings, objectives: what a tick remembers of the last one must not outlive a change."""
    source = make.source(url=prometheus.url)
    indicator = make.indicator(source=source, good='http_requests_total{code!~"5.."}', total="http_requests_total")
    checkout, search = make.service(slug="checkout"), make.service(slug="search")
    first = make.objective(service=checkout, indicator=indicator, target=Decimal("0.9"))
    for number in range(2):
        ticked(source, number)
    assert Status.objects.get(objective=first).remaining == pytest.approx(0.5)
    Objective.objects.filter(pk=first.pk).update(target=Decimal("0.8"))
    second = make.objective(service=search, indicator=indicator)
    unheard = make.service(slug="unheard-of")

    ticked(source, 2)

    assert Status.objects.get(objective=first).remaining == pytest.approx(0.75)
    assert Status.objects.get(objective=second).at == AT + dt.timedelta(minutes=10)
    assert Series.objects.filter(indicator=indicator, service=unheard, started_at__isnull=False).exists()
    Objective.objects.filter(pk=second.pk).update(retired_at=AT)
    Status.objects.filter(objective=second).update(band="healthy", at=AT)

    ticked(source, 3)

    assert Status.objects.get(objective=second).at == AT
    assert Status.objects.get(objective=first).at == AT + dt.timedelta(minutes=15)
