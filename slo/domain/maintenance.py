"""Announced maintenance: where it stands, and the steps of the grid that it filled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from slo.domain.grid import ceil, epoch, floor

LONGEST: Final = dt.timedelta(days=3)
"""What takes longer is a change of the promise, no maintenance."""


class Phase(StrEnum):
    AHEAD = "ahead"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


def phase(start: dt.datetime, end: dt.datetime, *, cancelled: bool, at: dt.datetime) -> Phase:
    """Of [start, end)."""
    if cancelled:
        return Phase.CANCELLED
    if at < start:
        return Phase.AHEAD
    return Phase.RUNNING if at < end else Phase.OVER


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) in seconds since 1970, on the 5-minute grid of the counts."""

    start: int
    end: int

    @classmethod
    def around(cls, start: dt.datetime, end: dt.datetime) -> Self:
        """The whole steps that the time touches: counts are not kept finer."""
        return cls(epoch(floor(start)), epoch(ceil(end)))

    def within(self, other: Span) -> Span:
        """The part that lies in the other; without length where there is none."""
        low = max(self.start, other.start)
        return Span(low, max(low, min(self.end, other.end)))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same moments, each once, in the order of time; what has no length is left out."""
    found: list[Span] = []
    for one in sorted((each for each in spans if each.start < each.end), key=lambda each: each.start):
        if found and one.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return tuple(found)
