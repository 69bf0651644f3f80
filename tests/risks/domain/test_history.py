from __future__ import annotations

from math import exp, inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.history import Lacking, loss_suggested, rate_suggested, times
from risks.domain.lognormal import Range, Refused
from risks.domain.money import Estimate


@pytest.mark.parametrize(
    ("n", "low", "high"), [(1, 0.0513, 4.744), (2, 0.355, 6.296), (5, 1.970, 10.513), (10, 5.425, 16.962)]
)
def test_rates_are_those_of_the_published_table(n: int, low: float, high: float) -> None:
    """Pearson and Hartley 1966, Biometrika Tables for Statisticians, volume 1, table 40, 90 % limits of a Poisson count."""
    found = rate_suggested(n, years=1).range
    assert found is not None
    assert found.low == pytest.approx(low, rel=0.002)
    assert found.high == pytest.approx(high, rel=0.001)


@given(st.integers(1, 200), st.floats(0.5, 20))
def test_twice_the_time_halves_the_rate(n: int, years: float) -> None:
    once, twice = rate_suggested(n, years=years).range, rate_suggested(n, years=2 * years).range
    assert once is not None
    assert twice is not None
    assert twice.low * 2 == pytest.approx(once.low)
    assert twice.high * 2 == pytest.approx(once.high)


def test_no_event_suggests_no_range_but_says_how_often_at_most() -> None:
    found = rate_suggested(0, years=2)
    assert found.range is None
    assert found.lacking is Lacking.NO_EVENTS
    assert found.at_most == pytest.approx(2.996 / 2, rel=0.001)


@pytest.mark.parametrize("years", [0, -1, nan, inf])
def test_without_time_there_is_no_rate(years: float) -> None:
    assert rate_suggested(3, years=years).lacking is Lacking.NO_TIME


def test_a_rate_that_is_no_risk_is_not_suggested() -> None:
    assert rate_suggested(5_000, years=1).lacking is Lacking.TOO_LARGE


def test_losses_give_the_percentiles_of_their_lognormal() -> None:
    drawn = np.exp(np.random.default_rng(1).normal(8, 1.2, 20_000))
    found = loss_suggested([float(each) for each in drawn])
    assert found.n == 20_000
    assert found.range is not None
    assert found.range.low == pytest.approx(exp(8 - 1.645 * 1.2), rel=0.03)
    assert found.range.high == pytest.approx(exp(8 + 1.645 * 1.2), rel=0.03)


@pytest.mark.parametrize(
    ("losses", "n", "lacking"),
    [
        ([], 0, Lacking.NO_EVENTS),
        ([0, None, nan, -5, inf], 0, Lacking.NO_EVENTS),
        ([1, 2, 0, None], 2, Lacking.FEW),
        ([7, 7, 7], 3, Lacking.NO_SPREAD),
        ([1e-9, 1, 1e9], 3, Lacking.TOO_WIDE),
        ([1e14, 1e15, 1e15], 3, Lacking.TOO_LARGE),
    ],
)
def test_losses_that_say_too_little_suggest_nothing_with_the_reason(
    losses: list[float | None], n: int, lacking: Lacking
) -> None:
    found = loss_suggested(losses)
    assert (found.range, found.n, found.lacking) == (None, n, lacking)


@given(st.integers(0, 2_000), st.floats(0.01, 10), st.lists(st.floats(0, 1e16), max_size=6))
def test_what_is_suggested_can_be_calculated(n: int, years: float, losses: list[float]) -> None:
    rate, loss = rate_suggested(n, years=years), loss_suggested(losses)
    assert (rate.range is None) == (rate.lacking is not None)
    assert (loss.range is None) == (loss.lacking is not None)
    if rate.range and loss.range:
        assert Estimate("RISK-1", rate.range, loss.range).expected > 0


def test_a_price_that_is_known_only_shifts_the_range() -> None:
    found = times(Range(100, 900), Range(2, 2))
    assert found.low == pytest.approx(200)
    assert found.high == pytest.approx(1_800)


@given(st.floats(1.01, 100), st.floats(1.01, 100))
def test_two_ranges_multiply_to_one_narrower_than_their_ends(first: float, second: float) -> None:
    found = times(Range(1, first), Range(3, 3 * second))
    assert found.low * found.high == pytest.approx(9 * first * second)
    assert max(first, second) <= found.high / found.low * (1 + 1e-9) <= first * second * (1 + 1e-6)


def test_a_product_beyond_all_bounds_is_refused() -> None:
    with pytest.raises(Refused):
        times(Range(1e14, 9e14), Range(10, 20))
