"""Spells in which something was wrong, cut so that each moment is counted once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Spell:
    """[start, end) in seconds; where two overlap, the time is that of one with `first`."""

    start: int
    end: int
    first: bool = False


def disjoint(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    """The same moments, each once, in the order of time; what has no length is left out."""
    given = [one for one in spells if one.start < one.end]
    ends = sorted({end for one in given for end in (one.start, one.end)})
    running, leading = dict.fromkeys(ends, 0), dict.fromkeys(ends, 0)
    for one in given:
        for at, step in ((one.start, 1), (one.end, -1)):
            running[at] += step
            leading[at] += step if one.first else 0
    found: list[Spell] = []
    open_, open_first = 0, 0
    for low, high in pairwise(ends):
        open_ += running[low]
        open_first += leading[low]
        if not open_:
            continue
        kind = open_first > 0
        if found and found[-1].end == low and found[-1].first is kind:
            found[-1] = Spell(found[-1].start, high, first=kind)
        else:
            found.append(Spell(low, high, first=kind))
    return tuple(found)
