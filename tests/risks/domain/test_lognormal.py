from __future__ import annotations

from math import exp, inf, log, nan, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.lognormal import Lognormal, Range, Refused, Unfit, fitted, of_moments

lows = st.floats(1e-6, 1e6)
widths = st.floats(1.01, 1e5)


@pytest.mark.parametrize(
    ("low", "high", "why"),
    [
        (nan, 1, Unfit.NOT_A_NUMBER),
        (1, inf, Unfit.NOT_A_NUMBER),
        (-inf, 1, Unfit.NOT_A_NUMBER),
        (1, 1e18, Unfit.TOO_LARGE),
        (2, 1, Unfit.LOW_NOT_BELOW_HIGH),
        (0, 1, Unfit.NOT_POSITIVE),
        (-1, 1, Unfit.NOT_POSITIVE),
        (-1, -1, Unfit.NOT_POSITIVE),
        (1, 1_000_001, Unfit.TOO_WIDE),
        (1e-320, 1e-10, Unfit.TOO_WIDE),
    ],
)
def test_an_interval_that_no_distribution_fits_is_refused_with_the_reason(low: float, high: float, why: Unfit) -> None:
    with pytest.raises(Refused) as refused:
        Range(low, high)
    assert refused.value.why is why
    assert str(refused.value).endswith(".")


def test_a_number_that_is_known_is_a_range_of_its_own() -> None:
    assert Range(3, 3).is_point
    assert Range(0, 0).is_point
    assert fitted(Range(3, 3)).mean == pytest.approx(3)
    assert fitted(Range(3, 3)).variance == 0


@given(lows, widths)
def test_five_percent_lie_below_the_low_end_and_five_above_the_high_end(low: float, width: float) -> None:
    from scipy.stats import norm

    shape = fitted(Range(low, low * width))
    assert norm.cdf((log(low) - shape.mu) / shape.sigma) == pytest.approx(0.05)
    assert norm.sf((log(low * width) - shape.mu) / shape.sigma) == pytest.approx(0.05)


@given(lows, widths, st.floats(1e-3, 1e3))
def test_scaling_an_interval_scales_its_lognormal(low: float, width: float, factor: float) -> None:
    scaled = fitted(Range(low * factor, low * width * factor))
    assert scaled.mu == pytest.approx(fitted(Range(low, low * width)).scaled(factor).mu, abs=1e-9)
    assert scaled.mean == pytest.approx(fitted(Range(low, low * width)).mean * factor)


def test_moments_are_those_of_the_textbook() -> None:
    """Bahnemann 2015, Distributions for Actuaries, CAS Monograph 2, example 6.3: with sigma 2.4, extremely thick-tailed."""
    shape = Lognormal(7, 2.4)
    assert shape.mean == pytest.approx(exp(7 + 2.88))
    assert sqrt(shape.variance) / shape.mean == pytest.approx(17.78, rel=0.001)


@given(st.floats(0.01, 1e6), st.floats(0.01, 10))
def test_a_lognormal_of_two_moments_has_them(mean: float, variation: float) -> None:
    shape = of_moments(mean, mean * variation)
    assert shape.mean == pytest.approx(mean)
    assert sqrt(shape.variance) == pytest.approx(mean * variation, rel=1e-4)
