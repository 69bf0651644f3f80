from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.policy import Case, Row, cases, deciding, fits, last_day, lint

KINDS = ("risk", "policy", "dr")
LEVELS = ("low", "high")
POSSIBLE = cases(KINDS, (1, 2), LEVELS)
EVERYTHING = Row(approvers=("owner",), max_days=365)

rows = st.lists(
    st.builds(
        Row,
        kind=st.sampled_from(("", *KINDS, "unheard of")),
        tiers=st.frozensets(st.sampled_from((1, 2, 9))),
        levels=st.frozensets(st.sampled_from((*LEVELS, "gone"))),
        approvers=st.just(("owner",)),
        max_days=st.integers(1, 365),
    ),
    max_size=6,
)


@pytest.mark.parametrize(
    ("case", "position"),
    [
        (Case("policy", 1, ""), 0),
        (Case("policy", 3, "critical"), 1),
        (Case("policy", None, ""), 1),
        (Case("risk", 1, "critical"), 2),
        (Case("risk", 2, "critical"), 3),
        (Case("readiness", 1, ""), 4),
        (Case("risk", 2, "low"), 5),
        (Case("standard", None, ""), 5),
    ],
)
def test_the_first_row_that_fits_decides(case: Case, position: int) -> None:
    table = (
        Row(kind="policy", tiers=frozenset({1}), approvers=("head", "executive"), max_days=14),
        Row(kind="policy", approvers=("director", "head"), max_days=14),
        Row(tiers=frozenset({1}), levels=frozenset({"critical"}), approvers=("executive",), max_days=30),
        Row(levels=frozenset({"critical"}), approvers=("director",), max_days=60),
        Row(tiers=frozenset({1}), approvers=("head", "executive"), max_days=180),
        EVERYTHING,
    )
    assert deciding(table, case) == position


def test_a_condition_is_not_met_by_what_has_neither_tier_nor_level() -> None:
    assert not fits(Row(tiers=frozenset({1, 2}), approvers=("head",), max_days=1), Case("risk", None, "low"))
    assert not fits(Row(levels=frozenset({"low"}), approvers=("head",), max_days=1), Case("risk", 1, ""))


def test_no_row_decides_what_none_fits() -> None:
    assert deciding((Row(kind="dr", approvers=("head",), max_days=1),), Case("risk", 1, "low")) is None


def test_a_row_below_one_for_everything_is_dead_and_says_which_takes_its_cases() -> None:
    below = Row(kind="risk", approvers=("executive",), max_days=30)
    assert lint((EVERYTHING, below), POSSIBLE).dead == {1: (0,)}


def test_a_row_is_dead_when_several_above_it_take_its_cases_together() -> None:
    """What no comparison of two rows finds: the tiers 1 and 2 are taken one by one, and so is what has no tier."""
    each = [Row(kind="risk", tiers=frozenset({tier}), approvers=("head",), max_days=9) for tier in (1, 2)]
    tier_or_not = Row(kind="risk", tiers=frozenset({1, 2}), approvers=("executive",), max_days=9)
    assert lint((*each, tier_or_not, EVERYTHING), POSSIBLE).dead == {2: (0, 1)}


def test_a_row_for_what_does_not_exist_is_dead_and_nothing_takes_its_place() -> None:
    gone = Row(levels=frozenset({"gone"}), approvers=("head",), max_days=9)
    assert lint((gone, EVERYTHING), POSSIBLE).dead == {0: ()}


def test_a_list_without_a_row_for_everything_has_gaps_that_are_named() -> None:
    found = lint((Row(kind="risk", approvers=("head",), max_days=9),), POSSIBLE)
    assert found.dead == {}
    assert {case.kind for case in found.gaps} == {"policy", "dr"}
    assert Case("dr", None, "") in found.gaps


@given(rows)
def test_a_row_is_dead_exactly_when_taking_it_away_changes_nothing(table: list[Row]) -> None:
    dead = lint(table, POSSIBLE).dead
    for number, row in enumerate(table):
        without = [other for place, other in enumerate(table) if place != number]
        same = all(
            (None if (a := deciding(table, case)) is None else a)
            == (None if (b := deciding(without, case)) is None else b + (b >= number))
            for case in POSSIBLE
        )
        assert (number in dead) == same, row


@given(rows)
def test_a_list_that_ends_in_a_row_for_everything_decides_each_case(table: list[Row]) -> None:
    assert lint([*table, EVERYTHING], POSSIBLE).gaps == ()


@given(rows)
def test_whatever_decides_fits_and_nothing_above_it_does(table: list[Row]) -> None:
    for case in POSSIBLE:
        found = deciding(table, case)
        above = table if found is None else table[:found]
        assert found is None or fits(table[found], case)
        assert not any(fits(row, case) for row in above)


def test_the_longest_end_is_counted_in_days_from_the_day_of_the_request() -> None:
    assert last_day(dt.date(2026, 11, 2), 14) == dt.date(2026, 11, 16)
