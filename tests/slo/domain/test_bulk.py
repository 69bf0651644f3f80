from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain import bulk
from slo.domain.bands import band
from slo.domain.budget import budget, burn_rate, error_budget
from slo.domain.burn import BurnRule, Severity, Verdict, evaluate
from slo.domain.counts import Counts
from slo.domain.coverage import Coverage

counts = st.integers(0, 10**6).flatmap(
    lambda total: st.builds(Counts, bad=st.integers(0, total), total=st.just(total), covered_s=st.just(3600.0))
)
targets = st.decimals(Decimal("0.5"), Decimal("0.99999"), places=5)


def nan(value: float | None) -> float:
    return np.nan if value is None else value


@given(st.lists(st.tuples(counts, targets), min_size=1, max_size=20))
def test_law_many_budgets_are_the_single_ones(rows: list[tuple[Counts, Decimal]]) -> None:
    bad = np.array([each.bad for each, _ in rows], float)
    total = np.array([each.total for each, _ in rows], float)
    eb = np.array([error_budget(target) for _, target in rows])
    left = bulk.remaining(bad, total, error_budget=eb)
    burns = bulk.burns(bad, total, error_budget=eb)
    chosen = bulk.bands(left, firing=np.zeros(len(rows), np.bool_))
    for i, (each, target) in enumerate(rows):
        single = budget(each, target=target, window_s=1)
        np.testing.assert_equal(left[i], nan(single.remaining))
        np.testing.assert_equal(burns[i], nan(burn_rate(each, target=target)))
        assert bulk.BANDS[chosen[i]] is band(single.remaining, reason=single.reason)


@given(counts, counts, targets, st.floats(0.5, 100), st.integers(0, 5))
def test_law_many_rules_decide_like_the_single_one(
    long: Counts, short: Counts, target: Decimal, factor: float, min_failures: int
) -> None:
    rule = BurnRule(long_s=3600, short_s=300, factor=factor, severity=Severity.PAGE, min_failures=min_failures)
    eb = np.array([error_budget(target)])
    firing = bulk.fires(
        burn_long=bulk.burns(np.array([long.bad]), np.array([long.total]), error_budget=eb),
        burn_short=bulk.burns(np.array([short.bad]), np.array([short.total]), error_budget=eb),
        bad_long=np.array([float(long.bad)]),
        factor=np.array([factor]),
        min_failures=np.array([float(min_failures)]),
    )
    decision = evaluate(rule, long=long, short=short, target=target)
    assert bool(firing[0]) is (decision.verdict is Verdict.FIRES)


def test_windows_are_columns() -> None:
    bad, total = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[100.0, 100.0], [0.0, 10.0]])
    burns = bulk.burns(bad, total, error_budget=np.array([[0.01], [0.1]]))
    np.testing.assert_allclose(burns, np.array([[1, 2], [np.nan, 0]]))


@pytest.mark.parametrize(("covered_s", "expected_s"), [(90, 100), (89, 100), (0, 0), (100, 100)])
def test_coverage_is_enough_where_the_single_one_says_so(covered_s: float, expected_s: float) -> None:
    many = bulk.covered(np.array([covered_s]), np.array([expected_s]))
    single = Coverage(covered_s=covered_s, expected_s=expected_s)
    assert bool(many[0]) is (single.reason is None)


def test_a_firing_rule_puts_a_healthy_objective_at_risk() -> None:
    chosen = bulk.bands(np.array([0.9, 0.9, -0.1, np.nan]), firing=np.array([True, False, True, True]))
    assert [bulk.BANDS[each].value for each in chosen] == ["at_risk", "healthy", "breached", "no_data"]
