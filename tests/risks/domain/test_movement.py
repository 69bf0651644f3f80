from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.movement import Moved, Movements, Place, movement, movements

STEPS = st.integers(1, 5)
# One letter an impact from the least, a row a likelihood from the rarest: the scale that ships.
ROWS = ("LLLMH", "LLMMH", "LMMHH", "MMHHC", "MHHCC")
OPPOSITE = {Moved.WORSE: Moved.BETTER, Moved.BETTER: Moved.WORSE, Moved.SAME: Moved.SAME}


def place(likelihood: int, impact: int, *, matrix: int = 1) -> Place:
    level = "LMHC".index(ROWS[likelihood - 1][impact - 1]) + 1
    return Place(matrix, likelihood, impact, level)


places = st.builds(place, STEPS, STEPS)


@given(places)
def test_what_stays_is_the_same(one: Place) -> None:
    assert movement(one, one) is Moved.SAME


@given(places, places)
def test_the_way_back_is_the_opposite(one: Place, other: Place) -> None:
    assert movement(other, one) is OPPOSITE[movement(one, other)]


@given(places, places, places)
def test_what_got_worse_twice_is_worse_than_at_first(one: Place, two: Place, three: Place) -> None:
    if movement(one, two) is Moved.WORSE and movement(two, three) is Moved.WORSE:
        assert movement(one, three) is Moved.WORSE


@given(places, STEPS, STEPS)
def test_a_rise_on_an_axis_without_a_fall_on_the_other_is_worse(before: Place, more: int, again: int) -> None:
    now = place(min(5, before.likelihood + more - 1), min(5, before.impact + again - 1))
    expected = Moved.SAME if now.cell == before.cell else Moved.WORSE
    assert movement(before, now) is expected


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        # A level up weighs more than a smaller sum: rare and severe is high, likely and minor is medium.
        (place(4, 2), place(1, 5), Moved.WORSE),
        (place(5, 1), place(4, 1), Moved.BETTER),
        # Within a level the sum decides.
        (place(3, 4), place(3, 5), Moved.WORSE),
        # As often as it is dearer: the loss stays.
        (place(2, 4), place(3, 3), Moved.SAME),
    ],
)
def test_the_level_decides_and_then_the_sum(before: Place, now: Place, moved: Moved) -> None:
    assert movement(before, now) is moved


def test_what_was_not_rated_is_new() -> None:
    assert movement(None, place(1, 1)) is Moved.NEW


@given(places, places)
def test_another_scale_is_never_compared(before: Place, now: Place) -> None:
    assert movement(replace(before, matrix=2), now) is Moved.RESCALED


@given(st.none() | places, places)
def test_what_was_closed_is_closed_wherever_it_stood(before: Place | None, now: Place) -> None:
    assert movement(before, now, closed=True) is Moved.CLOSED


@given(st.lists(st.sampled_from(Moved)))
def test_each_is_counted_once(found: list[Moved]) -> None:
    counted = movements(found)
    assert counted.total == len(found)
    assert counted.worse == found.count(Moved.WORSE)
    assert counted.rescaled == found.count(Moved.RESCALED)


def test_nothing_counts_nothing() -> None:
    assert movements([]) == Movements()
