from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.map_drawing import (
    BELOW,
    DOT_HIGH,
    DOT_WIDE,
    HEAD,
    LEFT,
    MOST_ARROWS,
    PITCH_X,
    PITCH_Y,
    Box,
    Dot,
    Placed,
    drawing,
    slots,
)
from risks.domain.movement import Moved


@st.composite
def maps(draw: st.DrawFn) -> tuple[list[Dot], int, int]:
    likelihoods, impacts = draw(st.integers(2, 10)), draw(st.integers(2, 10))
    cells = st.tuples(st.integers(1, likelihoods), st.integers(1, impacts))
    found = draw(st.lists(st.tuples(cells, st.none() | cells), max_size=60))
    dots = [
        Dot(number, cell, Moved.SAME if left in (None, cell) else Moved.WORSE, None if left == cell else left)
        for number, (cell, left) in enumerate(found)
    ]
    return dots, likelihoods, impacts


@given(maps())
def test_a_risk_stands_in_its_cell_or_is_counted_there(given_: tuple[list[Dot], int, int]) -> None:
    dots, likelihoods, impacts = given_
    drawn = drawing(dots, likelihoods=likelihoods, impacts=impacts)
    assert len(drawn.boxes) == likelihoods * impacts
    counted = Counter(dot.cell for dot in dots)
    for box in drawn.boxes:
        assert len(box.dots) + box.more == counted[box.cell]
        assert [placed.dot for placed in box.dots] == [dot for dot in dots if dot.cell == box.cell][: len(box.dots)]
        for placed in box.dots:
            assert box.x <= placed.x <= box.x + drawn.cell_width - DOT_WIDE
            assert box.y + HEAD <= placed.y <= box.y + drawn.cell_height - DOT_HIGH


@given(maps())
def test_no_two_dots_lie_upon_each_other(given_: tuple[list[Dot], int, int]) -> None:
    dots, likelihoods, impacts = given_
    drawn = drawing(dots, likelihoods=likelihoods, impacts=impacts)
    placed = [one for box in drawn.boxes for one in box.dots]
    placed += [Placed(Dot(-1, box.cell, Moved.SAME), box.more_x, box.more_y) for box in drawn.boxes if box.more]
    for one, other in combinations(placed, 2):
        assert abs(one.x - other.x) >= PITCH_X or abs(one.y - other.y) >= PITCH_Y


@given(maps())
def test_everything_lies_in_the_picture(given_: tuple[list[Dot], int, int]) -> None:
    dots, likelihoods, impacts = given_
    drawn = drawing(dots, likelihoods=likelihoods, impacts=impacts)
    points = [(one.x + DOT_WIDE, one.y + DOT_HIGH) for box in drawn.boxes for one in box.dots]
    points += [(arrow.from_x, arrow.from_y) for arrow in drawn.arrows]
    points += [(arrow.to_x, arrow.to_y) for arrow in drawn.arrows]
    for x, y in points:
        assert LEFT <= x <= drawn.width
        assert 0 <= y <= drawn.height - BELOW


@given(maps())
def test_an_arrow_leads_to_each_dot_that_moved_and_to_no_other(given_: tuple[list[Dot], int, int]) -> None:
    dots, likelihoods, impacts = given_
    drawn = drawing(dots, likelihoods=likelihoods, impacts=impacts)
    moved = {one.dot.pk for box in drawn.boxes for one in box.dots if one.dot.left is not None}
    arrows = {arrow.dot.pk for arrow in drawn.arrows}
    assert arrows <= moved
    assert len(arrows) + drawn.unarrowed == len(moved)


def test_likelihood_rises_upwards_and_impact_to_the_right() -> None:
    drawn = drawing([], likelihoods=5, impacts=4)
    corners = {box.cell: (box.x, box.y) for box in drawn.boxes}
    assert corners[5, 1] == (LEFT, 0)
    assert corners[1, 4] == (LEFT + 3 * drawn.cell_width, 4 * drawn.cell_height)


def test_a_full_cell_shows_all_and_a_crowded_one_says_how_many_more() -> None:
    full = [Dot(number, (1, 1), Moved.SAME) for number in range(9)]
    assert (box := _cell(full)).more == 0
    assert len(box.dots) == 9
    assert (box := _cell([*full, Dot(9, (1, 1), Moved.SAME)])).more == 2
    assert len(box.dots) == 8


def _cell(dots: list[Dot]) -> Box:
    return next(box for box in drawing(dots, likelihoods=5, impacts=5).boxes if box.cell == (1, 1))


def test_an_arrow_ends_at_the_edge_of_its_dot() -> None:
    dot = Dot(1, (2, 1), Moved.WORSE, left=(1, 1))
    drawn = drawing([dot], likelihoods=2, impacts=2)
    (placed,) = next(box for box in drawn.boxes if box.cell == (2, 1)).dots
    (arrow,) = drawn.arrows
    assert placed.x <= arrow.to_x <= placed.x + DOT_WIDE
    assert arrow.to_y == placed.y + DOT_HIGH
    assert arrow.from_y > arrow.to_y


def test_those_who_left_one_cell_begin_at_places_of_their_own() -> None:
    drawn = drawing([Dot(number, (2, 1), Moved.WORSE, left=(1, 1)) for number in range(8)], likelihoods=2, impacts=2)
    assert len({arrow.from_x for arrow in drawn.arrows}) == 8


def test_arrows_are_few_enough_to_follow_and_every_cell_gets_some() -> None:
    cells = [(likelihood, impact) for likelihood in range(2, 6) for impact in range(1, 6)]
    dots = [Dot(number, cells[number % 20], Moved.WORSE, left=(1, 1)) for number in range(180)]
    drawn = drawing(sorted(dots, key=lambda dot: dot.cell), likelihoods=5, impacts=5)
    assert len(drawn.arrows) == MOST_ARROWS
    assert drawn.unarrowed == 180 - MOST_ARROWS
    assert {arrow.dot.cell for arrow in drawn.arrows} == set(cells)


@pytest.mark.parametrize("impacts", [2, 5, 10])
def test_a_picture_holds_a_bounded_number_of_dots(impacts: int) -> None:
    dots = [Dot(number, (1 + number % impacts, 1 + number // impacts % impacts), Moved.SAME) for number in range(5000)]
    drawn = drawing(dots, likelihoods=impacts, impacts=impacts)
    assert sum(len(box.dots) for box in drawn.boxes) <= 300


@given(maps())
def test_what_no_cell_has_room_for_may_be_counted_instead_of_given(given_: tuple[list[Dot], int, int]) -> None:
    dots, likelihoods, impacts = given_
    crowd = [Dot(1000 + number, (1, 1), Moved.SAME) for number in range(20)]
    taken: Counter[tuple[int, int]] = Counter()
    few = []
    for dot in (*dots, *crowd):
        taken[dot.cell] += 1
        if taken[dot.cell] <= slots(impacts):
            few.append(dot)
    beyond = {cell: n - slots(impacts) for cell, n in taken.items() if n > slots(impacts)}
    whole = drawing([*dots, *crowd], likelihoods=likelihoods, impacts=impacts)
    assert drawing(few, likelihoods=likelihoods, impacts=impacts, beyond=beyond) == whole
