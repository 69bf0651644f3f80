from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.statistics import (
    Change,
    Interval,
    Lacking,
    count_interval,
    counts_changed,
    distribution,
    durations_changed,
    share_interval,
    shares_changed,
    sums_changed,
)

seconds = st.floats(-1e6, 1e7, allow_nan=False)
durations = st.lists(st.none() | seconds, max_size=40)
MINUTE = 60.0


def test_nothing_has_no_number_and_says_why() -> None:
    found = distribution([])
    assert (found.n, found.median, found.p90, found.interval, found.lacking) == (0, None, None, None, Lacking.NOTHING)
    assert found.coverage is None


def test_what_is_missing_lowers_the_coverage_and_is_never_counted_as_zero() -> None:
    found = distribution([10 * MINUTE, None, 30 * MINUTE, None])
    assert (found.n, found.missing, found.coverage) == (2, 2, 0.5)
    assert found.median == 20 * MINUTE


def test_four_incidents_have_a_median_but_no_interval() -> None:
    found = distribution([1, 2, 3, 4])
    assert found.median == 2.5
    assert found.interval is None
    assert found.lacking is Lacking.FEW


def test_five_incidents_have_an_interval() -> None:
    found = distribution([1, 2, 3, 4, 100])
    assert found.interval == Interval(1, 100)
    assert found.lacking is None


def test_one_long_incident_moves_the_p90_and_hardly_the_median() -> None:
    """A mean would be 64 minutes."""
    found = distribution([20 * MINUTE] * 9 + [460 * MINUTE])
    assert found.median == 20 * MINUTE
    assert found.p90 == pytest.approx(64 * MINUTE)


@given(durations)
def test_the_median_lies_inside_its_interval_and_below_the_p90(values: list[float | None]) -> None:
    found = distribution(values)
    assert found.n + found.missing == len(values)
    if found.median is not None and found.p90 is not None:
        assert found.median <= found.p90 or found.p90 == pytest.approx(found.median)
    if found.interval and found.median is not None:
        assert found.interval.low <= found.median <= found.interval.high


@given(durations)
def test_the_order_of_incidents_and_who_asks_do_not_matter(values: list[float | None]) -> None:
    assert distribution(values) == distribution(values)
    assert distribution(values).median == distribution(values[::-1]).median


def test_the_interval_of_the_median_holds_the_true_one_about_as_often_as_it_says() -> None:
    """Lognormal with median 1, 30 incidents; 400 samples."""
    rng = np.random.default_rng(7)
    found = [distribution(list(rng.lognormal(0, 1, 30))).interval for _ in range(400)]
    held = sum(one is not None and one.low <= 1 <= one.high for one in found)
    assert held / 400 >= 0.91


# Shares and counts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # Newcombe 1998, Stat. Med. 17:857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # All of twelve still means at least three quarters.
        (12, 12, 0.7575, 1.0),
    ],
)
def test_the_interval_of_a_share_is_that_of_the_book(k: int, n: int, low: float, high: float) -> None:
    found = share_interval(k, n)
    assert found is not None
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_a_share_of_nothing_has_no_interval() -> None:
    assert share_interval(0, 0) is None


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_lies_inside_its_interval_and_that_in_0_to_1(k: int, more: int) -> None:
    if found := share_interval(k, k + more):
        assert 0 <= found.low <= k / (k + more) <= found.high <= 1


@pytest.mark.parametrize(
    ("k", "low", "high"),
    # Ulm 1990, Am. J. Epidemiol. 131:373; also in the tables of Garwood 1936
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (5, 1.6235, 11.6683), (10, 4.7954, 18.3904), (20, 12.2165, 30.8884)],
)
def test_the_interval_of_a_count_is_that_of_the_book(k: int, low: float, high: float) -> None:
    found = count_interval(k)
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


@given(st.integers(0, 5000))
def test_a_count_lies_inside_its_interval_and_more_incidents_lie_higher(k: int) -> None:
    here, more = count_interval(k), count_interval(k + 1)
    assert here.low <= k <= here.high
    assert here.low < more.low
    assert here.high < more.high


# Changes -----------------------------------------------------------------------------------------------------------------


def test_from_ten_incidents_it_takes_twenty_three_to_claim_more() -> None:
    """Binomial: P(X >= 22 | 32, 1/2) x 2 = 0.0501, P(X >= 23 | 33, 1/2) x 2 = 0.0351."""
    assert counts_changed(22, 10).change is Change.NO_CLEAR
    assert counts_changed(23, 10).change is Change.UP
    assert counts_changed(22, 10).p == pytest.approx(0.0501, abs=1e-4)
    assert counts_changed(23, 10).p == pytest.approx(0.0351, abs=1e-4)


def test_twice_the_incidents_in_twice_the_time_are_no_change() -> None:
    assert counts_changed(60, 30, exposure=2 / 3).change is Change.NO_CLEAR
    assert counts_changed(60, 30).change is Change.UP


