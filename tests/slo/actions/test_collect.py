from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from slo.actions.collect import collect_source
from slo.models import IndicatorState, Measurement, Status
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
