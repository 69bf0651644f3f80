from __future__ import annotations

from math import exp, inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risks.domain.benefit import Treatment, benefit
from risks.domain.lognormal import Range, Refused, Unfit
from risks.domain.money import Estimate, drawn, simulated
from risks.domain.portfolio import (
    FEWEST_TRIALS,
    Beyond,
    Portfolio,
    Tolerance,
    beyond,
    curve,
    portfolio,
    sure_within,
    trials_for,
)
from tests.risks.domain.test_money import FEW, SEED, known, losses, rates

helping = st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)).map(lambda pair: Range(*sorted(pair)))
shapes = st.lists(st.tuples(rates, losses), min_size=1, max_size=6)


def numbered(shape: list[tuple[Range, Range]]) -> list[Estimate]:
    return [Estimate(f"RISK-{number}", rate, loss) for number, (rate, loss) in enumerate(shape)]


def of(estimates: list[Estimate], trials: int = FEW) -> Portfolio:
    found = portfolio(estimates, trials=trials, seed=SEED)
    assert found is not None
    return found


def test_no_risks_have_no_figures() -> None:
    assert portfolio([], seed=SEED) is None


def test_two_risks_may_not_share_their_draws() -> None:
    one = Estimate("RISK-1", known(1), Range(1, 2))
    with pytest.raises(ValueError, match="key"):
        portfolio([one, one], seed=SEED)


@given(shapes)
@settings(max_examples=40, deadline=None)
def test_the_mean_of_all_is_the_sum_of_the_means(shape: list[tuple[Range, Range]]) -> None:
    found = of(numbered(shape))
    assert found.total.figures.expected == pytest.approx(sum(each.expected for each in found.risks))
    assert found.total.figures.mean == pytest.approx(sum(each.mean for each in found.risks))


@given(shapes, rates, losses)
@settings(max_examples=40, deadline=None)
def test_another_risk_changes_no_other_and_makes_no_year_cheaper(
    shape: list[tuple[Range, Range]], rate: Range, loss: Range
) -> None:
    estimates = numbered(shape)
    before, after = of(estimates), of([Estimate("RISK-new", rate, loss), *estimates])
    assert after.risks[1:] == before.risks
    assert (after.total.losses >= before.total.losses * (1 - 1e-12)).all()


@given(shapes)
@settings(max_examples=20, deadline=None)
def test_each_risk_has_the_figures_that_it_has_alone(shape: list[tuple[Range, Range]]) -> None:
    estimates = numbered(shape)
    alone = tuple(simulated(each, trials=FEW, seed=SEED).figures for each in estimates)
    # The order of addition differs by the last digit.
    for one, other in zip(of(estimates).risks, alone, strict=True):
        assert one.p95 == other.p95
        assert one.mean == pytest.approx(other.mean)


@given(shapes, helping, helping)
@settings(max_examples=40, deadline=None)
def test_a_plan_that_helps_makes_no_year_dearer_and_changes_nothing_of_the_years_without_it(
    shape: list[tuple[Range, Range]], rate: Range, loss: Range
) -> None:
    estimates = numbered(shape)
    plan = {"RISK-0": [Treatment(key="T-1", rate=rate), Treatment(key="T-2", loss=loss)]}
    found, without = portfolio(estimates, trials=FEW, seed=SEED, plan=plan), of(estimates)
    assert found is not None
    assert (found.risks, found.tail, found.total.figures) == (without.risks, without.tail, without.total.figures)
    after = found.after_plan
    assert after is not None
    assert (after.losses <= found.total.losses * (1 + 1e-12)).all()
    assert after.figures.expected <= found.total.figures.expected * (1 + 1e-12)
    saved = found.total.figures.mean - after.figures.mean
    assert found.total.figures.expected - after.figures.expected == pytest.approx(saved, abs=1e-6 * (1 + abs(saved)))


def test_a_plan_saves_what_its_treatment_saves_alone_and_two_save_less_than_their_sum() -> None:
    estimate = Estimate("RISK-0", known(3), Range(1_000, 5_000))
    half, third = Treatment(key="T-1", rate=known(0.5)), Treatment(key="T-2", loss=known(1 / 3))

    def left(*plan: Treatment) -> float:
        found = portfolio([estimate], trials=20_000, seed=SEED, plan={"RISK-0": plan})
        assert found is not None
        assert found.after_plan is not None
        return found.after_plan.figures.expected

    saved = benefit(estimate, half, trials=20_000, seed=SEED).saved.mean
    assert estimate.expected - left(half) == pytest.approx(saved)
    assert left(half, third) == pytest.approx(estimate.expected / 6, rel=0.02)