def test_no_incident_in_either_period_says_nothing() -> None:
    assert counts_changed(0, 0).change is Change.UNKNOWN
    assert counts_changed(0, 0).p is None


@given(st.integers(0, 200), st.integers(0, 200))
def test_turning_the_periods_round_turns_the_claim_round(now: int, before: int) -> None:
    there, back = counts_changed(now, before), counts_changed(before, now)
    turned = {Change.UP: Change.DOWN, Change.DOWN: Change.UP}
    assert back.change is turned.get(there.change, there.change)
    assert there.p == pytest.approx(back.p)


@given(st.floats(0.0, 1.0), st.integers(0, 30), st.integers(0, 30))
def test_any_split_of_time_gives_a_claim(exposure: float, now: int, before: int) -> None:
    assert counts_changed(now, before, exposure=exposure).change in Change


def test_four_incidents_are_compared_with_nothing() -> None:
    assert durations_changed([1, 2, 3, 4], [100] * 50).change is Change.UNKNOWN


def test_clearly_longer_and_shorter_incidents_are_claimed() -> None:
    short, long = [10.0 + i for i in range(8)], [100.0 + i for i in range(8)]
    assert durations_changed(long, short).change is Change.UP
    assert durations_changed(short, long).change is Change.DOWN


def test_the_comparison_of_durations_is_that_of_the_book() -> None:
    """Hollander and Wolfe 1999, Nonparametric Statistical Methods, p. 110: permeability at term and at 12 to 26 weeks,
    two-sided 0.2544; it is R's example of wilcox.test too."""
    term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    early = [1.15, 0.88, 0.90, 0.74, 1.21]
    found = durations_changed(term, early)
    assert found.p == pytest.approx(0.2544, abs=1e-4)
    assert found.change is Change.NO_CLEAR


@given(st.lists(st.none() | seconds, max_size=15), st.lists(st.none() | seconds, max_size=15))
def test_durations_compared_the_other_way_round_change_the_other_way(
    now: list[float | None], before: list[float | None]
) -> None:
    there, back = durations_changed(now, before), durations_changed(before, now)
    turned = {Change.UP: Change.DOWN, Change.DOWN: Change.UP}
    assert back.change is turned.get(there.change, there.change)


def test_fishers_tea_is_no_claim_with_three_of_four_and_small_samples_are_not_compared() -> None:
    """Fisher 1935, The Design of Experiments, chapter 2: 3 of 4 cups, two-sided 34/70."""
    assert shares_changed((3, 4), (1, 4)).change is Change.UNKNOWN
    assert shares_changed((10, 12), (2, 12)).change is Change.UP
    assert shares_changed((2, 12), (10, 12)).change is Change.DOWN
    assert shares_changed((6, 12), (5, 12)).change is Change.NO_CLEAR


def test_one_huge_incident_is_no_change_of_the_sum() -> None:
    """Of 1,000 minutes one incident has 980; it fell into this period by chance."""
    assert sums_changed([980, 5, 5], [5, 5]).change is Change.NO_CLEAR


def test_many_incidents_of_the_same_size_are_a_change_of_the_sum() -> None:
    assert sums_changed([30.0] * 20, [30.0] * 4).change is Change.UP
    assert sums_changed([30.0] * 4, [30.0] * 20).change is Change.DOWN
    assert sums_changed([30.0] * 20, [30.0] * 10, exposure=2 / 3).change is Change.NO_CLEAR


def test_sums_of_nothing_or_of_zero_say_nothing() -> None:
    assert sums_changed([], []).change is Change.UNKNOWN
    assert sums_changed([None] * 9, [None]).change is Change.UNKNOWN
    assert sums_changed([0.0] * 9, [0.0] * 9).change is Change.UNKNOWN


@pytest.mark.parametrize(("now", "before"), [(20, 10), (12, 3), (9, 9), (1, 12)])
def test_with_sizes_of_one_a_sum_changes_as_a_count_does(now: int, before: int) -> None:
    assert sums_changed([1.0] * now, [1.0] * before).p == pytest.approx(counts_changed(now, before).p, abs=0.035)


def test_without_a_change_a_change_is_claimed_in_at_most_one_of_twenty_cases_or_so() -> None:
    """Same rate and same heavy-tailed sizes in both periods, 300 times; 3 standard errors above 5 %."""
    rng = np.random.default_rng(11)
    false = dict.fromkeys(("counts", "durations", "sums"), 0)
    for _ in range(300):
        now, before = (list(rng.lognormal(3, 1.2, rng.poisson(15))) for _ in range(2))
        claimed = (Change.UP, Change.DOWN)
        false["counts"] += counts_changed(len(now), len(before)).change in claimed
        false["durations"] += durations_changed(now, before).change in claimed
        false["sums"] += sums_changed(now, before).change in claimed
    assert all(found / 300 <= 0.05 + 3 * 0.0126 for found in false.values()), false


def test_the_start_of_the_portal_does_not_wait_for_scipy() -> None:
    code = "import sys, incidents.domain.statistics; sys.exit(any(name.startswith('scipy') for name in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True)
