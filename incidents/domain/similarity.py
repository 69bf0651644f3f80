"""How alike two incidents are, from 0 to 1, and by what.

The weights are a judgement, not fitted. What an incident says nothing of counts neither way: the score is the weighted mean over
those parts that the incident itself has, so that all others are measured alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Part(StrEnum):
    TEXT = "text"
    SERVICES = "services"
    ALERTS = "alerts"
    OBJECTIVES = "objectives"
    MODES = "modes"


WEIGHTS: Final = {
    Part.TEXT: 0.35,
    Part.SERVICES: 0.25,
    Part.ALERTS: 0.20,
    Part.OBJECTIVES: 0.10,
    Part.MODES: 0.10,
}
NEIGHBOUR: Final = 0.5
"""A service that is one hop from one of the other incident, in place of the same one."""
NAME: Final = 0.8
"""Alerts of one name weigh less than those of one fingerprint, which is name and labels."""
UNKNOWN_BURN: Final = 0.5
"""The part of a shared objective that the height of its burn decides, where it is not known how high it was."""
OF_THIS: Final = 0.6
"""Most by which ratings of exactly these two incidents move the score."""
OF_OTHERS: Final = 0.3
"""Most by which ratings of a past incident that were given in other ones move the score."""
DOUBT: Final = 2
"""One rating alone is worth a third of what many are."""
WORDS: Final = 4
LONGEST: Final = 4000
"""Characters of a text that are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """What of an incident is compared. `near` are the services one hop from its own. `peaks`: objective -> how many times
    too fast it burned at most; None where it did not alert."""

    key: int
    text: str = ""
    services: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    prints: frozenset[str] = frozenset()
    peaks: Mapping[int, float | None] = field(default_factory=dict)
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """A part that speaks for it, the strongest first in a list. `shared` are words, short names of services, names of alerts or
    modes, or ids of objectives; `near` are services that are only neighbours."""

    part: Part
    score: float
    shared: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ratings:
    """How many people found a past incident useful, or not: in this very incident, and in others."""

    useful: int = 0
    useless: int = 0
    useful_elsewhere: int = 0
    useless_elsewhere: int = 0

    @property
    def factor(self) -> float:
        """By which the likeness is multiplied; 1 without ratings."""
        here = (self.useful - self.useless) / (self.useful + self.useless + DOUBT)
        elsewhere = self.useful_elsewhere + self.useless_elsewhere + DOUBT
        there = (self.useful_elsewhere - self.useless_elsewhere) / elsewhere
        return (1 + OF_THIS * here) * (1 + OF_OTHERS * there)


NONE: Final = Ratings()


@dataclass(frozen=True, slots=True)
class Likeness:
    """`alike` is what the incidents themselves say, `score` that with the ratings."""

    key: int
    alike: float
    score: float
    reasons: tuple[Reason, ...]


def ranked(
    one: Portrait, others: Sequence[Portrait], *, ratings: Mapping[int, Ratings] | None = None, least: float = 0.0
) -> tuple[Likeness, ...]:
    """Those that are at least so much alike, ratings aside, by score; of equal ones that of the higher key first."""
    found = []
    for other, text in zip(others, texts_alike(one.text, [each.text for each in others]), strict=True):
        parts = (text, _services(one, other), _alerts(one, other), _objectives(one, other), _modes(one, other))
        alike = _mean(one, parts)
        if alike > 0 and alike >= least:
            rated = (ratings or {}).get(other.key, NONE)
            reasons = sorted((each for each in parts if each.score > 0), key=_weighted, reverse=True)
            found.append(Likeness(other.key, alike, min(1.0, alike * rated.factor), tuple(reasons)))
    return tuple(sorted(found, key=lambda each: (-each.score, -each.key)))


