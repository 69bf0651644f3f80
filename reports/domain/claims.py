"""What a report may claim of its numbers: rules that turn a figure and its test into a statement, and refuse to say more.

A direction is claimed only where the test found one; a share of a small sample always comes with its counts; every statement
has a source. The words are made where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import isclose, isfinite
from typing import Final

from incidents.domain.statistics import Change
from reports.domain.contribution import ShareChange, SumChange
from reports.domain.payload import Source

FEW: Final = 20
"""A share of fewer says nothing without its counts."""
MOST: Final = 3
HALF: Final = Fraction(1, 2)
SAME: Final = 1e-9
TIER_WEIGHTS: Final = {1: 4.0, 2: 2.0, 3: 1.0, 4: 0.5}


class Form(StrEnum):
    """What is said of a figure against the period before."""

    ROSE = "rose"
    FELL = "fell"
    NO_CLEAR = "no_clear"
    UNTESTED = "untested"
    """Both are known, and the samples are too small to compare."""
    FIRST = "first"
    """There is nothing to compare with."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure in two periods. `change` is the verdict of its test, `n` the sample, `weight` how much it matters.

    Raises:
        ValueError: it has no source, or a number is not finite.
    """

    key: str
    now: float | None
    before: float | None
    change: Change
    n: int
    sources: tuple[Source, ...]
    weight: float = 1.0
    of: tuple[int, int] | None = None
    """(k, n) of a share."""
    of_before: tuple[int, int] | None = None
    untested: bool = False
    """No sound test of a change exists, however large the sample."""

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError("A claim needs a source")
        if not all(each is None or isfinite(each) for each in (self.now, self.before)):
            raise ValueError("The numbers of a claim are finite")

    @property
    def size(self) -> float:
        """How far it moved, 0..1 of the larger of both; 0 where nothing may be claimed."""
        if form(self) not in (Form.ROSE, Form.FELL) or self.now is None or self.before is None:
            return 0.0
        return abs(self.now - self.before) / max(abs(self.now), abs(self.before))

    @property
    def with_counts(self) -> bool:
        """Whether a percentage has to name its counts."""
        return any(each is not None and each[1] < FEW for each in (self.of, self.of_before))


def form(fact: Fact) -> Form:
    """Raises nothing; a test that found a direction against the numbers is no clear change."""
    if fact.now is None:
        return Form.UNKNOWN
    if fact.before is None:
        return Form.FIRST
    if fact.change is Change.UP and fact.now > fact.before:
        return Form.ROSE
    if fact.change is Change.DOWN and fact.now < fact.before:
        return Form.FELL
    return Form.UNTESTED if fact.change is Change.UNKNOWN else Form.NO_CLEAR


def leading(facts: Iterable[Fact], most: int = MOST) -> tuple[Fact, ...]:
    """The facts worth a sentence: by size of the change times what it matters, then by what it matters."""
    known = [one for one in facts if one.now is not None]
    return tuple(sorted(known, key=lambda one: (-one.size * one.weight, -one.weight, one.key))[:most])


@dataclass(frozen=True, slots=True)
class Driver:
    """`share` of the change or of the whole, 0..1, exactly; `of` is how many parts there are."""

    key: str
    share: Fraction
    of: int


def dominant(parts: Sequence[tuple[str, float | None]]) -> Driver | None:
    """The part that makes half of the whole or more; None where there is none, one part alone, or less than two are known."""
    known = [(key, Fraction(value)) for key, value in parts if value is not None and value > 0]
    whole = sum((value for _key, value in known), Fraction())
    if len(known) < 2:
        return None
    key, most = max(known, key=lambda each: (each[1], each[0]))
    return Driver(key, most / whole, len(known)) if most / whole >= HALF else None


def drivers(found: SumChange | ShareChange, most: int = MOST) -> tuple[Driver, ...]:
    """What pushed the whole in the direction in which it went, the strongest first, as a share of the whole change.

    A part that pushed the other way is no driver; shares may sum to more than 1, as these parts also made up for the others.
    """
    if not found.change:
        return ()
    pushed = [Driver(each.key, each.effect / found.change, len(found.parts)) for each in found.parts]
    return tuple(one for one in sorted(pushed, key=lambda one: (-one.share, one.key)) if one.share > 0)[:most]


def explained(fact: Fact, found: SumChange | ShareChange | None, most: int = MOST) -> tuple[Driver, ...]:
    """What drove the figure. Nothing where its test found no clear change, which has no driver; and nothing where the parts do
    not add up to the figure in both periods: they were counted otherwise, or later.
    """
    if found is None or form(fact) not in (Form.ROSE, Form.FELL) or fact.now is None or fact.before is None:
        return ()
    same = isclose(float(found.after), fact.now, rel_tol=SAME) and isclose(
        float(found.before), fact.before, rel_tol=SAME
    )
    return drivers(found, most) if same else ()


def strongest(fact: Fact, found: SumChange | ShareChange | None) -> Driver | None:
    """The one driver that did more than any other, under the conditions of `explained`; None where two did as much."""
    first = explained(fact, found, 2)
    if not first or (len(first) > 1 and first[0].share == first[1].share):
        return None
    return first[0]
