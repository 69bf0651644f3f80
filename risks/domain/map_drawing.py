"""Where everything of a heat map stands: cells, dots, what does not fit into a cell, and the arrows of what moved.

Units are those of the picture, about a pixel of a wide screen. Likelihood rises upwards, impact to the right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from risks.domain.movement import Moved

LEFT: Final = 120
"""For the names of the likelihoods."""
BELOW: Final = 58
"""For the names of the impacts."""
WIDE: Final = 640
"""What the cells of a row have together, unless there are so many that a cell could not hold a dot."""
HEAD: Final = 17
"""Of a cell, for the name of its level."""
FOOT: Final = 14
"""Of a cell, for the places that risks left."""
DOT_WIDE: Final = 34
DOT_HIGH: Final = 20
PITCH_X: Final = 39
PITCH_Y: Final = 24
"""A finger needs 24 from one dot to the next."""
ROWS: Final = 3
MARGIN: Final = 7
GHOST_PITCH: Final = 11
MOST_ARROWS: Final = 60
"""More of them are a ball of wool; the table says what moved."""

Cell = tuple[int, int]
"""Positions of likelihood and impact, from 1."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A risk in a cell; `left` is the cell where it stood on the day that is compared with, None where it did not move."""

    pk: int
    cell: Cell
    moved: Moved
    left: Cell | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The upper left corner of a dot."""

    dot: Dot
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Box:
    """A cell with the dots that fit into it; `more` do not, and (`more_x`, `more_y`) is where that is said."""

    cell: Cell
    x: int
    y: int
    dots: tuple[Placed, ...]
    more: int
    more_x: int
    more_y: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """From where a risk stood to its dot."""

    dot: Dot
    from_x: int
    from_y: int
    to_x: int
    to_y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """`unarrowed` moved and have a dot, but no arrow, because there are too many."""

    width: int
    height: int
    cell_width: int
    cell_height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    unarrowed: int


def slots(impacts: int) -> int:
    """How many dots a cell has room for: no caller needs to make more of them, see `beyond`."""
    return _Grid(1, impacts).columns * ROWS


def drawing(
    dots: Iterable[Dot], *, likelihoods: int, impacts: int, beyond: Mapping[Cell, int] | None = None
) -> Drawing:
    """`dots` in the order in which they matter: the first ones of a cell are shown, and the first ones get arrows.

    `beyond` counts what stands in a cell besides its dots; it is for cells whose dots take up all the room.
    """
    grid, beyond = _Grid(likelihoods, impacts), beyond or {}
    in_cells: dict[Cell, list[Dot]] = {}
    for dot in dots:
        in_cells.setdefault(dot.cell, []).append(dot)
    boxes = tuple(
        grid.box((likelihood, impact), in_cells.get((likelihood, impact), ()), beyond.get((likelihood, impact), 0))
        for likelihood in range(likelihoods, 0, -1)
        for impact in range(1, impacts + 1)
    )
    moving = [placed for placed in _by_turns([box.dots for box in boxes]) if placed.dot.left is not None]
    return Drawing(
        width=LEFT + impacts * grid.wide,
        height=likelihoods * grid.high + BELOW,
        cell_width=grid.wide,
        cell_height=grid.high,
        boxes=boxes,
        arrows=grid.arrows(moving[:MOST_ARROWS]),
        unarrowed=max(0, len(moving) - MOST_ARROWS),
    )


def _by_turns(cells: Sequence[Sequence[Placed]]) -> Iterator[Placed]:
    """The first of each cell, then the second of each: a full cell does not take all the arrows."""
    for rank in range(max(map(len, cells), default=0)):
        yield from (placed[rank] for placed in cells if rank < len(placed))


@dataclass(frozen=True, slots=True)
class _Grid:
    likelihoods: int
    impacts: int

    @property
    def wide(self) -> int:
        return max(WIDE // self.impacts, DOT_WIDE + 2 * MARGIN)

    @property
    def high(self) -> int:
        return HEAD + ROWS * PITCH_Y + FOOT

    @property
    def columns(self) -> int:
        return max(1, (self.wide - 2 * MARGIN + PITCH_X - DOT_WIDE) // PITCH_X)

    def corner(self, cell: Cell) -> tuple[int, int]:
        likelihood, impact = cell
        return LEFT + (impact - 1) * self.wide, (self.likelihoods - likelihood) * self.high

    def box(self, cell: Cell, dots: Sequence[Dot], beyond: int) -> Box:
        """The last slot of a crowded cell says how many more there are."""
        slots, n = self.columns * ROWS, len(dots) + beyond
        fitting = dots if n <= slots else dots[: slots - 1]
        placed = tuple(Placed(dot, *self._slot(cell, number)) for number, dot in enumerate(fitting))
        x, y = self.corner(cell)
        return Box(cell, x, y, placed, n - len(fitting), *self._slot(cell, slots - 1))

    def _slot(self, cell: Cell, number: int) -> tuple[int, int]:
        x, y = self.corner(cell)
        row, column = divmod(number, self.columns)
        return x + MARGIN + column * PITCH_X, y + HEAD + row * PITCH_Y

    def arrows(self, moving: Iterable[Placed]) -> tuple[Arrow, ...]:
        """Each begins at a place of its own at the foot of the cell that was left, as far as there are places."""
        taken: Counter[Cell] = Counter()
        places = max(1, (self.wide - 2 * MARGIN) // GHOST_PITCH)
        found = []
        for placed in moving:
            left = placed.dot.left or placed.dot.cell
            x, y = self.corner(left)
            from_x = x + MARGIN + GHOST_PITCH // 2 + (taken[left] % places) * GHOST_PITCH
            from_y = y + self.high - FOOT // 2
            found.append(Arrow(placed.dot, from_x, from_y, *_edge(placed, from_x, from_y)))
            taken[left] += 1
        return tuple(found)


def _edge(placed: Placed, from_x: int, from_y: int) -> tuple[int, int]:
    """Where a line to the middle of a dot meets its edge."""
    half_x, half_y = DOT_WIDE / 2, DOT_HIGH / 2
    middle_x, middle_y = placed.x + half_x, placed.y + half_y
    across, down = from_x - middle_x, from_y - middle_y
    share = 1 / max(abs(across) / half_x, abs(down) / half_y, 1)
    return round(middle_x + across * share), round(middle_y + down * share)
