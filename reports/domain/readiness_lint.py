"""What is wrong with a readiness template: items that say nothing, can never fail or never pass, or that nobody can prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from reports.domain.ladder import Measure
from reports.domain.ladder_lint import says_nothing
from reports.domain.readiness import Item, Proof, Template, Weight

MOST_ITEMS: Final = 60


class FlawKind(StrEnum):
    NO_ITEM = "no_item"
    MANY = "many"
    TWICE = "twice"
    NO_TEXT = "no_text"
    NO_WEIGHT = "no_weight"
    WEIGHT_ORDER = "weight_order"
    NO_ORIGIN = "no_origin"
    NO_CHECK = "no_check"
    FACT_UNKNOWN = "fact_unknown"
    CHECK_EMPTY = "check_empty"
    NO_DAYS = "no_days"


@dataclass(frozen=True, slots=True)
class Flaw:
    """`item` is the key of the one that it is about, empty for the template as a whole."""

    kind: FlawKind
    item: str = ""


def flaws(template: Template, measures: Mapping[str, Measure]) -> tuple[Flaw, ...]:
    """Empty: it can be put in force. `measures` are the facts that may be asked for, by key."""
    found = [Flaw(FlawKind.NO_ITEM)] if not template.items else []
    if len(template.items) > MOST_ITEMS:
        found.append(Flaw(FlawKind.MANY))
    counted = Counter(one.key for one in template.items)
    found += [Flaw(FlawKind.TWICE, key) for key, n in counted.items() if n > 1]
    return (*found, *(Flaw(kind, one.key) for one in template.items for kind in _of_item(one, measures)))


def _of_item(one: Item, measures: Mapping[str, Measure]) -> Iterator[FlawKind]:
    if not one.text.strip() or not one.area.strip():
        yield FlawKind.NO_TEXT
    if not one.weights:
        yield FlawKind.NO_WEIGHT
    tiers = sorted(one.weights)
    if any(one.weights[first].rank < one.weights[second].rank for first, second in pairwise(tiers)):
        yield FlawKind.WEIGHT_ORDER
    if Weight.BLOCKER in one.weights.values() and not one.born_from.strip():
        yield FlawKind.NO_ORIGIN
    if one.proof is Proof.FACT and not one.checks:
        yield FlawKind.NO_CHECK
    if one.proof is Proof.EVIDENCE and not one.days:
        yield FlawKind.NO_DAYS
    for check in one.checks:
        if check.fact not in measures:
            yield FlawKind.FACT_UNKNOWN
        elif says_nothing(check, measures[check.fact]) is not None:
            yield FlawKind.CHECK_EMPTY
