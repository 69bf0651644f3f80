"""Days of histograms, read from a real Prometheus whose counters are known, and what becomes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from relportal.core.models import User, WorkItem
from slo import tasks
from slo.actions.backfill import request_backfill
from slo.actions.latency_days import BACK_DAYS, keep_days
from slo.actions.retention import clean
from slo.actions.schedule import LATENCY_DAYS
from slo.models import Indicator, IndicatorKind, IndicatorState, LatencyDay, Objective
from slo.queries.percentiles import latency_lately
from tests import make
from tests.slo.prom import Counter, Server, grid, load, needs_prometheus, serving

# Berlin puts its clocks back on 25 October: that day has 25 hours.
AT = dt.datetime(2026, 10, 27, 1, tzinfo=dt.UTC)
BEGAN = dt.datetime(2026, 10, 22, 22, tzinfo=dt.UTC)
MINUTES = {"23": 1440, "24": 1440, "25": 1500, "26": 1440}
# Requests a minute and pod up to each bound; from the 25th they are slower.
LES = ("0.1", "0.3", "1.0", "+Inf")
FAST, SLOW = np.array([12, 18, 20, 20]), np.array([4, 12, 19, 20])
pytestmark = [needs_prometheus, pytest.mark.django_db]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("prometheus") / "data"
    at = grid(BEGAN, AT, offset_s=13)
    turned = at[:, np.newaxis] < dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC).timestamp()
    counts = np.cumsum(np.where(turned, FAST, SLOW), axis=0).astype(np.float64)
    labels = [{"service": "pay", "pod": pod, "le": le} for pod in "ab" for le in LES]
    load([Counter("h_bucket", each, at, counts[:, LES.index(each["le"])]) for each in labels], data)
    with serving(data) as server:
        yield server


@pytest.fixture
def objective(prometheus: Server, settings: Any) -> Objective:
    settings.COMPANY_TIME_ZONE = "Europe/Berlin"
    indicator = make.indicator(
        source=make.source(url=prometheus.url), kind=IndicatorKind.LATENCY_CLASSIC, histogram="h", latency_s=0.3
    )
    return make.objective(service=make.service(slug="pay"), indicator=indicator, target=Decimal("0.9"))


def test_each_day_is_kept_once_and_its_percentiles_are_those_of_all_its_requests(objective: Objective) -> None:
    indicator = objective.indicator
    twin = make.indicator(source=indicator.source, kind=IndicatorKind.LATENCY_CLASSIC, histogram="h", latency_s=1.0)

    done = keep_days(indicator.source_id, at=AT)

    # 400 days: 28 at a time, but for three days on which Berlin changed its clocks (two of them within the last year).
    assert (done.days, done.more, done.problem) == (BACK_DAYS, False, "")
    assert done.queries < 24
    assert LatencyDay.objects.filter(indicator=twin).count() == BACK_DAYS
    kept = {f"{row.day:%d}": row for row in LatencyDay.objects.filter(indicator=indicator).exclude(services={})}
    assert kept.keys() == MINUTES.keys()
    for day, row in kept.items():
        assert row.layouts == [[0.1, 0.3, 1.0]]
        ((service, (layout, counts)),) = row.services.items()
        assert (service, layout) == (str(objective.service_id), 0)
        # Two pods; on the first day nobody knows what came before the first scrape.
        a_minute = 2 * (FAST if day in ("23", "24") else SLOW)
        assert counts == pytest.approx(list(MINUTES[day] * a_minute), abs=50)
    assert keep_days(indicator.source_id, at=AT + dt.timedelta(hours=1)).queries == 0
    assert keep_days(indicator.source_id, at=AT + dt.timedelta(days=1)).days == 1

    shown = latency_lately(objective, at=AT)
    assert shown is not None
    assert (shown.first, shown.last, shown.kept) == (dt.date(2026, 9, 29), dt.date(2026, 10, 26), 4)
    p95, p99 = shown.percentiles
    # A pod has 20 a minute in 2,880 fast and 2,940 slow minutes: 0.95 x 116,400 is the 110,580th. Up to 0.3 s there are
    # 2,880 x 18 and 2,940 x 12, or 87,120; up to 1 s 2,880 x 20 and 2,940 x 19, or 113,460, fewer than 0.99 x 116,400.
    assert p95 is not None
    assert (p95.low, p95.high) == (0.3, 1.0)
    assert p95.value == pytest.approx(0.3 + 0.7 * (110_580 - 87_120) / (113_460 - 87_120), abs=0.001)
    assert p99 is not None
    assert (p99.value, p99.high) == (1.0, None)


def test_a_changed_histogram_is_read_anew_and_one_that_fails_keeps_no_other_from_being_read(
    objective: Objective, prometheus: Server
) -> None:
    indicator = objective.indicator
    keep_days(indicator.source_id, at=AT)
    Indicator.objects.filter(pk=indicator.pk).update(histogram='h{pod="a"}')
    free = make.indicator(source=indicator.source, kind=IndicatorKind.LATENCY_CLASSIC, histogram="rate(h[5m])")
    IndicatorState.objects.create(indicator=free)

    done = keep_days(indicator.source_id, at=AT)

    assert done.days == BACK_DAYS
    row = LatencyDay.objects.get(indicator=indicator, day=dt.date(2026, 10, 26))
    assert row.asked == 'h_bucket{pod="a"} by (service, le)'
    assert row.services[str(objective.service_id)][1] == pytest.approx(list(1440 * SLOW), abs=20)
    assert "named by its metric" in done.problem
    assert IndicatorState.objects.get(indicator=free).days_error == done.problem


def test_a_source_that_does_not_answer_is_told_and_asked_again_in_an_hour(objective: Objective) -> None:
    source = objective.indicator.source
    type(source).objects.filter(pk=source.pk).update(url="http://127.0.0.1:9")
    state = IndicatorState.objects.create(indicator=objective.indicator)
    item = WorkItem.objects.get(kind=LATENCY_DAYS, key=f"source:{source.pk}")

    outcome = tasks.latency_days(item, AT)

    state.refresh_from_db()
    assert state.days_error == outcome.problem != ""
    assert outcome.again_at == AT + dt.timedelta(hours=1)
    assert not LatencyDay.objects.exists()


def test_history_that_is_read_again_finds_new_services_and_loses_nothing_that_the_source_forgot(
    objective: Objective, lead: User
) -> None:
    """Whoever added the service, or promises something on it, asks for its history."""
    indicator = objective.indicator
    keep_days(indicator.source_id, at=AT)
    rows = LatencyDay.objects.filter(indicator=indicator)
    whole = rows.get(day=dt.date(2026, 10, 26)).services
    # As if the service had been unknown on the 26th, and the source had had more of the 24th once, and something of the 20th.
    rows.filter(day=dt.date(2026, 10, 26)).update(services={})
    more = {str(objective.service_id): [0, [1, 2, 3, 10**9]]}
    rows.filter(day__in=[dt.date(2026, 10, 24), dt.date(2026, 10, 20)]).update(services=more, layouts=[[0.1, 0.3, 1.0]])

    request_backfill(lead, indicator, days=8, at=AT)

    assert keep_days(indicator.source_id, at=AT).days == 8
    assert rows.get(day=dt.date(2026, 10, 26)).services == whole
    assert [rows.get(day=dt.date(2026, 10, day)).services for day in (24, 20)] == [more, more]
    assert keep_days(indicator.source_id, at=AT).days == 0


def test_a_slice_ends_early_and_the_rest_is_due_at_once(objective: Objective) -> None:
    done = keep_days(objective.indicator.source_id, at=AT, slice_s=-1)
    assert (done.days, done.more) == (0, True)


def test_what_is_too_much_for_the_source_is_asked_for_in_smaller_pieces(objective: Objective, settings: Any) -> None:
    """The buckets of a service are four series, and a limit of three refuses 28 days, 7 days and one day of them."""
    settings.COMPANY_TIME_ZONE = "UTC"
    source = objective.indicator.source
    type(source).objects.filter(pk=source.pk).update(series_limit=3)
    done = keep_days(source.pk, at=AT)
    assert done.days == 0
    assert "series" in done.problem
    assert done.queries == 3


def test_days_are_kept_as_long_as_counts(objective: Objective, lead: User) -> None:
    for back in (10, 801):
        LatencyDay.objects.create(indicator=objective.indicator, day=AT.date() - dt.timedelta(days=back), asked="h")
    clean(at=AT)
    assert LatencyDay.objects.count() == 1
