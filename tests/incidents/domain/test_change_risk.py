"""The risk of a change: points with their reasons."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.change_risk import Factor, Level, Planned, Risk, risk

NOON = dt.datetime(2026, 11, 3, 11, 0, tzinfo=dt.UTC)
"""A Tuesday."""
CALM = Planned(local=NOON, size=5, tier=4, burn=0.2, remaining=0.9)

planned = st.builds(
    Planned,
    local=st.integers(0, 366 * 24).map(lambda hours: NOON + dt.timedelta(hours=hours)),
    size=st.none() | st.integers(0, 2**31),
    tier=st.integers(1, 4),
    burn=st.none() | st.floats(0, 2000),
    remaining=st.none() | st.floats(-50, 1),
    failed=st.integers(0, 50),
    paused=st.none() | st.timedeltas(dt.timedelta(0), dt.timedelta(days=900)),
)


def points(found: Risk) -> dict[Factor, int]:
    return {each.factor: each.points for each in found.parts}


@given(planned)
def test_the_score_is_the_sum_of_its_reasons_and_lies_between_0_and_100(change: Planned) -> None:
    found = risk(change)
    assert found.score == sum(each.points for each in found.parts)
    assert 0 <= found.score <= 100
    assert all(each.points >= 0 for each in found.parts)
    assert len({each.factor for each in found.parts}) == len(found.parts)


@given(planned, st.integers(0, 5000), st.integers(0, 5000))
def test_a_larger_change_is_never_less_risky(change: Planned, one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert risk(replace(change, size=large)).score >= risk(replace(change, size=small)).score


@given(planned, st.integers(0, 5))
def test_a_further_failure_never_makes_it_less_risky(change: Planned, more: int) -> None:
    assert risk(replace(change, failed=change.failed + more)).score >= risk(change).score


def test_a_small_change_at_a_calm_noon_scores_nothing_and_says_what_was_looked_at() -> None:
    found = risk(CALM)
    assert (found.score, found.level) == (0, Level.LOW)
    assert set(points(found)) == {
        Factor.SIZE, Factor.WORKING_HOURS, Factor.BURN, Factor.BUDGET, Factor.FAILURES, Factor.TIER,
    }  # fmt: skip


def test_the_worst_of_everything_is_a_hundred() -> None:
    night = NOON.replace(hour=23)
    found = risk(Planned(local=night, size=5000, tier=1, burn=20, remaining=-1, failed=9))
    assert (found.score, found.level) == (100, Level.VERY_HIGH)


@pytest.mark.parametrize(
    ("clock", "factor", "expected"),
    [
        ((6, 13, 59), Factor.WORKING_HOURS, 0),
        ((6, 14, 0), Factor.FRIDAY, 15),
        ((6, 22, 0), Factor.NIGHT, 20),
        ((7, 11, 0), Factor.WEEKEND, 20),
        ((3, 5, 59), Factor.NIGHT, 20),
        ((3, 6, 0), Factor.OUT_OF_HOURS, 10),
        ((3, 17, 0), Factor.OUT_OF_HOURS, 10),
    ],
)
def test_the_hour_and_the_day_count_where_the_company_works(
    clock: tuple[int, int, int], factor: Factor, expected: int
) -> None:
    local = dt.datetime(2026, 11, *clock, tzinfo=dt.UTC)
    assert points(risk(replace(CALM, local=local)))[factor] == expected


@pytest.mark.parametrize(
    ("burn", "remaining", "expected"),
    [
        (None, None, {Factor.BURN_UNKNOWN: 0}),
        (0.9, None, {Factor.BURN: 0}),
        (1.1, 0.2, {Factor.BURN: 8, Factor.BUDGET: 6}),
        (6.0, 0.5, {Factor.BURN: 18, Factor.BUDGET: 0}),
        (14.4, -0.2, {Factor.BURN: 25, Factor.BUDGET: 0}),
        (6.0, 0.0, {Factor.BURN: 18, Factor.BUDGET: 7}),
        (None, -0.1, {Factor.BUDGET: 12}),
    ],
)
def test_a_burning_budget_weighs_at_most_25_together(
    burn: float | None, remaining: float | None, expected: dict[Factor, int]
) -> None:
    found = points(risk(replace(CALM, burn=burn, remaining=remaining)))
    assert {factor: found[factor] for factor in expected} == expected


def test_an_unknown_size_and_a_long_pause_are_said() -> None:
    found = points(risk(replace(CALM, size=None, paused=dt.timedelta(days=20))))
    assert (found[Factor.SIZE_UNKNOWN], found[Factor.PAUSE]) == (12, 5)
