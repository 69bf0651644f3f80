"""Which risks that are written down a proposal may belong to, so that nobody writes the same down twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

SERVICES: Final = 0.6
WORDS: Final = 0.25
CATEGORY: Final = 0.15
LEAST: Final = 0.2
"""Below this, what is alike is chance: one of many services, or a word that every title has."""
_WORD: Final = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Described:
    """`category` empty: nobody has said."""

    key: int
    title: str
    services: frozenset[int]
    category: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """`score` is 0..1."""

    key: int
    score: float


def likeness(one: Described, other: Described) -> float:
    """0..1: shared services of all their services, shared words of their titles, and the same category; each part is 1 when both
    say the same and 0 when they share nothing or one says nothing."""
    category = float(bool(one.category) and one.category == other.category)
    return (
        SERVICES * _shared(one.services, other.services)
        + WORDS * _shared(_words(one.title), _words(other.title))
        + CATEGORY * category
    )


def nearest(one: Described, others: Iterable[Described], *, most: int = 3, least: float = LEAST) -> tuple[Alike, ...]:
    """The likest first; of equal ones the older, whose key is lower."""
    scored = (Alike(each.key, likeness(one, each)) for each in others)
    return tuple(sorted((each for each in scored if each.score >= least), key=lambda each: (-each.score, each.key)))[
        :most
    ]


def _shared(one: frozenset[int] | frozenset[str], other: frozenset[int] | frozenset[str]) -> float:
    """Source: Jaccard 1901, Bull. Soc. Vaud. Sci. Nat. 37:547."""
    every = one | other
    return len(one & other) / len(every) if one and other else 0.0


@lru_cache(maxsize=8192)
def _words(title: str) -> frozenset[str]:
    return frozenset(_WORD.findall(title.casefold()))
