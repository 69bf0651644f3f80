"""The maturity ladder: levels that a service climbs by rules, and what its readings amount to.

A rule compares one fact of a service with a threshold. A level is held by a service that passes all of its rules and those of
every level below it. What nobody knows never passes, and an exemption never counts as a pass: it is shown beside the level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reports.domain.values import Better


class FactKind(StrEnum):
    FLAG = "flag"
    """1 or 0."""
    COUNT = "count"
    SHARE = "share"
    """0..1."""
    DAYS = "days"
    """Since something was done."""


class Compare(StrEnum):
    IS_TRUE = "is_true"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


EXEMPTS: Final = "ladder:"
"""Begins the subject of an exception that exempts from a rule; the key of the rule follows."""
MOST: Final = {FactKind.FLAG: 1.0, FactKind.SHARE: 1.0}
"""No fact of the kind can be larger; the others have no end. None is below zero."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What can be read of a service. `most`: no reading is larger; None: as its kind says."""

    key: str
    kind: FactKind
    better: Better = Better.UP
    most: float | None = None

    @property
    def ceiling(self) -> float | None:
        return MOST.get(self.kind) if self.most is None else self.most


@dataclass(frozen=True, slots=True)
class Level:
    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A fact against a threshold, which is None only for a flag."""

    fact: str
    compare: Compare = Compare.IS_TRUE
    threshold: float | None = None

    def met(self, reading: float) -> bool:
        if self.compare is Compare.IS_TRUE:
            return reading > 0
        if self.threshold is None:
            return False
        return reading >= self.threshold if self.compare is Compare.AT_LEAST else reading <= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Comparison):
    """`fix` says in words how it is mended; `link` where, if not where the fact says."""

    key: str
    level: str
    fix: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """`levels` from the lowest up; `minimums`: tier -> key of the level that its services must hold at least."""

    levels: tuple[Level, ...]
    rules: tuple[Rule, ...]
    minimums: Mapping[int, str]

    def rank(self, level: str) -> int:
        """1 for the lowest; 0 for none, or one that is not there."""
        return next((n for n, one in enumerate(self.levels, 1) if one.key == level), 0)

    def minimum(self, tier: int) -> int:
        """The rank that a service of the tier must hold at least; 0: nothing is asked of it."""
        return self.rank(self.minimums.get(tier, ""))

    def of_level(self, level: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.level == level)


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Judged:
    """`reading` None: nobody knows it."""

    rule: Rule
    verdict: Verdict
    reading: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`rank` is the level held, 0 for none; `excused` the one that it would hold if what is exempt had passed."""

    rank: int
    excused: int
    results: tuple[Judged, ...]

    def count(self, verdict: Verdict) -> int:
        return sum(one.verdict is verdict for one in self.results)


def judged(rule: Rule, reading: float | None, *, exempt: bool = False) -> Judged:
    """A rule that is met needs no exemption; what is unknown or not met is exempt as long as one is in force."""
    if reading is not None and rule.met(reading):
        return Judged(rule, Verdict.PASSED, reading)
    if exempt:
        return Judged(rule, Verdict.EXEMPT, reading)
    return Judged(rule, Verdict.UNKNOWN if reading is None else Verdict.FAILED, reading)


def standing(ladder: Ladder, readings: Mapping[str, float | None], *, exempt: frozenset[str] = frozenset()) -> Standing:
    """`readings`: fact -> what was read; one that is not in it is unknown. `exempt`: keys of rules."""
    results = tuple(judged(rule, readings.get(rule.fact), exempt=rule.key in exempt) for rule in ladder.rules)
    passed = frozenset({Verdict.PASSED})
    return Standing(_climbed(ladder, results, passed), _climbed(ladder, results, passed | {Verdict.EXEMPT}), results)


def _climbed(ladder: Ladder, results: Sequence[Judged], counting: frozenset[Verdict]) -> int:
    held = 0
    for rank, level in enumerate(ladder.levels, 1):
        if not all(one.verdict in counting for one in results if one.rule.level == level.key):
            break
        held = rank
    return held
