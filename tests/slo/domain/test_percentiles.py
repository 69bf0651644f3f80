from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.histogram import native_bounds
from slo.domain.percentiles import BucketSums, NativeBucket, Percentile, bucket_sums, native_sums, percentile, summed

INF = math.inf
approx: Any = pytest.approx
LAYOUTS = ((0.1, 0.3, 1.0), (0.1, 0.25, 0.5, 1.0), (0.3, 2.5), (0.05,), ())
TIMES = st.lists(st.floats(0.001, 5), max_size=40)


def counted(times: Sequence[float], bounds: tuple[float, ...]) -> BucketSums:
    """What a client would have counted."""
    return BucketSums(bounds, tuple(float(sum(each <= bound for each in times)) for bound in (*bounds, INF)))


class TestWorkedExample:
    """Two days of a service with buckets at 0.1, 0.3 and 1 s: 1,000 and 3,000 requests."""

    DAYS = (
        BucketSums((0.1, 0.3, 1.0), (600, 900, 990, 1_000)),
        BucketSums((0.1, 0.3, 1.0), (1_000, 2_600, 2_970, 3_000)),
    )

    def test_the_days_are_summed_bucket_by_bucket(self) -> None:
        assert summed(self.DAYS) == BucketSums((0.1, 0.3, 1.0), (1_600, 3_500, 3_960, 4_000))

    def test_the_percentile_lies_in_the_bucket_in_which_its_request_was_counted(self) -> None:
        """0.95 x 4,000 is the 3,800th request, and that is number 300 of the 460 between 0.3 and 1 s."""
        found = percentile(summed(self.DAYS), 0.95)
        assert found == Percentile(approx(0.3 + 0.7 * 300 / 460), 0.3, 1.0)

    def test_it_is_not_the_mean_of_the_percentiles_of_the_days(self) -> None:
        of_days = [percentile(each, 0.5) for each in self.DAYS]
        of_both = percentile(summed(self.DAYS), 0.5)
        assert None not in of_days
        assert of_both is not None
        assert of_both.value == approx(0.1 + 0.2 * 400 / 1_900)
        assert of_both.value != approx(sum(each.value for each in of_days if each) / 2)

    def test_beyond_the_highest_bound_it_is_only_known_to_be_above_it(self) -> None:
        assert percentile(summed(self.DAYS), 0.995) == Percentile(1.0, 1.0, None)

    def test_the_lowest_bucket_begins_at_0(self) -> None:
        assert percentile(BucketSums((0.2, 1.0), (10, 10, 10)), 0.5) == Percentile(approx(0.1), 0.0, 0.2)
        assert percentile(BucketSums((-1.0, 1.0), (10, 10, 10)), 0.5) == Percentile(-1.0, -1.0, -1.0)


class TestNothing:
    def test_without_requests_bounds_or_days_there_is_no_percentile(self) -> None:
        assert percentile(None, 0.5) is None
        assert percentile(BucketSums((0.1,), (0, 0)), 0.5) is None
        assert percentile(BucketSums((), (7,)), 0.5) is None
        assert summed([]) is None

    @pytest.mark.parametrize("rank", [0, 1, -0.5, 95, math.nan])
    def test_a_rank_lies_between_0_and_1(self, rank: float) -> None:
        with pytest.raises(ValueError, match="rank"):
            percentile(None, rank)

    @pytest.mark.parametrize(
        ("bounds", "counts"),
        [((1.0,), (1,)), ((1.0, INF), (1, 1, 1)), ((1.0,), (1, math.nan)), ((2.0, 1.0), (1, 1, 1)), ((1.0,), (2, 1)),
         ((1.0,), (-1, 1))],
    )  # fmt: skip
    def test_what_is_no_histogram_is_refused(self, bounds: tuple[float, ...], counts: tuple[float, ...]) -> None:
        with pytest.raises(ValueError, match=r"(?i)count|finite|rise"):
            BucketSums(bounds, counts)


class TestLayouts:
    def test_where_bounds_were_changed_only_those_are_left_that_both_know(self) -> None:
        before, after = BucketSums((0.1, 0.3, 1.0), (4, 6, 9, 10)), BucketSums((0.1, 0.25, 1.0), (1, 5, 5, 8))
        assert summed([before, after]) == BucketSums((0.1, 0.3, 1.0), (5, 11, 14, 18))

    def test_nothing_lies_between_two_bounds_of_the_same_count(self) -> None:
        """0.3 s is known of the second: 5 up to 0.25 and up to 1 s; 0.25 s is not of the first, which has 2 from 0.1 to 0.3."""
        one = BucketSums((0.25, 1.0), (5, 5, 8))
        assert [one.within(each) for each in (0.1, 0.25, 0.3, 1.0, 2.0)] == [None, 5, 5, 5, None]
        assert BucketSums((0.25,), (0, 3)).within(0.1) == 0
        assert BucketSums((0.25,), (3, 3)).within(9.0) == 3

    def test_layouts_that_share_no_bound_have_no_percentile(self) -> None:
        assert summed([BucketSums((0.1,), (1, 2)), BucketSums((0.2,), (1, 2))]) == BucketSums((), (4,))