def test_without_a_plan_nothing_is_told_of_one() -> None:
    estimates = [Estimate("RISK-0", known(1), Range(1, 2))]
    found = portfolio(estimates, trials=FEW, seed=SEED, plan={"RISK-0": [], "RISK-9": [Treatment(key="T-1")]})
    assert found is not None
    assert found.after_plan is None


def test_the_chance_of_a_year_without_any_event_is_the_product() -> None:
    found = of([Estimate(f"RISK-{each}", known(0.2), Range(1, 9)) for each in range(5)], trials=100_000)
    assert found.total.figures.zero_year == pytest.approx(exp(-1))
    assert 1 - found.total.exceedance(0) == pytest.approx(exp(-1), rel=0.01)


def test_a_loss_is_exceeded_less_often_the_larger_it_is() -> None:
    total = of([Estimate("RISK-1", known(2), Range(10, 1_000))], trials=20_000).total
    chances = [total.exceedance(loss) for loss in np.geomspace(0.1, 1e6, 50)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == pytest.approx(1 - exp(-2), rel=0.02)
    assert chances[-1] == 0


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ((), Unfit.NO_CURVE),
        (((0, 0.5),), Unfit.NO_CURVE),
        (((1, 1.1),), Unfit.NO_CURVE),
        (((1, -0.1),), Unfit.NO_CURVE),
        (((1, 0.1), (2, 0.2)), Unfit.NO_CURVE),
        (((2, 0.2), (1, 0.1)), Unfit.NO_CURVE),
        (((1, 0.2), (1, 0.1)), Unfit.NO_CURVE),
        (((inf, 0.2),), Unfit.NOT_A_NUMBER),
        (((1, nan),), Unfit.NOT_A_NUMBER),
    ],
)
def test_points_that_are_no_tolerance_curve_are_refused(points: tuple[tuple[float, float], ...], why: Unfit) -> None:
    with pytest.raises(Refused) as refused:
        Tolerance(points)
    assert refused.value.why is why


def test_tolerance_lies_straight_between_its_points_and_holds_on_beyond_the_last() -> None:
    curve = Tolerance(((100, 0.5), (10_000, 0.1)))
    assert curve.at(99) == 1
    assert curve.at(100) == 0.5
    assert curve.at(1_000) == pytest.approx(0.3)
    assert curve.at(1e9) == pytest.approx(0.1)


def test_a_portfolio_within_its_tolerance_is_nowhere_beyond_it() -> None:
    total = of([Estimate("RISK-1", known(0.1), Range(10, 1_000))], trials=20_000).total
    assert beyond(total, Tolerance(((1, 0.5), (10_000, 0.01)))) == ()


def test_where_losses_are_likelier_than_tolerated_is_said_with_the_worst_place() -> None:
    total = of([Estimate("RISK-1", known(1), Range(100, 10_000))], trials=50_000).total
    [found] = beyond(total, Tolerance(((10, 0.9), (1_000, 0.05), (1e6, 0.01))))
    assert isinstance(found, Beyond)
    assert 10 < found.low <= found.worst <= found.high < 1e6
    assert found.chance == total.exceedance(found.worst) > found.tolerated
    assert total.exceedance(found.low * 0.9) <= Tolerance(((10, 0.9), (1_000, 0.05), (1e6, 0.01))).at(found.low * 0.9)


def test_two_places_beyond_tolerance_are_told_apart() -> None:
    frequent = Estimate("RISK-1", known(3), Range(9, 11))
    rare = Estimate("RISK-2", known(0.1), Range(9e5, 1.1e6))
    total = of([frequent, rare], trials=50_000).total
    # At 5, nine of ten years are beyond one in five; at 100 hardly any but the rare ones; at 1,000 one in a hundred is allowed.
    assert len(beyond(total, Tolerance(((5, 0.2), (100, 0.2), (1_000, 0.01))))) == 2


