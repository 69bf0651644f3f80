"""How risks moved on the scale since a day. It is told by ratings alone: nobody moves a risk without giving a reason.

What is of one version of the scale can be compared; what was rated by another is said to be so, never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Moved(StrEnum):
    """In the order in which a reader wants to know of them."""

    NEW = "new"
    WORSE = "worse"
    BETTER = "better"
    CLOSED = "closed"
    RESCALED = "rescaled"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rating stands on the version `matrix` of the scale. Positions count from 1, the least."""

    matrix: int
    likelihood: int
    impact: int
    level: int

    @property
    def weight(self) -> tuple[int, int]:
        """The level, and within a level the sum of the steps: on axes of equal ratio that is the order of the loss."""
        return self.level, self.likelihood + self.impact

    @property
    def cell(self) -> tuple[int, int]:
        return self.likelihood, self.impact


@dataclass(frozen=True, slots=True)
class Movements:
    """How many of each kind."""

    new: int = 0
    worse: int = 0
    better: int = 0
    closed: int = 0
    rescaled: int = 0
    same: int = 0

    @property
    def total(self) -> int:
        return self.new + self.worse + self.better + self.closed + self.rescaled + self.same


def movement(before: Place | None, now: Place, *, closed: bool = False) -> Moved:
    """`before` is where it stood on that day; None: it was not rated yet. `closed`: it was closed since then."""
    if closed:
        return Moved.CLOSED
    if before is None:
        return Moved.NEW
    if before.matrix != now.matrix:
        return Moved.RESCALED
    if before.weight == now.weight:
        return Moved.SAME
    return Moved.WORSE if now.weight > before.weight else Moved.BETTER


def movements(found: Iterable[Moved]) -> Movements:
    counted = Counter(one.value for one in found)
    return Movements(**counted)
