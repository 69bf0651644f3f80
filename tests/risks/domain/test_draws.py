from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from risks.domain.draws import Stream, poisson, stream

INDEX = np.arange(200_000, dtype=np.int64)
uniforms = st.floats(2.0**-53, 1 - 2.0**-53)


def test_the_numbers_are_those_of_the_published_generator() -> None:
    """The first three of SplitMix64 seeded with 1234567, as the reference implementation prints them (Vigna, splitmix64.c)."""
    golden = 0x9E3779B97F4A7C15
    got = Stream(1234567, golden).uniform(np.array([1, 2, 3], np.int64))
    reference = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert got == pytest.approx([each / 2**64 for each in reference], abs=1e-15)


def test_uniform_numbers_are_uniform_and_never_an_end() -> None:
    got = stream(1, "RISK-1", "loss").uniform(INDEX)
    assert 0 < got.min() < got.max() < 1
    assert stats.kstest(got, "uniform").pvalue > 0.001


@pytest.mark.parametrize("other", [(1, "RISK-2", "loss"), (2, "RISK-1", "loss"), (1, "RISK-1", "events")])
def test_streams_of_other_risks_seeds_and_purposes_are_independent(other: tuple[int, str, str]) -> None:
    one, two = stream(1, "RISK-1", "loss").normal(INDEX), stream(*other).normal(INDEX)
    assert abs(np.corrcoef(one, two)[0, 1]) < 4 / np.sqrt(INDEX.size)


def test_neighbours_in_a_stream_are_independent() -> None:
    for step in (1, 2, 1 << 20):
        one = stream(1, "RISK-1", "loss").normal(INDEX)
        two = stream(1, "RISK-1", "loss").normal(INDEX + step)
        assert abs(np.corrcoef(one, two)[0, 1]) < 4 / np.sqrt(INDEX.size)


@pytest.mark.parametrize("rate", [1e-9, 0.01, 0.7, 12.0, 29.9, 30.1, 400.0, 9_999.0])
def test_events_are_the_inverse_of_the_poisson_distribution(rate: float) -> None:
    got = stream(1, "RISK-1", "events").uniform(INDEX[:20_000])
    exact = stats.poisson.ppf(got, rate)
    assert np.array_equal(poisson(got, np.full(got.size, rate)), exact)
    # Rates that differ a little take another way through the code.
    several = np.full(got.size, rate)
    several[0] *= 1 + 1e-12
    assert np.array_equal(poisson(got, several), exact)


def test_events_of_a_huge_rate_are_off_by_one_at_most() -> None:
    got = stream(1, "RISK-1", "events").uniform(INDEX[:2_000])
    difference = poisson(got, np.full(got.size, 12_345.0)) - stats.poisson.ppf(got, 12_345)
    assert abs(difference).max() <= 1
    assert (difference != 0).mean() < 0.01


@given(uniforms, st.floats(1e-6, 50_000), st.floats(1, 1_000))
@settings(deadline=None)
def test_with_the_same_number_a_lower_rate_never_has_more_events(uniform: float, rate: float, factor: float) -> None:
    # scipy's inverse and the expansion meet at 10,000, where they may differ by one.
    few, many = poisson(np.array([uniform, uniform]), np.array([rate / factor, rate]))
    assert few <= many + (rate > 10_000)


def test_the_largest_number_ends() -> None:
    top = np.array([1 - 2.0**-53, 0.5])
    assert 0 < poisson(top, np.array([0.1, 0.2]))[0] < 20
    assert 0 < poisson(top, np.array([0.1, 0.1]))[0] < 20


def test_no_trials_have_no_events() -> None:
    assert poisson(np.zeros(0), np.zeros(0)).size == 0
