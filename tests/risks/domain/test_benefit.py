from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risks.domain.benefit import NOTHING, Treatment, benefit
from risks.domain.lognormal import Range, Refused, Unfit
from risks.domain.money import Estimate
from tests.risks.domain.test_money import FEW, SEED, estimates, known

ESTIMATE = Estimate("RISK-1", Range(0.5, 4), Range(1_000, 50_000))
helping = st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)).map(lambda pair: Range(*sorted(pair)))
costs = st.one_of(
    st.just(NOTHING), st.tuples(st.floats(1, 1e5), st.floats(1, 50)).map(lambda pair: Range(pair[0], pair[0] * pair[1]))
)


@pytest.mark.parametrize(
    ("rate", "years", "why"),
    [(Range(0.5, 11), 1, Unfit.TOO_LARGE), (known(1), 0, Unfit.NO_YEARS), (known(1), 31, Unfit.NO_YEARS)],
)
def test_a_treatment_without_meaning_is_refused_with_the_reason(rate: Range, years: int, why: Unfit) -> None:
    with pytest.raises(Refused) as refused:
        Treatment(key="T-1", rate=rate, years=years)
    assert refused.value.why is why


def test_a_treatment_that_changes_nothing_saves_exactly_nothing() -> None:
    found = benefit(ESTIMATE, Treatment(key="T-1", one_off=known(10)), trials=FEW, seed=SEED)
    assert found.saved.p5 == found.saved.p95 == found.saved.mean == 0
    assert found.net.p5 == found.net.p95 == -10
    assert found.pays == 0


def test_what_is_avoided_saves_its_whole_expected_loss() -> None:
    found = benefit(ESTIMATE, Treatment(key="T-1", rate=known(0)), trials=500_000, seed=SEED)
    assert found.saved.mean == pytest.approx(ESTIMATE.expected, rel=0.01)
    assert found.pays == pytest.approx(1 - ESTIMATE.zero_year, rel=0.01)


@pytest.mark.parametrize("years", [1, 5])
def test_known_factors_save_their_share_of_each_year_within_one_percent(years: int) -> None:
    estimate = Estimate("RISK-1", known(3), Range(1_000, 5_000))
    treatment = Treatment(
        key="T-1", rate=known(0.4), loss=known(0.5), yearly=known(100), one_off=known(50), years=years
    )
    found = benefit(estimate, treatment, trials=500_000, seed=SEED)
    assert found.saved.mean == pytest.approx(years * estimate.expected * (1 - 0.4 * 0.5), rel=0.01)
    assert found.cost.p5 == found.cost.p95 == 50 + years * 100
    assert found.net.mean == pytest.approx(found.saved.mean - found.cost.mean)


def test_costs_are_ranges_of_their_own() -> None:
    treatment = Treatment(key="T-1", one_off=Range(1_000, 9_000), yearly=known(0), years=3)
    found = benefit(ESTIMATE, treatment, trials=200_000, seed=SEED)
    assert found.cost.p5 == pytest.approx(1_000, rel=0.02)
    assert found.cost.p95 == pytest.approx(9_000, rel=0.02)


@given(estimates, helping, helping)
@settings(max_examples=60, deadline=None)
def test_what_is_said_to_help_harms_in_no_trial(estimate: Estimate, rate: Range, loss: Range) -> None:
    found = benefit(estimate, Treatment(key="T-1", rate=rate, loss=loss), trials=FEW, seed=SEED)
    assert found.saved.p5 >= -1e-9 * estimate.expected
    assert found.saved.p5 <= found.saved.p50 <= found.saved.p95


@given(estimates, helping, costs, costs, st.integers(1, 10))
@settings(max_examples=40, deadline=None)
def test_a_cheaper_treatment_pays_at_least_as_often(
    estimate: Estimate, rate: Range, one_off: Range, yearly: Range, years: int
) -> None:
    dear = Treatment(key="T-1", rate=rate, one_off=one_off, yearly=yearly, years=years)
    cheap = Treatment(key="T-1", rate=rate, one_off=one_off, years=years)
    expensive, inexpensive = (benefit(estimate, each, trials=FEW, seed=SEED) for each in (dear, cheap))
    assert inexpensive.pays >= expensive.pays
    assert inexpensive.saved == expensive.saved


def test_a_measure_that_makes_events_worse_can_cost_more_than_it_saves() -> None:
    found = benefit(ESTIMATE, Treatment(key="T-1", rate=known(0.9), loss=Range(2, 4)), trials=20_000, seed=SEED)
    assert found.saved.mean < 0
    assert found.pays < 0.5


def test_paired_years_say_more_than_years_of_their_own() -> None:
    treatment = Treatment(key="T-1", loss=known(0.95))
    paired = benefit(ESTIMATE, treatment, trials=20_000, seed=SEED).saved
    assert paired.mean == pytest.approx(0.05 * ESTIMATE.expected, rel=0.05)
    assert paired.standard_error < 0.05 * paired.mean


def test_the_same_seed_gives_the_same_benefit() -> None:
    treatment = Treatment(key="T-1", rate=Range(0.2, 0.5), one_off=Range(1_000, 5_000))
    once = benefit(ESTIMATE, treatment, trials=FEW, seed=SEED)
    assert once == benefit(ESTIMATE, treatment, trials=FEW, seed=SEED)
    assert once.trials == FEW
    assert once.seed == SEED
