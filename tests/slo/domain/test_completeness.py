from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.completeness import RULES, Fact, completeness

facts = st.sets(st.sampled_from(Fact))
tiers = st.integers(1, 4)


def test_a_service_with_everything_scores_one_and_misses_nothing() -> None:
    found = completeness(set(Fact), tier=1)
    assert found.score == 1
    assert found.complete


def test_a_service_with_nothing_scores_zero() -> None:
    assert completeness(set(), tier=3).score == 0


def test_the_score_is_weight_met_over_weight_asked() -> None:
    """Tier 3 is asked for 3+3+3+3+2+2+2+1 = 19."""
    assert completeness({Fact.OWNER, Fact.RUNBOOK, Fact.REPO}, tier=3).score == pytest.approx(8 / 19)


def test_tier_one_is_asked_for_availability_and_latency() -> None:
    missing = {rule.fact for rule in completeness({Fact.OBJECTIVE}, tier=1).missing}
    assert {Fact.AVAILABILITY, Fact.LATENCY} <= missing
    assert Fact.OBJECTIVE not in missing


def test_other_tiers_are_asked_for_any_one_objective() -> None:
    missing = {rule.fact for rule in completeness(set(), tier=4).missing}
    assert Fact.OBJECTIVE in missing
    assert Fact.LATENCY not in missing


def test_what_is_missing_stands_weightiest_first() -> None:
    weights = [rule.weight for rule in completeness(set(), tier=2).missing]
    assert weights == sorted(weights, reverse=True)


def test_a_retired_service_is_asked_for_nothing_and_has_no_score() -> None:
    found = completeness(set(), tier=1, retired=True)
    assert found.score is None
    assert found.missing == ()


@given(facts, tiers)
def test_a_score_lies_between_zero_and_one(held: set[Fact], tier: int) -> None:
    score = completeness(held, tier=tier).score
    assert score is not None
    assert 0 <= score <= 1


@given(facts, tiers, st.sampled_from(Fact))
def test_adding_a_fact_never_lowers_the_score(held: set[Fact], tier: int, more: Fact) -> None:
    before = completeness(held, tier=tier).score
    after = completeness(held | {more}, tier=tier).score
    assert before is not None
    assert after is not None
    assert after >= before


@given(facts, tiers)
def test_each_rule_of_the_tier_is_either_met_or_missing(held: set[Fact], tier: int) -> None:
    found = completeness(held, tier=tier)
    asked = {rule.fact for rule in RULES if tier in rule.tiers}
    assert {rule.fact for rule in found.met} | {rule.fact for rule in found.missing} == asked
    assert not {rule.fact for rule in found.met} & {rule.fact for rule in found.missing}