def texts_alike(text: str, others: Sequence[str]) -> list[Reason]:
    """The cosine of the weights of their words, with those that contribute most.

    A word weighs more the fewer of the texts have it; English words that say nothing are left out.
    Source: Salton and Buckley 1988, Inf. Process. Manag. 24:513.
    """
    nothing = [Reason(Part.TEXT, 0.0) for _ in others]
    if not text.strip() or not others:
        return nothing
    # scikit-learn takes more than a second to import, which no start of the portal should pay.
    from sklearn.feature_extraction.text import TfidfVectorizer

    maker = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    try:
        rows = maker.fit_transform([each[:LONGEST] for each in (text, *others)])
    except ValueError:
        # Nothing but words that say nothing.
        return nothing
    words = maker.get_feature_names_out()
    shared = rows[1:].multiply(rows[0]).tocsr()
    return [_text(shared.getrow(index), words) for index in range(len(others))]


def _text(row: Any, words: Any) -> Reason:
    best = sorted(zip(row.data, row.indices, strict=True), key=lambda each: (-each[0], each[1]))
    return Reason(Part.TEXT, min(1.0, float(row.sum())), tuple(str(words[index]) for _weight, index in best[:WORDS]))


def _services(one: Portrait, other: Portrait) -> Reason:
    """The mean, over the services of both, of 1 for the same and a half for a neighbour."""
    if not one.services or not other.services:
        return Reason(Part.SERVICES, 0.0)
    shared = one.services & other.services
    mine = (one.services & other.near) - shared
    theirs = (other.services & one.near) - shared
    score = (
        (len(shared) + NEIGHBOUR * len(mine)) / len(one.services)
        + (len(shared) + NEIGHBOUR * len(theirs)) / len(other.services)
    ) / 2
    return Reason(Part.SERVICES, score, tuple(sorted(shared)), tuple(sorted(theirs)))


def _alerts(one: Portrait, other: Portrait) -> Reason:
    by_print = jaccard(one.prints, other.prints)
    by_name = NAME * jaccard(one.names, other.names)
    return Reason(Part.ALERTS, max(by_print, by_name), tuple(sorted(one.names & other.names)))


def _objectives(one: Portrait, other: Portrait) -> Reason:
    """Half for the same objectives, half for having burned as high."""
    shared = sorted(one.peaks.keys() & other.peaks.keys())
    if not shared:
        return Reason(Part.OBJECTIVES, 0.0)
    burns = [_as_high(one.peaks[key], other.peaks[key]) for key in shared]
    same = jaccard(frozenset(one.peaks), frozenset(other.peaks))
    return Reason(Part.OBJECTIVES, same * (1 + sum(burns) / len(burns)) / 2, tuple(map(str, shared)))


def _as_high(one: float | None, other: float | None) -> float:
    """The lower burn as a part of the higher."""
    if one is None or other is None or max(one, other) <= 0:
        return UNKNOWN_BURN
    return max(0.0, min(one, other)) / max(one, other)


def _modes(one: Portrait, other: Portrait) -> Reason:
    return Reason(Part.MODES, jaccard(one.modes, other.modes), tuple(sorted(one.modes & other.modes)))


def jaccard(one: frozenset[Any], other: frozenset[Any]) -> float:
    """What both have of what either has; 0 of nothing. Source: Jaccard 1912, New Phytol. 11:37."""
    either = one | other
    return len(one & other) / len(either) if either else 0.0


def _has(one: Portrait) -> dict[Part, bool]:
    return {
        Part.TEXT: bool(one.text.strip()),
        Part.SERVICES: bool(one.services),
        Part.ALERTS: bool(one.names or one.prints),
        Part.OBJECTIVES: bool(one.peaks),
        Part.MODES: bool(one.modes),
    }


def _mean(one: Portrait, parts: Sequence[Reason]) -> float:
    whole = sum(WEIGHTS[part] for part, has in _has(one).items() if has)
    return min(1.0, sum(map(_weighted, parts)) / whole) if whole else 0.0


def _weighted(reason: Reason) -> float:
    return WEIGHTS[reason.part] * reason.score
