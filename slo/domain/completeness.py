"""How much of what a service should declare is declared, and what is missing, weightiest first.

The score is the weight of what is there over the weight of what is asked of a service of this tier. It says nothing of
whether the service is well: only of whether the portal knows enough to tell. A retired service is asked for nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fact(StrEnum):
    """Something that a catalog entry either has or lacks; docs/catalog.md says exactly when each holds."""

    OWNER = "owner"
    DESCRIPTION = "description"
    RUNBOOK = "runbook"
    REPO = "repo"
    DASHBOARD = "dashboard"
    CONNECTED = "connected"
    OBJECTIVE = "objective"
    AVAILABILITY = "availability"
    LATENCY = "latency"
    BURN_ALERT = "burn_alert"


@dataclass(frozen=True, slots=True)
class Rule:
    """`fact` is asked of services of `tiers` and counts `weight`."""

    fact: Fact
    weight: int
    tiers: frozenset[int]


ALL_TIERS: Final = frozenset({1, 2, 3, 4})
TIER_ONE: Final = frozenset({1})

# What is needed to act at night weighs 3: who is called, by what promise, woken by what, reading what. What helps to
# understand weighs 2, what only places the service among others 1. Tier 1 is asked for both promises in place of any one.
RULES: Final = (
    Rule(Fact.OWNER, 3, ALL_TIERS),
    Rule(Fact.OBJECTIVE, 3, ALL_TIERS - TIER_ONE),
    Rule(Fact.AVAILABILITY, 3, TIER_ONE),
    Rule(Fact.LATENCY, 3, TIER_ONE),
    Rule(Fact.BURN_ALERT, 3, ALL_TIERS),
    Rule(Fact.RUNBOOK, 3, ALL_TIERS),
    Rule(Fact.DASHBOARD, 2, ALL_TIERS),
    Rule(Fact.REPO, 2, ALL_TIERS),
    Rule(Fact.DESCRIPTION, 2, ALL_TIERS),
    Rule(Fact.CONNECTED, 1, ALL_TIERS),
)


@dataclass(frozen=True, slots=True)
class Completeness:
    """`score` is 0..1, None when nothing is asked; `missing` stands weightiest first."""

    score: float | None
    met: tuple[Rule, ...]
    missing: tuple[Rule, ...]

    @property
    def complete(self) -> bool:
        return not self.missing


def completeness(facts: Collection[Fact], *, tier: int, retired: bool = False) -> Completeness:
    """Judges the `facts` that hold of a service of `tier` (1..4)."""
    asked = () if retired else tuple(rule for rule in RULES if tier in rule.tiers)
    met = tuple(rule for rule in asked if rule.fact in facts)
    missing = tuple(rule for rule in asked if rule.fact not in facts)
    whole = sum(rule.weight for rule in asked)
    return Completeness(
        score=sum(rule.weight for rule in met) / whole if whole else None,
        met=met,
        missing=tuple(sorted(missing, key=lambda rule: -rule.weight)),
    )
