from __future__ import annotations

import datetime as dt

import pytest

from slo.domain.budget import NoDataReason
from slo.domain.coverage import BucketState, Coverage, bucket_state, coverage
from slo.domain.windows import Rolling, parse_window

AT = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
DAY_S = 86_400


@pytest.mark.parametrize(
    ("total", "measured", "excluded", "state"),
    [
        (5.0, True, False, BucketState.MEASURED),
        (0.0, True, False, BucketState.MEASURED_EMPTY),
        (0.0, False, False, BucketState.GAP),
        (None, True, False, BucketState.GAP),
        (5.0, True, True, BucketState.EXCLUDED),
        (None, False, True, BucketState.EXCLUDED),
    ],
)
def test_the_state_of_a_bucket(total: float | None, measured: bool, excluded: bool, state: BucketState) -> None:
    assert bucket_state(total, measured=measured, excluded=excluded) is state


@pytest.mark.parametrize(
    ("covered_s", "reason"), [(90, None), (89.9, NoDataReason.LOW_COVERAGE), (0, NoDataReason.LOW_COVERAGE)]
)
def test_below_nine_tenths_there_is_no_number(covered_s: float, reason: NoDataReason | None) -> None:
    assert Coverage(covered_s=covered_s, expected_s=100).reason is reason


def test_excluded_time_is_not_expected() -> None:
    assert Coverage(covered_s=50, expected_s=100, excluded_s=50).ratio == 1


@pytest.mark.parametrize("excluded_s", [100, 120])
def test_where_nothing_is_expected_there_is_no_ratio(excluded_s: float) -> None:
    everything = Coverage(covered_s=0, expected_s=100, excluded_s=excluded_s)
    assert everything.ratio is None
    assert everything.reason is NoDataReason.PERIOD_BEGINS


def test_a_service_that_is_a_day_old_has_full_coverage_of_its_day() -> None:
    started = AT - dt.timedelta(days=1)
    young = coverage(DAY_S, bounds=Rolling(days=30).bounds(AT), started_at=started)
    assert young.ratio == 1


def test_a_period_that_just_begins_expects_nothing() -> None:
    bounds = parse_window("month@UTC").bounds(dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    assert coverage(0, bounds=bounds, started_at=AT - dt.timedelta(days=90)).reason is NoDataReason.PERIOD_BEGINS


@pytest.mark.parametrize("started_at", [None, AT + dt.timedelta(days=1)])
def test_nothing_is_expected_of_a_series_that_did_not_start(started_at: dt.datetime | None) -> None:
    assert coverage(0, bounds=Rolling(days=1).bounds(AT), started_at=started_at).expected_s == 0


def test_only_the_elapsed_part_of_a_period_is_expected() -> None:
    bounds = parse_window("month@UTC").bounds(AT)
    result = coverage(1.5 * DAY_S, bounds=bounds, started_at=AT - dt.timedelta(days=90), excluded_s=0)
    assert result.expected_s == 1.5 * DAY_S
    assert result.ratio == 1
