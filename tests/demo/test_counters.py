from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from relportal.demo import truth
from relportal.demo.counters import SeriesId, Table, table
from relportal.demo.deploys import deploys
from relportal.demo.events import Span, Timeline
from relportal.demo.noise import Ints
from tests.demo.conftest import ANCHOR

SPAN = Span(ANCHOR - dt.timedelta(days=12), ANCHOR)


@pytest.fixture(scope="module")
def booking(company: Timeline) -> Table:
    return table(company, "booking-api", SPAN)


def minutes(span: Span, *, step: int) -> Ints:
    return np.arange(int(span.start.timestamp()) // 60, int(span.end.timestamp()) // 60 + 1, step, dtype=np.int64)


def read(of: Table, at: Ints, **labels: str) -> Ints:
    wanted = set(labels.items())
    found = [
        values
        for column, values in zip(of.columns, of.read((at * 60).astype(np.float64)), strict=True)
        if wanted <= set(column.series.labels) and column.series.name == "http_requests_total"
    ]
    return np.asarray(np.sum(found, axis=0), dtype=np.int64)


def increases(values: Ints) -> Ints:
    """Reset-aware deltas, as any reader of a counter makes them."""
    delta = np.diff(values)
    return np.where(delta < 0, values[1:], delta)


def test_deltas_of_the_counter_add_up_to_the_truth_across_restarts(company: Timeline, booking: Table) -> None:
    grid = minutes(SPAN, step=5)
    total = sum(increases(read(booking, grid, code=code)).sum() for code in ("2xx", "4xx", "5xx"))
    bad = increases(read(booking, grid, code="5xx")).sum()
    known = truth.tally(company, "booking-api", "http-availability", SPAN)
    assert len(deploys(company, "booking-api", SPAN)) >= 3
    assert total == known.total
    assert bad == pytest.approx(known.bad, rel=0.01)


def test_a_restart_loses_nothing_on_the_grid_and_begins_from_zero(company: Timeline, booking: Table) -> None:
    at = deploys(company, "booking-api", SPAN)[1].at
    here = int(at.timestamp()) // 60
    before, at_it, after = read(booking, np.array([here - 1, here, here + 1]), code="2xx")
    assert before <= at_it
    assert after < 5000 < at_it


def test_between_the_minutes_the_counter_only_grows(booking: Table) -> None:
    start = SPAN.end.timestamp() - 300
    reads = np.array(booking.read(start + np.arange(0.0, 300.0, 7.3)), dtype=np.float64)
    assert np.all(np.diff(reads, axis=1) >= 0)
    assert np.array_equal(reads, np.floor(reads))


def test_a_table_that_begins_later_reads_the_same(company: Timeline, booking: Table) -> None:
    later = table(company, "booking-api", Span(ANCHOR - dt.timedelta(hours=3), ANCHOR))
    trimmed = booking.since(int(ANCHOR.timestamp()) // 60 - 100)
    instants = ANCHOR.timestamp() - np.array([0.0, 1234.5, 1500.0])
    for one, other, third in zip(later.read(instants), booking.read(instants), trimmed.read(instants), strict=True):
        assert np.array_equal(one, other)
        assert np.array_equal(one, third)
    assert trimmed.first > booking.first


def test_slices_add_up_to_the_tally(company: Timeline) -> None:
    day = Span(ANCHOR - dt.timedelta(days=1), ANCHOR)
    for slug in ("http-availability", "http-within-second"):
        parts = truth.slices(company, "booking-api", slug, day)
        whole = truth.tally(company, "booking-api", slug, day)
        assert (parts.good.sum(), parts.total.sum(), len(parts.total)) == (whole.good, whole.total, 288)


def test_the_truth_refuses_what_it_does_not_count(company: Timeline) -> None:
    day = Span(ANCHOR - dt.timedelta(days=1), ANCHOR)
    with pytest.raises(ValueError, match="does not count"):
        truth.tally(company, "fares-feed", "data-fresh", day)
    with pytest.raises(ValueError, match="has no value"):
        truth.values(company, "booking-api", "data-fresh", day)
    with pytest.raises(ValueError, match="whole minutes"):
        truth.tally(company, "booking-api", "http-availability", Span(day.start + dt.timedelta(seconds=1), day.end))


def test_a_histogram_of_a_company_in_trouble_is_slower(company: Timeline) -> None:
    pool = next(each for each in company.incidents if each.key == "acquirer-pool")
    burst = Span(_minute(pool.start), _minute(pool.start + pool.burst))
    calm = Span(burst.end + dt.timedelta(minutes=5), burst.end + dt.timedelta(minutes=29))
    slow, fast = (truth.tally(company, "payments-api", "http-within-second", span) for span in (burst, calm))
    assert slow.bad / slow.total > 3 * fast.bad / fast.total


def test_series_names_follow_the_conventions_of_prometheus(booking: Table) -> None:
    names = {column.series.name for column in booking.columns}
    assert names == {
        "http_requests_total",
        "http_request_duration_seconds_bucket",
        "http_request_duration_seconds_count",
        "http_request_duration_seconds_sum",
    }
    assert all(
        isinstance(column.series, SeriesId) and column.series.labels[0][0] == "service" for column in booking.columns
    )


def _minute(at: dt.datetime) -> dt.datetime:
    return at.replace(second=0, microsecond=0)