def test_one_point_is_looked_at_exactly() -> None:
    total = of([Estimate("RISK-1", known(1), Range(100, 10_000))], trials=20_000).total
    chance = total.exceedance(1_000)
    assert beyond(total, Tolerance(((1_000, chance),))) == ()
    assert beyond(total, Tolerance(((1_000, chance - 0.001),)))[0].low == 1_000


@given(shapes)
@settings(max_examples=20, deadline=None)
def test_what_the_risks_cost_in_the_worst_years_adds_up_to_these_years(shape: list[tuple[Range, Range]]) -> None:
    found = of(numbered(shape))
    worst = found.total.losses[-int(np.ceil(FEW * 0.05)) :]
    assert sum(found.tail) == pytest.approx(worst.mean())
    assert all(part >= 0 for part in found.tail)


def test_a_rare_catastrophe_has_most_of_the_tail_and_little_of_the_mean() -> None:
    often = Estimate("RISK-1", known(10), Range(900, 1_100))
    rare = Estimate("RISK-2", known(0.05), Range(90_000, 110_000))
    found = of([often, rare], trials=50_000)
    assert found.risks[1].expected < found.risks[0].expected
    assert found.tail[1] > found.tail[0]


def test_trials_that_are_drawn_again_lose_what_they_lost_among_all() -> None:
    estimate = Estimate("RISK-1", Range(0.5, 5), Range(10, 1_000))
    every = drawn(estimate, trials=1_000, seed=SEED)
    some = np.array([0, 17, 500, 999])
    assert drawn(estimate, trials=1_000, seed=SEED, only=some) == pytest.approx(every[some])


def test_few_risks_are_simulated_for_longer_than_many_or_busy_ones() -> None:
    quiet = [Estimate(f"RISK-{each}", known(0.5), Range(1, 2)) for each in range(500)]
    assert trials_for([]) == trials_for(quiet[:50]) == 100_000
    assert trials_for(quiet) == 10_000
    busy = [Estimate(f"RISK-{each}", known(1_000), Range(1, 2)) for each in range(500)]
    assert trials_for(busy) == FEWEST_TRIALS


def test_a_percentile_is_known_the_better_the_more_years_there_are() -> None:
    one = Estimate("RISK-1", known(2), Range(10, 1_000))
    few, many = (of([one], trials=trials).total for trials in (1_000, 100_000))
    for total in (few, many):
        low, high = sure_within(total, 0.95)
        assert low < total.figures.p95 < high
    width = [high - low for low, high in (sure_within(few, 0.95), sure_within(many, 0.95))]
    assert width[1] < width[0] / 3
    assert sure_within(few, 0.9999)[1] == few.losses[-1]
    assert sure_within(few, 0.0001)[0] == few.losses[0]


def test_the_curve_falls_and_covers_what_is_tolerated() -> None:
    total = of([Estimate("RISK-1", known(1), Range(100, 10_000))], trials=20_000).total
    alone, wide = curve(total), curve(total, Tolerance(((1, 0.9), (1e9, 0.01))))
    chances = [chance for _loss, chance in alone]
    assert chances == sorted(chances, reverse=True)
    assert 0 < chances[-1] <= 0.01
    assert wide[0][0] == pytest.approx(1)
    assert wide[-1][0] == pytest.approx(1e9)
    assert len(alone) == len(wide) == 200


def test_years_in_which_nothing_happens_have_no_curve() -> None:
    assert curve(of([Estimate("RISK-1", known(1e-9), Range(1, 2))]).total) == ()


def test_the_example_of_the_maths_page() -> None:
    often = Estimate("RISK-1", Range(0.5, 2), Range(1e4, 1e5))
    rare = Estimate("RISK-2", Range(0.01, 0.1), Range(4e5, 5e6))
    found = portfolio([often, rare], seed=1)
    assert found is not None
    figures = found.total.figures
    [crossed] = beyond(found.total, Tolerance(((1e5, 0.5), (1e6, 0.02))))
    assert [round(each.expected) for each in found.risks] == [44_151, 76_718]
    assert crossed.worst == 1e6
    said = [figures.zero_year, figures.p50, figures.p95, *sure_within(found.total, 0.95)]
    said += [found.tail[1] / sum(found.tail), crossed.low, crossed.high, crossed.chance]
    written = [0.35, 27_800, 241_000, 234_000, 248_000, 0.94, 983_000, 1.45e6, 0.027]
    assert said == pytest.approx(written, rel=0.015)
