from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import User
from slo.actions.backfill import request_backfill, run_backfill
from slo.actions.collect import collect_source
from slo.models import Backfill, Measurement, Objective, Status, Via
from tests import make
from tests.slo.prom import Counter, Server, grid, load, needs_prometheus, serving

AT = dt.datetime(2026, 11, 2, 12, 5, tzinfo=dt.UTC)
TICK = AT + dt.timedelta(seconds=100)
pytestmark = [needs_prometheus, pytest.mark.django_db]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Twelve days: checkout has 60 requests a minute with 3 errors; search began five days ago."""
    data = tmp_path_factory.mktemp("prometheus") / "data"
    at = grid(AT - dt.timedelta(days=12), AT + dt.timedelta(hours=1), offset_s=13)
    minutes = np.arange(len(at)).astype(np.float64)
    young = at >= int((AT - dt.timedelta(days=5)).timestamp())
    load(
        [
            Counter("http_requests_total", {"service": "checkout", "code": "200"}, at, 1000 + 57 * minutes),
            Counter("http_requests_total", {"service": "checkout", "code": "500"}, at, 3 * minutes),
            Counter("http_requests_total", {"service": "search", "code": "200"}, at[young], 6 * minutes[young]),
        ],
        data,
    )
    with serving(data) as server:
        yield server


@pytest.fixture
def objective(prometheus: Server) -> Objective:
    source = make.source(url=prometheus.url)
    indicator = make.indicator(source=source, good='http_requests_total{code!~"5.."}', total="http_requests_total")
    made = make.objective(
        service=make.service(slug="checkout"), indicator=indicator, target=Decimal("0.9"), window_days=7
    )
    make.objective(service=make.service(slug="search"), indicator=indicator, target=Decimal("0.9"), window_days=7)
    return made


def fill(objective: Objective, user: User, *, days: int = 10) -> Backfill:
    collect_source(objective.indicator.source_id, at=TICK)
    backfill = request_backfill(user, objective.indicator, days=days, at=TICK)
    run_backfill(backfill.pk, at=TICK)
    backfill.refresh_from_db()
    return backfill


def test_history_lies_below_the_first_rows_and_makes_windows_whole(objective: Objective, lead: User) -> None:
    backfill = fill(objective, lead)

    assert (backfill.state, backfill.error) == ("done", "")
    assert backfill.chunks_done == backfill.chunks_total
    rows = Measurement.objects.filter(series=objective.series).order_by("instant")
    first, last = rows[0], rows.last()
    assert last is not None
    assert first.instant == AT.replace(minute=0) - dt.timedelta(days=10)
    assert (last.bad, last.total) == (45.0, 900.0)
    minutes = (last.instant - first.instant).total_seconds() / 60
    assert last.total - first.total == 60 * minutes
    assert last.bad - first.bad == 3 * minutes
    assert last.covered_s - first.covered_s == 60 * minutes
    assert set(rows.values_list("via", flat=True)) == {Via.RAW, Via.HOURLY}
    status = Status.objects.get(objective=objective)
    assert status.coverage == 1.0
    assert status.total == pytest.approx(60 * 7 * 24 * 60, rel=0.006)
    assert status.sli == pytest.approx(0.95)
    assert status.burn_3d == pytest.approx(0.5)
    assert status.spark[0] == 1.0
    assert status.spark[-1] == pytest.approx(status.remaining)


def test_a_service_that_began_later_has_no_history_before_its_first_sample(objective: Objective, lead: User) -> None:
    fill(objective, lead)
    search = Objective.objects.get(service__slug="search")

    begun = AT - dt.timedelta(days=5)
    assert search.series.started_at is not None
    assert abs(search.series.started_at - begun) <= dt.timedelta(hours=1)
    assert Status.objects.get(objective=search).coverage == pytest.approx(1.0, abs=0.01)


def test_a_second_backfill_of_the_same_days_changes_no_row(objective: Objective, lead: User) -> None:
    fill(objective, lead)
    before = list(Measurement.objects.order_by("series", "instant").values_list())

    again = request_backfill(lead, objective.indicator, days=10, at=TICK)
    run_backfill(again.pk, at=TICK)

    assert list(Measurement.objects.order_by("series", "instant").values_list()) == before


def test_a_run_that_is_cut_short_goes_on_where_it_stopped(objective: Objective, lead: User) -> None:
    collect_source(objective.indicator.source_id, at=TICK)
    backfill = request_backfill(lead, objective.indicator, days=10, at=TICK)

    runs = 0
    while run_backfill(backfill.pk, at=TICK, slice_s=0).again_in is not None:
        runs += 1
        assert runs < 20
    rows = list(Measurement.objects.filter(series=objective.series).order_by("instant"))

    assert runs == 10
    assert rows[-1].total - rows[0].total == 60 * (rows[-1].instant - rows[0].instant).total_seconds() / 60


def test_history_is_asked_for_once_at_a_time_by_those_who_may(objective: Objective, lead: User, bob: User) -> None:
    with pytest.raises(NotAllowed):
        request_backfill(bob, objective.indicator, days=10, at=TICK)
    with pytest.raises(Invalid, match="1 to 800 days"):
        request_backfill(lead, objective.indicator, days=0, at=TICK)
    request_backfill(lead, objective.indicator, days=10, at=TICK)
    with pytest.raises(Conflict):
        request_backfill(lead, objective.indicator, days=10, at=TICK)
