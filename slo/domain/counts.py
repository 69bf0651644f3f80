"""Bad and total events of a span of time: the only thing that is stored, from which every ratio is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened in a span, or since a series began.

    `bad` and `total` are events, or slices where the series counts slices, and may be fractions. `covered_s` is how much
    of the span was measured, with or without traffic. A difference of two cumulative counts is the counts of the span
    between them; nothing is clamped, so a difference taken the wrong way round is visibly negative.
    """

    bad: float
    total: float
    covered_s: float

    def __add__(self, other: Counts) -> Self:
        return type(self)(
            bad=self.bad + other.bad,
            total=self.total + other.total,
            covered_s=self.covered_s + other.covered_s,
        )

    def __sub__(self, other: Counts) -> Self:
        return type(self)(
            bad=self.bad - other.bad,
            total=self.total - other.total,
            covered_s=self.covered_s - other.covered_s,
        )

    @property
    def good(self) -> float:
        return self.total - self.bad

    @property
    def error_ratio(self) -> float | None:
        """0..1; None without traffic, because nothing was promised to nobody."""
        return None if self.total == 0 else self.bad / self.total

    @property
    def sli(self) -> float | None:
        """good / total, 0..1; None without traffic."""
        return None if self.total == 0 else (self.total - self.bad) / self.total


ZERO = Counts(bad=0.0, total=0.0, covered_s=0.0)
