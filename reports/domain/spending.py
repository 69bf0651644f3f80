"""Spells in which something was wrong, cut so that each moment is counted once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise


class Spender(IntEnum):
    """Who spends a budget. Where two spend at once, it is the first of them: what a deploy broke was an incident as well, and
    an incident within maintenance went further than was planned."""

    DEPLOY = 0
    INCIDENT = 1
    MAINTENANCE = 2


@dataclass(frozen=True, slots=True)
class Spell:
    """[start, end) in seconds; where two overlap, the time is that of the first spender."""

    start: int
    end: int
    by: Spender = Spender.INCIDENT


def disjoint(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    """The same moments, each once, in the order of time; what has no length is left out."""
    given = [one for one in spells if one.start < one.end]
    steps = sorted(step for one in given for step in ((one.start, one.by, 1), (one.end, one.by, -1)))
    running = dict.fromkeys(Spender, 0)
    found: list[Spell] = []
    for (low, by, step), (high, _by, _step) in pairwise(steps):
        running[by] += step
        spender = next((each for each in Spender if running[each]), None)
        if spender is None or low == high:
            continue
        if found and found[-1].end == low and found[-1].by is spender:
            found[-1] = Spell(found[-1].start, high, spender)
        else:
            found.append(Spell(low, high, spender))
    return tuple(found)