class TestFromASource:
    def test_buckets_come_in_any_order_and_spelling_and_as_estimates(self) -> None:
        assert bucket_sums([INF, 1.0, 0.3, 1.0], [10.2, 4.0, 3.6, 3.0]) == BucketSums((0.3, 1.0), (4, 7, 10))

    def test_a_count_that_falls_is_raised_to_the_one_before(self) -> None:
        assert bucket_sums([0.1, 0.3, INF], [5, 4, 9]) == BucketSums((0.1, 0.3), (5, 5, 9))

    def test_what_is_no_number_is_left_out_and_without_inf_nobody_knows_the_total(self) -> None:
        assert bucket_sums([0.1, 0.3, math.nan, INF], [math.nan, 4, 4, 9]) == BucketSums((0.3,), (4, 9))
        assert bucket_sums([0.1, 0.3], [1, 2]) is None


def native(times: Sequence[float], schema: int) -> list[NativeBucket]:
    """What a native histogram of the schema holds of positive times."""
    edges = [2.0 ** (index / 2**schema) for index in range(-12 * 2**schema, 3 * 2**schema + 1)]
    return [NativeBucket(low, high, float(sum(low < each <= high for each in times))) for low, high in pairwise(edges)]


class TestNative:
    def test_buckets_are_put_together_to_four_a_doubling(self) -> None:
        """Of schema 3: three in (0.917, 1], one in (1, 1.09] and two in (1.09, 1.19]: three up to 1 s, all six up to 1.19 s."""
        one, two, three = native_bounds(3, indices=[-1, 1, 2])
        found = native_sums([NativeBucket(1.0, two, 1), NativeBucket(two, three, 2), NativeBucket(one, 1.0, 3)])
        assert (found.bounds[0], found.bounds[-1], len(found.bounds)) == (1 / 16, 16.0, 33)
        assert [found.within(each) for each in (2**-0.25, 1.0, 2**0.25, 16.0)] == [0, 3, 6, 6]
        assert percentile(found, 0.9) == Percentile(approx(1 + (2**0.25 - 1) * (5.4 - 3) / 3), 1.0, approx(2**0.25))

    def test_what_a_coarser_histogram_does_not_know_is_left_out(self) -> None:
        """Of schema 0: nobody knows how many of (0.5, 1] lie below 0.7 s."""
        found = native_sums([NativeBucket(0.5, 1.0, 7), NativeBucket(8.0, math.inf, 2), NativeBucket(-1e-9, 1e-9, 1)])
        assert [found.within(each) for each in (0.5, 0.7, 1.0, 8.0, 16.0)] == [1, None, 8, 8, None]
        assert found.total == 10

    def test_without_requests_or_above_zero_there_is_no_bound(self) -> None:
        assert native_sums([NativeBucket(1.0, 2.0, 0)]) == BucketSums((), (0,))
        assert native_sums([NativeBucket(-1e-9, 1e-9, 3)]) == BucketSums((), (3,))


@given(TIMES, st.integers(0, 4))
def test_law_native_histograms_say_what_a_classic_one_of_their_bounds_would(times: list[float], schema: int) -> None:
    found = native_sums(native(times, schema))
    assert found == counted(times, found.bounds)
    if times and schema >= 2:
        assert len(found.bounds) % 16 == 1


@given(TIMES, st.sampled_from(LAYOUTS), st.floats(0.01, 0.99))
def test_law_the_true_percentile_lies_within_the_bounds_that_are_told(
    times: list[float], bounds: tuple[float, ...], rank: float
) -> None:
    found = percentile(counted(times, bounds), rank)
    if found is None:
        assert not times or not bounds
        return
    truth = sorted(times)[math.ceil(rank * len(times)) - 1]
    assert found.low < truth <= (INF if found.high is None else found.high)
    assert found.low <= found.value <= (found.low if found.high is None else found.high)


@given(st.lists(st.tuples(TIMES, st.sampled_from(LAYOUTS)), min_size=1, max_size=4), st.floats(0.01, 0.99))
def test_law_a_sum_knows_what_one_histogram_of_all_would_at_the_bounds_that_are_left(
    parts: list[tuple[list[float], tuple[float, ...]]], rank: float
) -> None:
    days = [counted(times, bounds) for times, bounds in parts]
    everything = [each for times, _bounds in parts for each in times]
    found = summed(days)
    assert found == counted(everything, found.bounds if found else ())
    assert summed(reversed(days)) == found
    assert percentile(found, rank) == percentile(counted(everything, found.bounds if found else ()), rank)


@given(TIMES.filter(bool), st.sampled_from([each for each in LAYOUTS if each]))
def test_law_percentiles_rise_and_do_not_change_when_each_request_comes_twice(
    times: list[float], bounds: tuple[float, ...]
) -> None:
    once, twice = counted(times, bounds), counted([*times, *times], bounds)
    ranks = [number / 20 for number in range(1, 20)]
    found = [percentile(once, rank) for rank in ranks]
    assert found == [percentile(twice, rank) for rank in ranks]
    assert all(low.value <= high.value for low, high in pairwise(each for each in found if each is not None))
