"""The grid of a scale as a page draws it: the most likely row on top, the worst impact on the right, and what stands where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from risks.domain.matrix import Level, Scale, Step, by_key


class Mark(StrEnum):
    """What can stand in a cell; `SUGGESTED` is the ghost of what the incidents speak for."""

    CURRENT = "current"
    TARGET = "target"
    AFTER_PLAN = "after_plan"
    INHERENT = "inherent"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Marker:
    mark: Mark
    likelihood: str
    impact: str


@dataclass(frozen=True, slots=True)
class Cell:
    impact: Step
    level: Level | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Row:
    likelihood: Step
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """`astray` are markers of steps that the scale does not have."""

    impacts: tuple[Step, ...]
    rows: tuple[Row, ...]
    astray: tuple[Mark, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Those that stand in a cell, in the order of a legend."""
        there = {mark for row in self.rows for cell in row.cells for mark in cell.marks}
        return tuple(mark for mark in Mark if mark in there)


def grid(scale: Scale, markers: Iterable[Marker] = ()) -> Grid:
    placed: dict[tuple[str, str], list[Mark]] = {}
    astray = []
    known = {(row.key, column.key) for row in scale.likelihoods for column in scale.impacts}
    for one in markers:
        if (one.likelihood, one.impact) in known:
            placed.setdefault((one.likelihood, one.impact), []).append(one.mark)
        else:
            astray.append(one.mark)
    rows = tuple(
        Row(
            row,
            tuple(
                Cell(column, _level(scale, row, column), tuple(placed.get((row.key, column.key), ())))
                for column in scale.impacts
            ),
        )
        for row in reversed(scale.likelihoods)
    )
    return Grid(scale.impacts, rows, tuple(astray))


def _level(scale: Scale, row: Step, column: Step) -> Level | None:
    """None for a hole, which only a draft has."""
    try:
        return by_key(scale.levels, scale.cells[row.key, column.key])
    except KeyError:
        return None
