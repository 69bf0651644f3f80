"""What is wrong with a ladder: rules that say nothing, levels that ask for nothing, and words that lead nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import isfinite
from typing import Final

from reports.domain.ladder import Compare, Comparison, FactKind, Ladder, Measure, Rule
from reports.domain.values import Better

MOST_LEVELS: Final = 8
MOST_RULES: Final = 60


class FaultKind(StrEnum):
    NO_LEVEL = "no_level"
    MANY = "many"
    LEVEL_TWICE = "level_twice"
    LEVEL_UNNAMED = "level_unnamed"
    LEVEL_EMPTY = "level_empty"
    RULE_TWICE = "rule_twice"
    RULE_NOWHERE = "rule_nowhere"
    FACT_UNKNOWN = "fact_unknown"
    COMPARE_UNFIT = "compare_unfit"
    NO_THRESHOLD = "no_threshold"
    WRONG_WAY = "wrong_way"
    NEVER_FAILS = "never_fails"
    NEVER_MET = "never_met"
    SAME_FACT = "same_fact"
    DEMANDS_LESS = "demands_less"
    NO_FIX = "no_fix"
    LINK_UNSAFE = "link_unsafe"
    MINIMUM_NOWHERE = "minimum_nowhere"
    MINIMUM_ORDER = "minimum_order"


@dataclass(frozen=True, slots=True)
class Fault:
    """`field` names what it is about: "levels", "level.gold", "rule.owner", "minimum.1"."""

    kind: FaultKind
    field: str


def faults(ladder: Ladder, measures: Mapping[str, Measure]) -> tuple[Fault, ...]:
    """Empty: it can be published. `measures` are the facts that are known, by key."""
    return (*_of_levels(ladder), *_of_rules(ladder, measures), *_of_minimums(ladder))


def _of_levels(ladder: Ladder) -> Iterator[Fault]:
    if not ladder.levels:
        yield Fault(FaultKind.NO_LEVEL, "levels")
    if len(ladder.levels) > MOST_LEVELS or len(ladder.rules) > MOST_RULES:
        yield Fault(FaultKind.MANY, "levels")
    for key in _twice(one.key for one in ladder.levels):
        yield Fault(FaultKind.LEVEL_TWICE, f"level.{key}")
    for one in ladder.levels:
        if not one.name.strip():
            yield Fault(FaultKind.LEVEL_UNNAMED, f"level.{one.key}")
        if not ladder.of_level(one.key):
            yield Fault(FaultKind.LEVEL_EMPTY, f"level.{one.key}")


def _of_rules(ladder: Ladder, measures: Mapping[str, Measure]) -> Iterator[Fault]:
    for key in _twice(rule.key for rule in ladder.rules):
        yield Fault(FaultKind.RULE_TWICE, f"rule.{key}")
    for rule in ladder.rules:
        field = f"rule.{rule.key}"
        if not ladder.rank(rule.level):
            yield Fault(FaultKind.RULE_NOWHERE, field)
        if not rule.fix.strip():
            yield Fault(FaultKind.NO_FIX, field)
        if rule.link and not rule.link.startswith(("https://", "http://", "/")):
            yield Fault(FaultKind.LINK_UNSAFE, field)
        if rule.fact not in measures:
            yield Fault(FaultKind.FACT_UNKNOWN, field)
        elif (kind := says_nothing(rule, measures[rule.fact])) is not None:
            yield Fault(kind, field)
    yield from _of_pairs(ladder, measures)


def says_nothing(rule: Comparison, measure: Measure) -> FaultKind | None:
    """Why a comparison says nothing; None: it does."""
    if (rule.compare is Compare.IS_TRUE) != (measure.kind is FactKind.FLAG):
        return FaultKind.COMPARE_UNFIT
    if measure.kind is FactKind.FLAG:
        return None
    if rule.threshold is None or not isfinite(rule.threshold):
        return FaultKind.NO_THRESHOLD
    if (rule.compare is Compare.AT_LEAST) != (measure.better is Better.UP):
        return FaultKind.WRONG_WAY
    most = measure.ceiling
    if rule.compare is Compare.AT_LEAST:
        if rule.threshold <= 0:
            return FaultKind.NEVER_FAILS
        return FaultKind.NEVER_MET if most is not None and rule.threshold > most else None
    if rule.threshold < 0:
        return FaultKind.NEVER_MET
    return FaultKind.NEVER_FAILS if most is not None and rule.threshold >= most else None


def _of_pairs(ladder: Ladder, measures: Mapping[str, Measure]) -> Iterator[Fault]:
    """Who is at a level has passed those below it: the same fact must be asked for more there, or the rule can never fail."""
    by_fact: dict[str, list[Rule]] = {}
    for rule in sorted(ladder.rules, key=lambda one: ladder.rank(one.level)):
        if ladder.rank(rule.level) and rule.fact in measures:
            by_fact.setdefault(rule.fact, []).append(rule)
    for rules in by_fact.values():
        for lower, higher in pairwise(rules):
            if lower.level == higher.level:
                yield Fault(FaultKind.SAME_FACT, f"rule.{higher.key}")
            elif not _stricter(lower, higher):
                yield Fault(FaultKind.DEMANDS_LESS, f"rule.{higher.key}")


def _stricter(lower: Rule, higher: Rule) -> bool:
    if lower.threshold is None or higher.threshold is None or lower.compare is not higher.compare:
        return False
    if lower.compare is Compare.AT_LEAST:
        return higher.threshold > lower.threshold
    return higher.threshold < lower.threshold


def _of_minimums(ladder: Ladder) -> Iterator[Fault]:
    for tier, level in sorted(ladder.minimums.items()):
        if level and not ladder.rank(level):
            yield Fault(FaultKind.MINIMUM_NOWHERE, f"minimum.{tier}")
    tiers = sorted(ladder.minimums)
    for first, second in pairwise(tiers):
        if ladder.minimum(first) < ladder.minimum(second):
            yield Fault(FaultKind.MINIMUM_ORDER, f"minimum.{first}")


def _twice(keys: Iterable[str]) -> list[str]:
    return [key for key, n in Counter(keys).items() if n > 1]
