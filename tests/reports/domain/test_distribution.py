from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.distribution import Spread, axis, spread


def test_the_middle_and_the_middle_half() -> None:
    assert spread([]) is None
    assert spread([float("nan")]) is None
    assert spread([3, 1, 2]) == Spread(3, 2, None, None)
    assert spread([1, 2, 3, 4, 5]) == Spread(5, 3, 2, 4)


@pytest.mark.parametrize(
    ("values", "most", "ticks"),
    [
        ([0.2, 0.43], 1.0, (0.0, 0.2, 0.4, 0.6)),
        ([0.9, 1.0], 1.0, (0.0, 0.25, 0.5, 0.75, 1.0)),
        ([7, 31], None, (0.0, 10.0, 20.0, 30.0, 40.0)),
        ([-5, 5], None, (-5.0, -2.5, 0.0, 2.5, 5.0)),
        ([], None, (0.0, 0.25, 0.5, 0.75, 1.0)),
        ([0], None, (0.0, 0.25, 0.5, 0.75, 1.0)),
    ],
)
def test_a_scale_has_round_steps_and_zero(values: list[float], most: float | None, ticks: tuple[float, ...]) -> None:
    assert axis(values, most=most).ticks == ticks


@given(st.lists(st.floats(-1e9, 1e9), min_size=1), st.floats(-1e9, 1e9))
def test_everything_stands_on_the_scale_in_order(values: list[float], other: float) -> None:
    scale = axis(values)
    places = [scale.place(value) for value in sorted([*values, other])]
    assert all(0 <= place <= 1 for place in places)
    assert places == sorted(places)


def test_a_scale_without_length_puts_all_into_its_middle() -> None:
    flat = axis([0.5], most=0.0)
    assert flat.place(0.5) == 0.5
