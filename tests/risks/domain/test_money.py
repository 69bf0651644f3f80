from __future__ import annotations

from itertools import pairwise
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risks.domain.lognormal import Z95, Lognormal, Range, Refused, Unfit, of_moments
from risks.domain.money import FEWEST_TRIALS, MOST_EVENTS, MOST_TRIALS, TRIALS, Estimate, drawn, enough, simulated
from tests.risks.domain.truth import percentiles

SEED = 20_260_101
FEW = 400


def spanning(shape: Lognormal) -> Range:
    """The 90 % interval of a lognormal that a book gives by its parameters."""
    return Range(exp(shape.mu - Z95 * shape.sigma), exp(shape.mu + Z95 * shape.sigma))


def known(rate: float) -> Range:
    return Range(rate, rate)


rates = st.tuples(st.floats(0.01, 20), st.floats(1, 30)).map(lambda pair: Range(pair[0], pair[0] * pair[1]))
losses = st.tuples(st.floats(0.1, 1e5), st.floats(1.1, 1e3)).map(lambda pair: Range(pair[0], pair[0] * pair[1]))
estimates = st.builds(Estimate, key=st.sampled_from(("RISK-1", "RISK-2", "RISK-30")), rate=rates, loss=losses)


@pytest.mark.parametrize(
    ("rate", "loss", "why"),
    [
        (Range(0, 0), Range(1, 2), Unfit.NOT_POSITIVE),
        (Range(1, 2), Range(0, 0), Unfit.NOT_POSITIVE),
        (Range(1, 2), Range(5, 5), Unfit.LOW_NOT_BELOW_HIGH),
        (Range(1, 1_001), Range(1, 2), Unfit.TOO_OFTEN),
    ],
)
def test_an_estimate_without_meaning_is_refused_with_the_reason(rate: Range, loss: Range, why: Unfit) -> None:
    with pytest.raises(Refused) as refused:
        Estimate("RISK-1", rate, loss)
    assert refused.value.why is why


@pytest.mark.parametrize("trials", [0, -1, MOST_TRIALS + 1])
def test_no_trials_and_too_many_are_refused(trials: int) -> None:
    with pytest.raises(ValueError, match="trials"):
        simulated(Estimate("RISK-1", known(1), Range(1, 2)), trials=trials, seed=SEED)


@pytest.mark.parametrize("rate", [known(0.05), known(3), known(80), Range(0.1, 1), Range(2, 30)])
def test_mean_and_variance_are_those_of_the_closed_form_within_one_percent(rate: Range) -> None:
    estimate = Estimate("RISK-1", rate, Range(900, 1_100))
    got = drawn(estimate, trials=1_000_000, seed=SEED)
    assert got.mean() == pytest.approx(estimate.expected, rel=0.01)
    assert got.var() == pytest.approx(estimate.variance, rel=0.01)


def test_a_year_without_an_event_is_as_likely_as_poisson_says() -> None:
    estimate = Estimate("RISK-1", known(0.7), Range(1, 5))
    assert estimate.zero_year == pytest.approx(exp(-0.7))
    assert (drawn(estimate, trials=200_000, seed=SEED) == 0).mean() == pytest.approx(exp(-0.7), rel=0.01)


@pytest.mark.parametrize("rate", [Range(0.2, 0.8), Range(0.01, 3), Range(0.001, 1_000)])
def test_a_rate_that_nobody_knows_makes_quiet_years_likelier(rate: Range) -> None:
    estimate = Estimate("RISK-1", rate, Range(1, 5))
    drawn_share = (drawn(estimate, trials=200_000, seed=SEED) == 0).mean()
    assert estimate.zero_year == pytest.approx(drawn_share, rel=0.01)
    assert estimate.zero_year > exp(-estimate.expected / Estimate("RISK-1", known(1), Range(1, 5)).expected)


@pytest.mark.truth
def test_an_independent_transform_gives_the_published_percentile() -> None:
    """Shevchenko 2010, Calculation of Aggregate Loss Distributions, J. Operational Risk 5(2):3: Poisson(100), LN(0, 2), 0.999."""
    [found] = percentiles(100, 0, 2, [0.999], step=0.05, bits=21)
    assert found == pytest.approx(5_853.1, abs=0.1)


