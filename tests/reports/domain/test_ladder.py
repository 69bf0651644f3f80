from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.ladder import (
    Compare,
    FactKind,
    Ladder,
    Level,
    Measure,
    Rule,
    Standing,
    Verdict,
    judged,
    standing,
)
from reports.domain.ladder_edits import named, with_level, with_rule, without_level, without_rule
from reports.domain.ladder_lint import MOST_RULES, Fault, FaultKind, faults
from reports.domain.ladder_text import as_json, from_json
from reports.domain.ladder_v1 import SHIPPED
from reports.domain.values import Better
from reports.facts import MEASURES

UP = Measure("slos", FactKind.COUNT, most=4)
DOWN = Measure("late", FactKind.DAYS, Better.DOWN)
SHARE = Measure("share", FactKind.SHARE)
FLAG = Measure("owner", FactKind.FLAG)
KNOWN = {one.key: one for one in (UP, DOWN, SHARE, FLAG)}
BRONZE, SILVER = Level("bronze", "Bronze"), Level("silver", "Silver")


def rule(fact: str, level: str = "bronze", **fields: Any) -> Rule:
    return Rule(**{"key": f"{level}-{fact}", "level": level, "fact": fact, "fix": "Mend it."} | fields)


def at_least(fact: str, threshold: float | None, level: str = "bronze", **fields: Any) -> Rule:
    return rule(fact, level, compare=Compare.AT_LEAST, threshold=threshold, **fields)


def at_most(fact: str, threshold: float | None, level: str = "bronze", **fields: Any) -> Rule:
    return rule(fact, level, compare=Compare.AT_MOST, threshold=threshold, **fields)


SOUND = Ladder(
    (BRONZE, SILVER),
    (rule("owner"), at_least("slos", 1), at_least("slos", 2, "silver"), at_most("late", 30, "silver")),
    {1: "silver", 2: "bronze"},
)

# Worked examples.


def test_a_level_is_held_with_all_of_its_rules_and_of_those_below() -> None:
    assert standing(SOUND, {"owner": 1, "slos": 2, "late": 30}).rank == 2
    assert standing(SOUND, {"owner": 1, "slos": 2, "late": 31}).rank == 1
    assert standing(SOUND, {"owner": 0, "slos": 2, "late": 0}).rank == 0


def test_what_is_unknown_does_not_pass() -> None:
    stands = standing(SOUND, {"owner": 1, "slos": None})
    assert stands.rank == 0
    assert [one.verdict for one in stands.results] == ["passed", "unknown", "unknown", "unknown"]


def test_an_exemption_shows_a_level_and_counts_as_no_pass() -> None:
    stands = standing(SOUND, {"owner": 1, "slos": 1, "late": 0}, exempt=frozenset({"silver-slos", "bronze-slos"}))
    assert (stands.rank, stands.excused) == (1, 2)
    assert stands.count(Verdict.EXEMPT) == 1
    assert judged(rule("owner"), 1, exempt=True).verdict is Verdict.PASSED


def test_a_comparison_without_a_number_is_never_met() -> None:
    assert not at_least("slos", None).met(3)


def test_a_tier_without_a_minimum_asks_for_nothing() -> None:
    assert [SOUND.minimum(tier) for tier in (1, 2, 3)] == [2, 1, 0]


# Laws.


readings = st.dictionaries(
    st.sampled_from([rule.fact for rule in SHIPPED.rules]), st.none() | st.floats(0, 2000, allow_nan=False)
)


@given(readings, st.sampled_from([rule.fact for rule in SHIPPED.rules]), st.floats(0, 2000))
def test_a_better_reading_never_lowers_the_level(read: dict[str, float | None], fact: str, by: float) -> None:
    before = read.get(fact)
    up = MEASURES[fact].better is Better.UP
    better = (by if up else 0.0) if before is None else (before + by if up else max(0.0, before - by))
    assert standing(SHIPPED, read | {fact: better}).rank >= standing(SHIPPED, read).rank


@given(readings, st.sampled_from([rule.fact for rule in SHIPPED.rules]))
def test_forgetting_a_fact_never_raises_the_level(read: dict[str, float | None], fact: str) -> None:
    assert standing(SHIPPED, read | {fact: None}).rank <= standing(SHIPPED, read).rank


@given(readings, st.frozensets(st.sampled_from([rule.key for rule in SHIPPED.rules])))
def test_exemptions_leave_the_level_and_never_lower_the_excused_one(
    read: dict[str, float | None], exempt: frozenset[str]
) -> None:
    stands: Standing = standing(SHIPPED, read, exempt=exempt)
    assert stands.rank == standing(SHIPPED, read).rank <= stands.excused
    assert sum(stands.count(each) for each in Verdict) == len(SHIPPED.rules)


# Lint.


def test_the_ladder_that_ships_has_no_faults_and_survives_json() -> None:
    assert faults(SHIPPED, MEASURES) == ()
    assert faults(SOUND, KNOWN) == ()
    assert from_json(as_json(SHIPPED)) == SHIPPED


