"""The ranking of deploys around an incident."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.suspects import (
    LOOK_BACK,
    TOLERANCE,
    Around,
    Change,
    Part,
    Place,
    Why,
    part_of,
    ranked,
)

IMPACT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
END = IMPACT + dt.timedelta(hours=1)
PLACES = {1: Place.SAME, 2: Place.CALLED, 3: Place.FAR, 4: Place.CALLER}
AROUND = Around(anchor=IMPACT, places=PLACES)
spans = st.timedeltas(min_value=dt.timedelta(minutes=1), max_value=LOOK_BACK - dt.timedelta(hours=1))


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


FOUR_MINUTES = dt.timedelta(minutes=4)


def change(key: int = 1, *, before: dt.timedelta = FOUR_MINUTES, service: int = 1, **fields: Any) -> Change:
    """Took two minutes and ended `before` the impact."""
    over = IMPACT - before
    return replace(Change(key=key, service=service, started=over - minutes(2), finished=over), **fields)


def score(one: Change, around: Around = AROUND) -> float:
    (found,) = ranked([one], around)
    return found.score


changes = st.builds(
    Change,
    key=st.integers(1, 9),
    service=st.integers(1, 6),
    started=st.timedeltas(dt.timedelta(days=-4), dt.timedelta(days=2)).map(IMPACT.__add__),
    finished=st.none() | st.just(IMPACT + minutes(30)),
    size=st.none() | st.integers(0, 10**7),
    is_rollback=st.booleans(),
    failed=st.booleans(),
)


@given(st.lists(changes), st.booleans())
def test_scores_lie_between_0_and_1_and_fall_along_the_list(rows: list[Change], over: bool) -> None:
    found = ranked(rows, replace(AROUND, ended=END if over else None))
    scores = [one.score for one in found]
    assert all(0 <= value <= 1 for value in scores)
    assert scores == sorted(scores, reverse=True)
    assert all(one.change.service in PLACES for one in found)
    assert all(one.reasons[0].why is Why.PLACE for one in found)


@given(changes)
def test_a_cause_never_began_after_the_impact_and_its_tolerance(one: Change) -> None:
    part = part_of(one, AROUND)
    assert (part is Part.CAUSE) <= (one.started <= IMPACT + TOLERANCE)
    assert (part is Part.FIX) <= (one.started > IMPACT + TOLERANCE)


@given(spans, spans)
def test_a_deploy_nearer_to_the_impact_never_ranks_lower(one: dt.timedelta, other: dt.timedelta) -> None:
    near, far = sorted((one, other))
    assert score(change(before=near)) >= score(change(before=far))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_larger_deploy_never_ranks_lower(one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert score(change(size=large)) >= score(change(size=small))


def test_the_service_itself_comes_before_those_it_calls_and_those_that_call_it() -> None:
    found = ranked([change(service, service=service) for service in (4, 3, 2, 1, 5)], AROUND)
    assert [one.change.service for one in found] == [1, 2, 3, 4]


def test_a_rollback_is_a_weaker_cause_and_a_stronger_fix() -> None:
    assert score(change(is_rollback=True)) < score(change())
    during: dict[str, Any] = {"started": IMPACT + minutes(40), "finished": IMPACT + minutes(58)}
    over = replace(AROUND, ended=END)
    back, forward = change(is_rollback=True, **during), change(**during)
    assert score(back, over) > score(forward, over)
    assert {one.part for one in ranked([back, forward], over)} == {Part.FIX}


def test_a_deploy_that_still_ran_or_failed_ranks_above_one_that_ended_before() -> None:
    assert score(change(finished=None)) > score(change())
    assert score(change(failed=True)) > score(change())


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"finished": IMPACT - LOOK_BACK - minutes(1), "started": IMPACT - LOOK_BACK - minutes(9)}, None),
        ({"finished": IMPACT - LOOK_BACK, "started": IMPACT - LOOK_BACK - minutes(9)}, Part.CAUSE),
        ({"started": IMPACT + TOLERANCE, "finished": END}, Part.CAUSE),
        ({"started": IMPACT + TOLERANCE + minutes(1), "finished": END}, Part.FIX),
        ({"started": END + minutes(1), "finished": None}, None),
    ],
)
def test_only_what_went_out_before_or_meanwhile_is_a_candidate(fields: dict[str, Any], part: Part | None) -> None:
    assert part_of(change(**fields), replace(AROUND, ended=END)) is part


def test_without_a_named_service_every_deploy_is_a_weak_suspect() -> None:
    (found,) = ranked([change(service=77)], Around(anchor=IMPACT, places={}))
    assert found.reasons[0].place is Place.UNKNOWN
    assert found.score < score(change())
