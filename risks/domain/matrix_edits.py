"""Changing a scale that is being drafted: what comes in or goes takes its cells and criteria along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from risks.domain.matrix import Axis, Column, Criterion, K, Keyed, Level, Scale, Step, position

NEW: Final = "new-"
"""Begins the keys of what has no name yet."""
FIRST_DAYS: Final = 365
"""After how many days the first level of all is reviewed."""


def added(scale: Scale, axis: Axis, after: str) -> Scale:
    """With one more step above the one with the key `after`; "" puts it below all. It takes the levels of its neighbour, so
    that what was monotone stays so, and has neither name nor range yet.

    Raises: KeyError for a key that is not there; ValueError for an axis that has no steps.
    """
    if axis is Axis.LIKELIHOOD:
        likelihoods = _with(scale.likelihoods, after, Step(_new(scale.likelihoods), ""))
        cells = _spread(scale.cells, _like(scale.likelihoods, likelihoods), of_row=True)
        return replace(scale, likelihoods=from_lows(likelihoods), cells=cells)
    if axis is Axis.IMPACT:
        impacts = _with(scale.impacts, after, Step(_new(scale.impacts), ""))
        return replace(scale, impacts=impacts, cells=_spread(scale.cells, _like(scale.impacts, impacts), of_row=False))
    if axis is Axis.COLUMN:
        return replace(scale, columns=_with(scale.columns, after, Column(_new(scale.columns), "", {})))
    if axis is Axis.LEVEL:
        known = {one.key: one.review_days for one in scale.levels}
        days = known.get(after, max(known.values(), default=FIRST_DAYS))
        return replace(scale, levels=_with(scale.levels, after, Level(_new(scale.levels), "", "at_risk", days)))
    raise ValueError(axis)


def removed(scale: Scale, axis: Axis, key: str) -> Scale:
    """Without a step and its cells; a level leaves holes. Ranges close up.

    Raises: ValueError for an axis that has no steps.
    """
    if axis is Axis.LIKELIHOOD:
        left = tuple(one for one in scale.likelihoods if one.key != key)
        cells = {pair: level for pair, level in scale.cells.items() if pair[0] != key}
        return replace(scale, likelihoods=from_lows(left), cells=cells)
    if axis is Axis.IMPACT:
        impacts = tuple(one for one in scale.impacts if one.key != key)
        cells = {pair: level for pair, level in scale.cells.items() if pair[1] != key}
        kept = [one.key for one in impacts]
        columns = tuple(replace(one, criteria=criteria_from_lows(kept, one.criteria)) for one in scale.columns)
        return replace(scale, impacts=impacts, cells=cells, columns=columns)
    if axis is Axis.COLUMN:
        return replace(scale, columns=tuple(one for one in scale.columns if one.key != key))
    if axis is Axis.LEVEL:
        cells = {pair: level for pair, level in scale.cells.items() if level != key}
        return replace(scale, levels=tuple(one for one in scale.levels if one.key != key), cells=cells)
    raise ValueError(axis)


def from_lows(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The ranges that follow when only the lower ends are said: each step ends where the next one that has a lower end begins,
    the least has none. A step above it without a lower end has no range; where none has one, nothing has."""
    found: list[Step] = []
    high: float | None = None
    for place, one in reversed(list(enumerate(steps))):
        low = one.low if place else None
        says = place == 0 or low is not None
        found.append(replace(one, low=low, high=high if says else None))
        high = low if low is not None else high
    return tuple(reversed(found))


def criteria_from_lows(impacts: Sequence[str], criteria: Mapping[str, Criterion]) -> dict[str, Criterion]:
    """As `from_lows`, for the criteria of a column in the order of the impacts."""
    steps = from_lows([Step(key, "", criteria[key].low) for key in impacts if key in criteria])
    return {one.key: replace(criteria[one.key], low=one.low, high=one.high) for one in steps}


def _with(things: tuple[K, ...], after: str, one: K) -> tuple[K, ...]:
    place = position(things, after) if after else 0
    return (*things[:place], one, *things[place:])


def _new(things: Sequence[Keyed]) -> str:
    taken = {one.key for one in things}
    return next(key for n in range(1, len(things) + 2) if (key := f"{NEW}{n}") not in taken)


def _like(before: Sequence[Step], now: Sequence[Step]) -> dict[str, str]:
    """Step -> the one whose cells it takes: its own, those of its lower neighbour where it is new, of its upper one if least."""
    keys = {one.key for one in before}
    found = {}
    for place, one in enumerate(now):
        neighbour = now[place - 1] if place else now[-1 if len(now) == 1 else 1]
        found[one.key] = one.key if one.key in keys else neighbour.key
    return found


def _spread(
    cells: Mapping[tuple[str, str], str], like: Mapping[str, str], *, of_row: bool
) -> dict[tuple[str, str], str]:
    found = {}
    for (row, column), level in cells.items():
        for one, source in like.items():
            if source == (row if of_row else column):
                found[(one, column) if of_row else (row, one)] = level
    return found
