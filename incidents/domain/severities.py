"""Which severity is suggested: by the matrix of impact and condition, by the share of users, by the burning objective."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Because(StrEnum):
    MATRIX = "matrix"
    USERS = "users"
    BURN = "burn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What a level asks for. None: it is never suggested for that reason."""

    level: int
    min_user_share: float | None = None
    min_burn: float | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    level: int
    because: Because


def suggestion(
    levels: Sequence[Level],
    *,
    matrix: Mapping[tuple[str, str], int],
    impact: str = "",
    condition: str = "",
    user_share: float | None = None,
    burn: float | None = None,
) -> Suggestion | None:
    """The worst (lowest) level that any reason gives; None when nothing is known. A tie goes to the matrix."""
    found = []
    if (impact, condition) in matrix:
        found.append(Suggestion(matrix[impact, condition], Because.MATRIX))
    for each in sorted(levels, key=lambda one: one.level):
        if user_share is not None and each.min_user_share is not None and user_share >= each.min_user_share:
            found.append(Suggestion(each.level, Because.USERS))
            break
    for each in sorted(levels, key=lambda one: one.level):
        if burn is not None and each.min_burn is not None and burn >= each.min_burn:
            found.append(Suggestion(each.level, Because.BURN))
            break
    return min(found, key=lambda one: one.level, default=None)
