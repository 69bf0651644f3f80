"""Which alerts belong together, compared with looking at every pair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.correlation import WINDOW, Firing, Group, Link, correlated, neighbours

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
SERVICES = ("checkout", "mail", "payments", "stock")


def firing(key: int, *, minute: float = 0, service: str | None = "checkout", **fields: str) -> Firing:
    names = {"name": f"Alert {key}", "fingerprint": f"print-{key}"} | fields
    return Firing(key=key, service=service, started=AT + dt.timedelta(minutes=minute), **names)


@st.composite
def storms(draw: st.DrawFn) -> list[Firing]:
    count = draw(st.integers(0, 14))
    minute, place = st.integers(0, 60), st.sampled_from([None, *SERVICES])
    word = st.sampled_from("abcdefgh")
    return [
        firing(key, minute=draw(minute), service=draw(place), name=draw(word), fingerprint=draw(word))
        for key in range(count)
    ]


edges = st.lists(st.tuples(st.sampled_from(SERVICES), st.sampled_from(SERVICES)), max_size=4)


def as_sets(groups: Iterable[Group]) -> set[frozenset[int]]:
    return {frozenset(group.keys) for group in groups}


def by_pairs(rows: Sequence[Firing], calls: Iterable[tuple[str, str]]) -> set[frozenset[int]]:
    """What the definition says, without any cleverness."""
    near = {frozenset(each) for each in calls}
    groups = [{one.key} for one in rows]
    for one, other in combinations(rows, 2):
        served = one.service is not None and other.service is not None
        akin = served and (one.service == other.service or frozenset((one.service, other.service)) in near)
        same = one.name == other.name or one.fingerprint == other.fingerprint
        if abs(one.started - other.started) <= WINDOW and (akin or same):
            mine = next(group for group in groups if one.key in group)
            theirs = next(group for group in groups if other.key in group)
            if mine is not theirs:
                mine |= theirs
                groups.remove(theirs)
    return {frozenset(group) for group in groups}


@given(storms(), edges)
def test_the_groups_are_those_of_looking_at_every_pair(rows: list[Firing], calls: list[tuple[str, str]]) -> None:
    assert as_sets(correlated(rows, calls)) == by_pairs(rows, calls)


@given(storms(), edges, st.randoms(use_true_random=False))
def test_the_order_in_which_alerts_come_changes_nothing(
    rows: list[Firing], calls: list[tuple[str, str]], random: Random
) -> None:
    groups = correlated(rows, calls)
    random.shuffle(rows)
    random.shuffle(calls)
    assert correlated(rows, [(called, caller) for caller, called in calls]) == groups


@given(storms(), edges)
def test_every_alert_is_in_exactly_one_group(rows: list[Firing], calls: list[tuple[str, str]]) -> None:
    keys = [key for group in correlated(rows, calls) for key in group.keys]
    assert sorted(keys) == [one.key for one in rows]


@given(storms(), edges)
def test_grouping_what_was_grouped_changes_nothing(rows: list[Firing], calls: list[tuple[str, str]]) -> None:
    for group in correlated(rows, calls):
        assert correlated(group.firings, calls) == (group,)
        assert correlated([*group.firings, *group.firings], calls) == (group,)


@given(storms(), edges, st.tuples(st.sampled_from(SERVICES), st.sampled_from(SERVICES)))
def test_one_more_dependency_never_takes_a_group_apart(
    rows: list[Firing], calls: list[tuple[str, str]], more: tuple[str, str]
) -> None:
    wider = as_sets(correlated(rows, [*calls, more]))
    assert all(any(group <= other for other in wider) for group in as_sets(correlated(rows, calls)))


@given(storms(), edges)
def test_only_a_single_alert_has_no_link(rows: list[Firing], calls: list[tuple[str, str]]) -> None:
    for group in correlated(rows, calls):
        assert (len(group.firings) > 1) == bool(group.links)


def test_two_alerts_of_one_service_belong_together_up_to_the_window() -> None:
    (group,) = correlated([firing(1), firing(2, minute=10)], [])
    assert (group.links, group.within) == (frozenset({Link.SERVICE}), WINDOW)
    assert len(correlated([firing(1), firing(2, minute=10.1)], [])) == 2


def test_services_one_hop_apart_belong_together_and_two_hops_apart_do_not() -> None:
    calls = [("checkout", "payments"), ("payments", "stock")]
    (group,) = correlated([firing(1), firing(2, minute=4, service="payments")], calls)
    assert (group.services, group.links) == (("checkout", "payments"), frozenset({Link.NEIGHBOUR}))
    assert len(correlated([firing(1), firing(2, minute=4, service="stock")], calls)) == 2


def test_alerts_without_a_service_belong_together_only_by_name_or_fingerprint() -> None:
    assert len(correlated([firing(1, service=None), firing(2, service=None)], [])) == 2
    (named,) = correlated([firing(1, service=None, name="Down"), firing(2, name="Down")], [])
    (printed,) = correlated([firing(1, service=None, fingerprint="x"), firing(2, fingerprint="x")], [])
    assert (named.links, printed.links) == (frozenset({Link.NAME}), frozenset({Link.FINGERPRINT}))


def test_an_alert_in_between_links_two_that_are_further_apart_than_the_window() -> None:
    (group,) = correlated([firing(3, minute=18), firing(1), firing(2, minute=9)], [])
    assert group.keys == (1, 2, 3)


def test_the_group_that_began_last_comes_first() -> None:
    groups = correlated([firing(1), firing(2, minute=30), firing(3, minute=31)], [])
    assert [group.keys for group in groups] == [(2, 3), (1,)]


def test_nobody_is_their_own_neighbour() -> None:
    assert neighbours([("a", "a"), ("a", "b")]) == {"a": {"b"}, "b": {"a"}}
