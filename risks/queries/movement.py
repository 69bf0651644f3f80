"""How a risk moved: its ratings with what each changed and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from risks.models import ImpactColumn, RatingKind, Risk, RiskRating


class Direction(StrEnum):
    FIRST = "first"
    UP = "up"
    DOWN = "down"
    SAME = "same"
    OTHER_SCALE = "other_scale"


@dataclass(frozen=True, slots=True)
class Move:
    """A rating against the one before it of its kind. `steps` is by how many levels; of two scales nothing is compared.
    `decided_by` is the name of the column that decided."""

    rating: RiskRating
    direction: Direction
    steps: int
    decided_by: str


@dataclass(frozen=True, slots=True)
class Movement:
    """`moves` newest first. `levels`: positions of the current ratings, oldest first, by the newest scale alone; None where
    another scale was in force, so that a line through them shows a gap."""

    moves: tuple[Move, ...]
    levels: tuple[float | None, ...]


def movement(risk: Risk) -> Movement:
    """Two statements."""
    rows = list(
        risk.ratings.select_related("matrix", "likelihood", "impact", "level", "by", "suggested").order_by("at", "pk")
    )
    names = _column_names(rows)
    last: dict[str, RiskRating] = {}
    moves = []
    for row in rows:
        direction, steps = _against(last.get(row.kind), row)
        moves.append(Move(row, direction, steps, names.get((row.matrix_id, row.decided_by), "")))
        last[row.kind] = row
    newest = last.get(RatingKind.CURRENT)
    levels = tuple(
        float(row.level.position) if newest and row.matrix_id == newest.matrix_id else None
        for row in rows
        if row.kind == RatingKind.CURRENT
    )
    return Movement(tuple(reversed(moves)), levels)


def _against(before: RiskRating | None, now: RiskRating) -> tuple[Direction, int]:
    if before is None:
        return Direction.FIRST, 0
    if before.matrix_id != now.matrix_id:
        return Direction.OTHER_SCALE, 0
    steps = now.level.position - before.level.position
    return (Direction.UP if steps > 0 else Direction.DOWN if steps < 0 else Direction.SAME), abs(steps)


def _column_names(rows: Sequence[RiskRating]) -> dict[tuple[int, str], str]:
    found = ImpactColumn.objects.filter(matrix__in={row.matrix_id for row in rows})
    return {(matrix, key): name for matrix, key, name in found.values_list("matrix_id", "key", "name")}
