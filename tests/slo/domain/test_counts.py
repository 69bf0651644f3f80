from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.counts import ZERO, Buckets, Counts

amounts = st.integers(0, 10**9).map(float)
counts = st.builds(Counts, bad=amounts, total=amounts, covered_s=amounts)


def test_ratios_are_those_of_the_events() -> None:
    day = Counts(bad=3, total=12, covered_s=86_400)
    assert day.error_ratio == 0.25
    assert day.sli == 0.75
    assert day.good == 9


def test_without_traffic_there_is_no_ratio() -> None:
    night = Counts(bad=0, total=0, covered_s=3600)
    assert night.sli is None
    assert night.error_ratio is None


@given(counts, counts)
def test_law_what_is_added_can_be_taken_away(a: Counts, b: Counts) -> None:
    assert a + b - b == a
    assert a + ZERO == a


@given(counts, counts, counts)
def test_law_cumulative_counts_add_up_over_adjoining_windows(a: Counts, b: Counts, c: Counts) -> None:
    start, middle, end = a, a + b, a + b + c
    assert (middle - start) + (end - middle) == end - start


def test_a_difference_taken_the_wrong_way_round_is_negative() -> None:
    assert (ZERO - Counts(bad=1, total=2, covered_s=3)).total == -2


def test_buckets_are_read_per_group_oldest_first() -> None:
    buckets = Buckets(
        bad=np.array([[0.0, 1.0], [0.0, 0.0]]),
        total=np.array([[5.0, 4.0], [0.0, 0.0]]),
        covered_s=np.array([[300.0, 300.0], [0.0, 300.0]]),
    )
    assert buckets.of(0) == (Counts(bad=0, total=5, covered_s=300), Counts(bad=1, total=4, covered_s=300))
    assert buckets.measured.tolist() == [[True, True], [False, True]]


@pytest.mark.parametrize(("bad", "excess"), [(-1.0, True), (-1e-12, False), (0.0, False), (8.0, False), (8.1, True)])
def test_more_good_or_bad_events_than_there_are_is_reported(bad: float, excess: bool) -> None:
    one = np.array([[8.0]])
    assert Buckets(bad=np.array([[bad]]), total=one, covered_s=one).excess.tolist() == [excess]
