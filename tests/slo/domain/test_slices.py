from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.counts import Buckets
from slo.domain.refusals import Refusal, Refused
from slo.domain.slices import Comparison, Method, counted, judged, parse_slice_target

NAN = float("nan")


def buckets(*cells: tuple[float, float, float]) -> Buckets:
    """(bad, total, covered_s) of one group."""
    bad, total, covered_s = np.array(cells, dtype=np.float64).T[:, np.newaxis, :]
    return Buckets(bad=bad, total=total, covered_s=covered_s)


DAY = buckets((0, 1000, 300), (1, 1000, 300), (2, 1000, 300), (0, 0, 300), (0, 0, 0), (5, 5, 300))


def test_occurrences_are_the_events_themselves() -> None:
    assert counted(DAY, method=Method.OCCURRENCES) is DAY


def test_a_slice_is_good_when_its_ratio_reaches_the_slice_target() -> None:
    slices = counted(DAY, method=Method.TIMESLICES, slice_target=Decimal("0.999"))
    assert slices.bad.tolist() == [[0, 0, 1, 0, 0, 1]]


def test_a_slice_target_of_one_forgives_nothing() -> None:
    slices = counted(DAY, method=Method.TIMESLICES, slice_target=Decimal(1))
    assert slices.bad.tolist() == [[0, 1, 1, 0, 0, 1]]


def test_a_slice_without_traffic_is_covered_and_counts_nothing() -> None:
    for method in (Method.TIMESLICES, Method.RATIO_TIMESLICES):
        slices = counted(DAY, method=method, slice_target=Decimal("0.999"))
        assert slices.total.tolist() == [[1, 1, 1, 0, 0, 1]]
        assert slices.covered_s.tolist() == [[300, 300, 300, 300, 0, 300]]


def test_the_mean_of_slice_ratios_gives_every_slice_the_same_weight() -> None:
    slices = counted(DAY, method=Method.RATIO_TIMESLICES)
    assert slices.bad[0].tolist() == pytest.approx([0, 0.001, 0.002, 0, 0, 1])
    assert slices.bad.sum() / slices.total.sum() == pytest.approx(1.003 / 4)


def test_an_hour_of_backfill_stands_for_twelve_slices() -> None:
    hour = buckets((6, 12, 3600))
    assert counted(hour, method=Method.RATIO_TIMESLICES).bad.tolist() == [[6]]
    assert counted(hour, method=Method.TIMESLICES, slice_target=Decimal("0.9")).bad.tolist() == [[12]]


def test_time_slices_without_a_slice_target_are_refused() -> None:
    with pytest.raises(Refused, match="need a slice target"):
        counted(DAY, method=Method.TIMESLICES)


@pytest.mark.parametrize("value", ["0", "-1", "1.01"])
def test_a_slice_target_out_of_range_is_refused(value: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_slice_target(value)
    assert caught.value.refusal is Refusal.SLICE_TARGET_OUT_OF_RANGE


@pytest.mark.parametrize("value", ["NaN", "abc", "Infinity"])
def test_a_slice_target_that_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(Refused):
        parse_slice_target(value)


def test_a_slice_target_may_be_one() -> None:
    assert parse_slice_target("1") == 1


@pytest.mark.parametrize(
    ("comparison", "bad"),
    [
        (Comparison.LE, [0, 0, 1, 0, 1]),
        (Comparison.LT, [0, 1, 1, 0, 1]),
        (Comparison.GE, [1, 0, 0, 0, 0]),
        (Comparison.GT, [1, 1, 0, 0, 0]),
    ],
)
def test_a_value_is_good_on_its_side_of_the_limit(comparison: Comparison, bad: list[float]) -> None:
    slices = judged(np.array([[1.0, 2.0, 3.0, NAN, np.inf]]), comparison=comparison, limit=2)
    assert slices.bad.tolist() == [bad]
    assert slices.total.tolist() == [[1, 1, 1, 0, 1]]
    assert slices.covered_s.tolist() == [[300, 300, 300, 0, 300]]


def test_an_hourly_value_stands_for_twelve_slices() -> None:
    slices = judged(np.array([[9.0]]), comparison=Comparison.LT, limit=2, step_s=3600)
    assert (slices.bad.tolist(), slices.total.tolist(), slices.covered_s.tolist()) == ([[12]], [[12]], [[3600]])


cells = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda each: (min(each), max(each), 300))


@given(st.lists(cells, min_size=1, max_size=30), st.decimals(Decimal("0.01"), Decimal(1), places=2))
def test_law_slices_never_count_more_than_there_are(some: list[tuple[float, float, float]], target: Decimal) -> None:
    events = buckets(*some)
    hard = counted(events, method=Method.TIMESLICES, slice_target=target)
    soft = counted(events, method=Method.RATIO_TIMESLICES)
    for slices in (hard, soft):
        assert (slices.bad >= 0).all()
        assert (slices.bad <= slices.total).all()
    np.testing.assert_array_equal(hard.total, soft.total)


@given(st.lists(cells, min_size=1, max_size=30))
def test_law_a_stricter_slice_target_never_has_fewer_bad_slices(some: list[tuple[float, float, float]]) -> None:
    events = buckets(*some)
    bad = [
        counted(events, method=Method.TIMESLICES, slice_target=Decimal(each)).bad.sum()
        for each in ("0.5", "0.9", "0.99", "1")
    ]
    assert bad == sorted(bad)
