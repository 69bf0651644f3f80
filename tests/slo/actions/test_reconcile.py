from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from relportal.core.exceptions import Unavailable
from relportal.core.models import User
from slo.actions.backfill import request_backfill, run_backfill
from slo.actions.collect import collect_source
from slo.actions.reconcile import reconcile_source
from slo.models import Measurement, Objective, Reconciliation
from tests import make
from tests.slo.prom import Counter, Server, grid, load, needs_prometheus, serving

AT = dt.datetime(2026, 11, 3, 0, 20, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 2)
pytestmark = [needs_prometheus, pytest.mark.django_db]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("prometheus") / "data"
    at = grid(AT - dt.timedelta(days=3), AT + dt.timedelta(hours=1), offset_s=13)
    minutes = np.arange(len(at)).astype(np.float64)
    load(
        [
            Counter("jobs_total", {"service": "nightly", "result": "ok"}, at, 19 * minutes),
            Counter("jobs_total", {"service": "nightly", "result": "error"}, at, minutes),
        ],
        data,
    )
    with serving(data) as server:
        yield server


@pytest.fixture
def objective(prometheus: Server, lead: User) -> Objective:
    indicator = make.indicator(
        source=make.source(url=prometheus.url), good='jobs_total{result="ok"}', total="jobs_total"
    )
    made = make.objective(service=make.service(slug="nightly"), indicator=indicator, target=Decimal("0.9"))
    collect_source(indicator.source_id, at=AT)
    run_backfill(request_backfill(lead, indicator, days=2, at=AT).pk, at=AT)
    return made


def test_a_day_that_was_collected_whole_agrees_with_the_source(objective: Objective) -> None:
    done = reconcile_source(objective.indicator.source, day=DAY, at=AT)

    assert (done.compared, done.drifting) == (1, 0)
    found = Reconciliation.objects.get()
    assert (found.ours_total, found.ours_bad) == (28_800.0, 1_440.0)
    assert found.theirs_total == pytest.approx(28_800, rel=1e-3)
    assert found.theirs_bad == pytest.approx(1_440, rel=1e-3)
    assert found.agrees is True
    assert found.drift == pytest.approx(0, abs=1e-3)


def test_counts_that_were_lost_show_as_drift_and_are_not_corrected(objective: Objective) -> None:
    noon = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
    late = Measurement.objects.filter(series=objective.series, instant__gte=noon)
    for row in late:
        row.total -= 5_000
        row.save()

    assert reconcile_source(objective.indicator.source, day=DAY, at=AT).drifting == 1
    found = Reconciliation.objects.get()
    assert found.agrees is False
    assert found.drift == pytest.approx(-5_000 / 28_800, rel=0.01)
    assert found.ours_total == 23_800.0


def test_comparing_again_replaces_the_row_of_the_day(objective: Objective) -> None:
    source = objective.indicator.source
    reconcile_source(source, day=DAY, at=AT)
    reconcile_source(source, day=DAY, at=AT + dt.timedelta(hours=1))

    assert Reconciliation.objects.get().checked_at == AT + dt.timedelta(hours=1)


def test_a_source_that_is_away_is_an_error_and_no_drift(objective: Objective) -> None:
    source = objective.indicator.source
    source.url = "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        reconcile_source(source, day=DAY, at=AT)

    assert not Reconciliation.objects.exists()
