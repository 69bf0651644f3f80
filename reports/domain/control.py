"""Control charts: whether a share or a count lies beyond what its own history varies by.

Source: Montgomery, Introduction to Statistical Quality Control, 8th edition, chapter 7 (p and c charts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

WARNING: Final = 2
ALARM: Final = 3
"""In standard deviations."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper limits around `centre`, in the unit of what is judged."""

    centre: float
    warning: float
    alarm: float


def count_limits(base: Sequence[int]) -> Limits | None:
    """Of a count, after those of the periods before, as a c chart has them; None where there were none."""
    if not base:
        return None
    centre = sum(base) / len(base)
    return Limits(centre, centre + WARNING * sqrt(centre), centre + ALARM * sqrt(centre))


def share_limits(base: Sequence[tuple[int, int]], n: int) -> Limits | None:
    """Of a share of `n`, after the (k, n) of the periods before; None where there were none, or nothing is judged."""
    whole = sum(size for _k, size in base)
    if not whole or not n:
        return None
    centre = sum(k for k, _size in base) / whole
    sigma = sqrt(centre * (1 - centre) / n)
    return Limits(centre, centre + WARNING * sigma, centre + ALARM * sigma)