@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        ([rule("moon")], FaultKind.FACT_UNKNOWN),
        ([rule("slos")], FaultKind.COMPARE_UNFIT),
        ([at_least("owner", 1)], FaultKind.COMPARE_UNFIT),
        ([at_least("slos", None)], FaultKind.NO_THRESHOLD),
        ([at_least("slos", float("nan"))], FaultKind.NO_THRESHOLD),
        ([at_most("slos", 1)], FaultKind.WRONG_WAY),
        ([at_least("late", 1)], FaultKind.WRONG_WAY),
        ([at_least("slos", 0)], FaultKind.NEVER_FAILS),
        ([at_least("slos", 5)], FaultKind.NEVER_MET),
        ([at_least("share", 1.2)], FaultKind.NEVER_MET),
        ([at_most("late", -1)], FaultKind.NEVER_MET),
        ([at_least("slos", 1), at_least("slos", 2, key="again")], FaultKind.SAME_FACT),
        ([rule("owner"), at_least("slos", 1), rule("owner", "silver")], FaultKind.DEMANDS_LESS),
        ([at_least("slos", 2), at_least("slos", 2, "silver")], FaultKind.DEMANDS_LESS),
        ([at_least("slos", 2), at_least("slos", 1, "silver")], FaultKind.DEMANDS_LESS),
        ([at_most("late", 2), at_most("late", 3, "silver")], FaultKind.DEMANDS_LESS),
        ([rule("owner", fix=" ")], FaultKind.NO_FIX),
        ([rule("owner", link="javascript:alert(1)")], FaultKind.LINK_UNSAFE),
        ([rule("owner", "platinum")], FaultKind.RULE_NOWHERE),
        ([rule("owner"), rule("owner")], FaultKind.RULE_TWICE),
        ([at_least("slos", n, key=str(n)) for n in range(1, MOST_RULES + 2)], FaultKind.MANY),
    ],
)
def test_a_rule_that_says_nothing_is_told(rules: list[Rule], kind: FaultKind) -> None:
    found = faults(Ladder((BRONZE, SILVER), tuple(rules), {}), KNOWN)
    assert kind in {one.kind for one in found}


def test_a_share_that_may_be_whatever_it_likes_never_fails() -> None:
    spent = Measure("spent", FactKind.SHARE, Better.DOWN)
    ladder = Ladder((BRONZE,), (at_most("spent", 1),), {})
    assert faults(ladder, {"spent": spent}) == (Fault(FaultKind.NEVER_FAILS, "rule.bronze-spent"),)


def test_levels_and_minimums_are_looked_at_too() -> None:
    assert {one.kind for one in faults(Ladder((), (), {}), KNOWN)} == {FaultKind.NO_LEVEL}
    doubled = replace(SOUND, levels=(BRONZE, replace(SILVER, name=""), SILVER))
    assert {FaultKind.LEVEL_TWICE, FaultKind.LEVEL_UNNAMED} <= {one.kind for one in faults(doubled, KNOWN)}
    bare = replace(SOUND, levels=(BRONZE, SILVER, Level("gold", "Gold")))
    assert faults(bare, KNOWN) == (Fault(FaultKind.LEVEL_EMPTY, "level.gold"),)
    upside_down = replace(SOUND, minimums={1: "bronze", 2: "silver", 3: "platinum"})
    assert faults(upside_down, KNOWN) == (
        Fault(FaultKind.MINIMUM_NOWHERE, "minimum.3"), Fault(FaultKind.MINIMUM_ORDER, "minimum.1"),
    )  # fmt: skip


# Edits.


def test_a_level_comes_in_above_another_and_goes_with_its_rules_and_minimums() -> None:
    more = with_level(SOUND, "bronze")
    assert [one.key for one in more.levels] == ["bronze", "new-1", "silver"]
    assert with_level(SOUND, "").levels[0].key == "new-1"
    less = without_level(SOUND, "silver")
    assert [one.key for one in less.rules] == ["bronze-owner", "bronze-slos"]
    assert less.minimums == {2: "bronze"}


def test_what_is_new_gets_the_key_of_what_it_says_and_the_rest_keeps_its_own() -> None:
    drafted = with_rule(with_rule(with_level(SOUND, "silver"), "new-1"), "new-1")
    drafted = replace(
        drafted,
        rules=tuple(replace(one, fact="owner") if one.key.startswith("new-") else one for one in drafted.rules),
        minimums={1: "new-1"},
    )
    found = named(drafted, {"new-1": "gold", "bronze": "tin"})
    assert [one.key for one in found.levels] == ["bronze", "silver", "gold"]
    assert [(one.key, one.level) for one in found.rules[-2:]] == [("owner", "gold"), ("owner-2", "gold")]
    assert found.minimums == {1: "gold"}
    assert named(with_rule(SOUND, "bronze"), {}).rules[-1].key == "new-1"
    assert without_rule(found, "owner-2").rules == found.rules[:-1]
