from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.control import count_limits, share_limits


def test_limits_of_the_orange_juice_cans() -> None:
    """Montgomery, example 7.1: 30 samples of 50 cans, 347 nonconforming: centre 0.2313, upper limit 0.4102."""
    found = share_limits([(347, 1500)], 50)
    assert found is not None
    assert found.centre == pytest.approx(0.2313, abs=5e-5)
    assert found.alarm == pytest.approx(0.4102, abs=2e-4)


@pytest.mark.parametrize(("base", "n"), [([], 10), ([(0, 0)], 10), ([(1, 10)], 0)])
def test_nothing_before_or_nothing_now_has_no_limits(base: list[tuple[int, int]], n: int) -> None:
    assert share_limits(base, n) is None


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 1000))
def test_the_alarm_lies_beyond_the_warning_and_the_warning_beyond_the_centre(base: list[int], n: int) -> None:
    found = share_limits([(k, 50) for k in base], n)
    assert found is not None
    assert found.centre <= found.warning <= found.alarm


def test_a_count_is_judged_by_three_roots_of_its_mean_as_in_the_book() -> None:
    """Montgomery, c chart: a mean of 16 has its upper limit at 28."""
    found = count_limits([14, 18, 16])
    assert found is not None
    assert (found.centre, found.warning, found.alarm) == (16, 24, 28)
    assert count_limits([]) is None