@pytest.mark.truth
@pytest.mark.parametrize(
    ("rate", "mu", "sigma", "step", "trials"),
    [(100.0, 0.0, 2.0, 0.05, 200_000), (3.0, 6.0, 1.5, 5.0, 1_000_000), (0.5, 0.0, 1.0, 0.002, 1_000_000)],
)
def test_percentiles_are_those_of_an_independent_transform_within_one_percent(
    rate: float, mu: float, sigma: float, step: float, trials: int
) -> None:
    """The first is Shevchenko's; the second Bahnemann's, 2015, CAS Monograph 2, example 4.15, without its policy limit."""
    found = simulated(Estimate("RISK-1", known(rate), spanning(Lognormal(mu, sigma))), trials=trials, seed=SEED)
    levels = [(0.8, found.figures.p80), (0.95, found.figures.p95), (0.99, found.figures.p99)]
    exact = percentiles(rate, mu, sigma, [level for level, _got in levels], step=step, bits=20)
    for (level, got), truth in zip(levels, exact, strict=True):
        assert got == pytest.approx(truth, rel=0.01), level
        assert found.exceedance(truth) == pytest.approx(1 - level, abs=4 * sqrt(level * (1 - level) / trials))


@pytest.mark.truth
@pytest.mark.parametrize(
    ("rate", "mean", "sd", "published"), [(1.67, 10.0, 24.4, 16.7), (1.67, 15.9, 47.2, 26.5), (0.4, 6.39, 7.83, 2.55)]
)
def test_expected_loss_of_hurricanes_is_the_published_one_within_one_percent(
    rate: float, mean: float, sd: float, published: float
) -> None:
    """Jewson 2023, Stoch. Env. Res. Risk Assess. 37: US hurricanes, Poisson x lognormal, in billions a year."""
    estimate = Estimate("RISK-1", known(rate), spanning(of_moments(mean, sd)))
    assert estimate.expected == pytest.approx(published, rel=0.01)
    found = simulated(estimate, trials=1_000_000, seed=SEED).figures
    assert found.mean == pytest.approx(published, rel=0.01)
    assert abs(found.mean - estimate.expected) < 4 * found.standard_error


@given(estimates)
@settings(max_examples=60, deadline=None)
def test_percentiles_are_in_order_and_never_negative(estimate: Estimate) -> None:
    found = simulated(estimate, trials=FEW, seed=SEED).figures
    assert 0 <= found.p50 <= found.p80 <= found.p95 <= found.p99
    assert 0 < found.zero_year < 1
    assert found.trials == FEW
    assert found.seed == SEED


@given(estimates, st.integers(0, 2**63))
@settings(max_examples=40, deadline=None)
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(estimate: Estimate, seed: int) -> None:
    once = drawn(estimate, trials=FEW, seed=seed)
    assert np.array_equal(once, drawn(estimate, trials=FEW, seed=seed))
    if once.any():
        assert not np.array_equal(once, drawn(estimate, trials=FEW, seed=seed + 1))


@given(estimates, st.floats(0.001, 1))
@settings(max_examples=60, deadline=None)
def test_a_lower_rate_costs_more_in_no_trial(estimate: Estimate, factor: float) -> None:
    rate = Range(estimate.rate.low * factor, estimate.rate.high * factor)
    lower = drawn(Estimate(estimate.key, rate, estimate.loss), trials=FEW, seed=SEED)
    assert (lower <= drawn(estimate, trials=FEW, seed=SEED) * (1 + 1e-12)).all()


@given(estimates, st.floats(1, 5), st.floats(1, 5))
@settings(max_examples=60, deadline=None)
def test_a_larger_loss_costs_less_in_no_trial(estimate: Estimate, low: float, high: float) -> None:
    low, high = sorted((low, high))
    loss = Range(estimate.loss.low * high, estimate.loss.high * high)
    more = drawn(Estimate(estimate.key, estimate.rate, loss), trials=FEW, seed=SEED)
    less = Range(estimate.loss.low * low, estimate.loss.high * low)
    assert (drawn(Estimate(estimate.key, estimate.rate, less), trials=FEW, seed=SEED) <= more * (1 + 1e-9)).all()


