"""What drove a change between two periods: parts that are disjoint and complete, and sum exactly to it.

Sums are split into the differences of their parts; shares into what each part did better or worse (rate) and what only its
weight did (mix); counts of what is off its target into what entered, left, came and went. Everything is taken in fractions, so
that "exactly" holds for floats, too.

Source: Kitagawa 1955, J. Am. Stat. Assoc. 50:1168, "Components of a Difference Between Two Rates".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

HALF: Final = Fraction(1, 2)
Known = float | Decimal | None
"""A part of a sum: minutes, events or money; None where nobody knows it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one part added to the change of a sum."""

    key: str
    before: Fraction
    after: Fraction

    @property
    def effect(self) -> Fraction:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class SumChange:
    """The largest effects first. `unknown` are parts of which one period is not known: they are in no figure, and a sentence
    about the whole has to name them."""

    parts: tuple[Part, ...]
    unknown: tuple[str, ...]

    @property
    def before(self) -> Fraction:
        return sum((each.before for each in self.parts), Fraction())

    @property
    def after(self) -> Fraction:
        return sum((each.after for each in self.parts), Fraction())

    @property
    def change(self) -> Fraction:
        return self.after - self.before

    def leading(self, most: int) -> SumChange:
        """At most `most` parts by name, and the rest as one part with the key "" (left out where nothing is left)."""
        named, rest = self.parts[:most], self.parts[most:]
        if not rest:
            return self
        others = Part(
            "", sum((each.before for each in rest), Fraction()), sum((each.after for each in rest), Fraction())
        )
        return SumChange((*named, others), self.unknown)


@dataclass(frozen=True, slots=True)
class Tally:
    """`k` of `n`, both 0 or above; the rate is None where `n` is 0.

    Raises:
        ValueError: less than nothing.
    """

    k: float | Fraction
    n: float | Fraction

    def __post_init__(self) -> None:
        if not (self.k >= 0 and self.n >= 0):
            raise ValueError("Counts are 0 or above")

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.k) / Fraction(self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class SharePart:
    """`rate_effect` is what the part's own rate did to the whole, `mix_effect` what its weight did: a part that grew adds to the
    whole where it is above the average. A part that was not there before, or is no longer, has only a mix effect."""

    key: str
    before: Tally
    after: Tally
    rate_effect: Fraction
    mix_effect: Fraction

    @property
    def effect(self) -> Fraction:
        return self.rate_effect + self.mix_effect


@dataclass(frozen=True, slots=True)
class ShareChange:
    """Shares are 0..1, effects differences of them; the largest first."""

    before: Fraction
    after: Fraction
    parts: tuple[SharePart, ...]

    @property
    def change(self) -> Fraction:
        return self.after - self.before

    @property
    def is_mix(self) -> bool:
        """Whether half of the change or more would have come although no part did better or worse."""
        return bool(self.change) and self.mix_effect / self.change >= HALF

    @property
    def rate_effect(self) -> Fraction:
        return sum((each.rate_effect for each in self.parts), Fraction())

    @property
    def mix_effect(self) -> Fraction:
        """What would have changed although no part did better or worse."""
        return sum((each.mix_effect for each in self.parts), Fraction())


@dataclass(frozen=True, slots=True)
class Turnover:
    """Keys of what is off its target in one period or the other, by name: `entered` was on it before and `left` is on it now,
    `came` was not judged before and `went` is not judged now, `stayed` was off and is."""

    entered: tuple[str, ...]
    left: tuple[str, ...]
    came: tuple[str, ...]
    went: tuple[str, ...]
    stayed: tuple[str, ...]

    @property
    def before(self) -> int:
        return len(self.stayed) + len(self.left) + len(self.went)

    @property
    def after(self) -> int:
        return len(self.stayed) + len(self.entered) + len(self.came)

    @property
    def change(self) -> int:
        return len(self.entered) + len(self.came) - len(self.left) - len(self.went)


def turnover(before: Mapping[str, bool], after: Mapping[str, bool]) -> Turnover:
    """Of what is judged in each period: whether it is off its target. What is missing was not judged, and not taken for good."""
    off, now = {key for key, bad in before.items() if bad}, {key for key, bad in after.items() if bad}
    return Turnover(
        entered=tuple(sorted((now & before.keys()) - off)),
        left=tuple(sorted((off & after.keys()) - now)),
        came=tuple(sorted(now - before.keys())),
        went=tuple(sorted(off - after.keys())),
        stayed=tuple(sorted(now & off)),
    )


def sum_change(before: Mapping[str, Known], after: Mapping[str, Known]) -> SumChange:
    """A key that is missing was not there, and is 0; None is unknown and is never taken for 0."""
    parts, unknown = [], []
    for key in before.keys() | after.keys():
        old, new = before.get(key, 0), after.get(key, 0)
        if old is None or new is None:
            unknown.append(key)
        else:
            parts.append(Part(key, Fraction(old), Fraction(new)))
    return SumChange(tuple(sorted(parts, key=_order)), tuple(sorted(unknown)))


def share_change(before: Mapping[str, Tally], after: Mapping[str, Tally]) -> ShareChange | None:
    """None where one of the periods holds nothing: there is no share to compare with."""
    old, new = _total(before), _total(after)
    was, now = old.rate, new.rate
    if was is None or now is None:
        return None
    middle = (was + now) * HALF
    parts = []
    for key in before.keys() | after.keys():
        one, other = before.get(key, Tally(0, 0)), after.get(key, Tally(0, 0))
        parts.append(_part(key, one, other, weights=(_weight(one, old), _weight(other, new)), middle=middle))
    return ShareChange(was, now, tuple(sorted(parts, key=_order)))


def _part(key: str, before: Tally, after: Tally, *, weights: tuple[Fraction, Fraction], middle: Fraction) -> SharePart:
    """The effects of one part; `middle` is the mean of both shares of the whole, which the weights' differences cancel."""
    light, heavy = weights
    # Where a part is missing in one period, its rate cannot have changed.
    now = _first(after.rate, before.rate)
    was = _first(before.rate, now)
    rate_effect = (light + heavy) * HALF * (now - was)
    return SharePart(key, before, after, rate_effect, ((was + now) * HALF - middle) * (heavy - light))


def _first(rate: Fraction | None, instead: Fraction | None) -> Fraction:
    return rate if rate is not None else instead or Fraction()


def _total(parts: Mapping[str, Tally]) -> Tally:
    k = sum((Fraction(each.k) for each in parts.values()), Fraction())
    n = sum((Fraction(each.n) for each in parts.values()), Fraction())
    return Tally(k, n)


def _weight(part: Tally, whole: Tally) -> Fraction:
    """Of a whole that is not empty."""
    return Fraction(part.n) / Fraction(whole.n)


def _order(part: Part | SharePart) -> tuple[Fraction, str]:
    return -abs(part.effect), part.key