@given(estimates, st.floats(0.01, 100))
@settings(max_examples=60, deadline=None)
def test_scaling_the_loss_scales_every_result(estimate: Estimate, factor: float) -> None:
    loss = Range(estimate.loss.low * factor, estimate.loss.high * factor)
    whole = simulated(estimate, trials=FEW, seed=SEED).figures
    scaled = simulated(Estimate(estimate.key, estimate.rate, loss), trials=FEW, seed=SEED).figures
    for name in ("expected", "mean", "standard_error", "p50", "p80", "p95", "p99"):
        assert getattr(scaled, name) == pytest.approx(getattr(whole, name) * factor, rel=1e-9)
    assert scaled.zero_year == whole.zero_year


def test_more_trials_leave_the_first_as_they_are() -> None:
    estimate = Estimate("RISK-1", Range(0.5, 40), Range(1, 5))
    assert np.array_equal(drawn(estimate, trials=5_000, seed=SEED)[:700], drawn(estimate, trials=700, seed=SEED))


def test_a_known_rate_and_a_range_that_is_nearly_one_agree() -> None:
    point = drawn(Estimate("RISK-1", known(5), Range(1, 5)), trials=20_000, seed=SEED)
    nearly = drawn(Estimate("RISK-1", Range(5, 5 * (1 + 1e-9)), Range(1, 5)), trials=20_000, seed=SEED)
    assert (point == nearly).mean() > 0.999


def test_where_there_are_too_many_events_to_draw_the_mean_stays() -> None:
    estimate = Estimate("RISK-1", known(1_000), Range(0.9, 1.1))
    found = drawn(estimate, trials=200, seed=SEED, years=30)
    assert found.mean() == pytest.approx(30 * estimate.expected, rel=0.01)


def test_the_loss_of_a_decade_keeps_the_rate_that_was_drawn_for_its_trial() -> None:
    estimate = Estimate("RISK-1", Range(0.1, 10), Range(0.99, 1.01))
    decade = drawn(estimate, trials=100_000, seed=SEED, years=10)
    assert decade.mean() == pytest.approx(10 * estimate.expected, rel=0.02)
    # If each year had a rate of its own, the variance would be ten times that of a year.
    assert decade.var() > 50 * estimate.variance


def test_half_of_the_years_cost_nothing_where_an_event_is_due_once_in_a_hundred() -> None:
    found = simulated(Estimate("RISK-1", known(0.01), Range(1e6, 1e7)), trials=50_000, seed=SEED)
    assert found.figures.p50 == found.figures.p95 == 0
    assert found.figures.expected > 0
    assert found.exceedance(0) == pytest.approx(1 - exp(-0.01), rel=0.1)
    assert found.exceedance(1e15) == 0


def test_the_median_of_a_single_event_is_the_middle_of_its_range() -> None:
    found = drawn(Estimate("RISK-1", known(0.01), Range(100, 10_000)), trials=1_000_000, seed=SEED)
    assert log(float(np.median(found[found > 0]))) == pytest.approx(log(1_000), rel=0.01)


@given(estimates)
@settings(max_examples=60, deadline=None)
def test_the_curve_falls_from_the_years_with_an_event_to_the_rarest(estimate: Estimate) -> None:
    found = simulated(estimate, trials=FEW, seed=SEED)
    points = found.curve(20)
    assert all(low <= high and often >= rare for (low, often), (high, rare) in pairwise(points))
    if points:
        assert len(points) == 20
        assert points[0][1] <= (found.losses > 0).mean()


def test_of_nothing_there_is_no_curve() -> None:
    assert simulated(Estimate("RISK-1", known(1e-9), Range(1, 2)), trials=10, seed=SEED).curve(20) == ()


def test_what_happens_often_is_simulated_for_fewer_years() -> None:
    assert enough(known(0.1)) == enough(known(30)) == TRIALS
    assert enough(known(400)) == MOST_EVENTS // 400
    assert enough(known(400), years=2) == MOST_EVENTS // 800
    assert enough(known(1_000), years=30) == FEWEST_TRIALS
    assert FEWEST_TRIALS < enough(Range(0.001, 1_000)) < TRIALS


@given(rates, st.floats(1, 30))
def test_more_years_never_take_more_trials(rate: Range, years: float) -> None:
    assert enough(rate, years=years) <= enough(rate)
