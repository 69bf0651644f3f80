"""Change failure rate, rollback rate and lead to failure over distinct deploys."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.changes import Back, Failure, Share, Shipped, by_service, changes, mended

START = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
END = START + dt.timedelta(days=30)


def shipped(key: int, hours: float = 0, **fields: object) -> Shipped:
    began = START + dt.timedelta(hours=hours)
    given_fields = {"service": 1, "finished": began + dt.timedelta(minutes=6)} | fields
    return Shipped(key=key, started=began, **given_fields)  # type: ignore[arg-type]


rows = st.lists(
    st.builds(
        shipped,
        st.integers(1, 20),
        st.integers(-48, 31 * 24),
        service=st.integers(1, 3),
        failed=st.booleans(),
        is_rollback=st.booleans(),
        is_hotfix=st.booleans(),
    ),
    unique_by=lambda each: each.key,
)


def test_without_a_deploy_there_is_no_rate() -> None:
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)
    nothing = changes([], START, END, causes={})
    assert (nothing.failures.value, nothing.lead.median) == (None, None)


def test_a_deploy_that_failed_was_rolled_back_and_caused_incidents_counts_once() -> None:
    told = [shipped(1, failed=True), shipped(2, 3, is_rollback=True), shipped(3, 50)]
    found = changes(told, START, END, causes={1: START})
    assert (found.failures.k, found.failures.n) == (1, 3)
    assert found.by == {Failure.CAUSE: 1, Failure.FAILED: 1, Failure.ROLLED_BACK: 1, Failure.HOTFIXED: 0}


@given(rows, st.sets(st.integers(1, 20)))
def test_telling_a_deploy_twice_changes_no_figure(told: list[Shipped], causes: set[int]) -> None:
    marked = dict.fromkeys(causes, START)
    once = changes(told, START, END, causes=marked)
    assert once == changes([*told, *told], START, END, causes=marked)
    assert once.failures.k <= once.failures.n
    assert max(once.by.values()) <= once.failures.k <= sum(once.by.values())


@given(rows, st.sets(st.integers(1, 20)))
def test_the_services_add_up_to_the_whole(told: list[Shipped], causes: set[int]) -> None:
    marked = dict.fromkeys(causes, START)
    whole, parts = changes(told, START, END, causes=marked), by_service(told, START, END, causes=marked)
    assert sum(one.failures.n for one in parts.values()) == whole.failures.n
    assert sum(one.failures.k for one in parts.values()) == whole.failures.k


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([shipped(1, 0), shipped(2, 24, is_rollback=True)], {1}),
        ([shipped(1, 0), shipped(2, 24.1, is_rollback=True)], set()),
        ([shipped(1, 0), shipped(2, 1, is_rollback=True, service=2)], set()),
        ([shipped(1, 0), shipped(2, 1), shipped(3, 2, is_rollback=True)], {2}),
        ([shipped(1, 0), shipped(2, 1, is_rollback=True), shipped(3, 2, is_rollback=True)], {1}),
        ([shipped(2, 1, is_rollback=True), shipped(1, 2)], set()),
    ],
)
def test_a_rollback_names_the_deploy_before_it_within_a_day(told: list[Shipped], expected: set[int]) -> None:
    assert mended(told).back.keys() == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([shipped(1, 0), shipped(2, 24, is_hotfix=True)], {1}),
        ([shipped(1, 0), shipped(2, 24.1, is_hotfix=True)], set()),
        ([shipped(1, 0), shipped(2, 1, is_hotfix=True, service=2)], set()),
        # What mended in haste needed mending, too.
        ([shipped(1, 0), shipped(2, 1, is_hotfix=True), shipped(3, 2, is_hotfix=True)], {1, 2}),
        ([shipped(1, 0), shipped(2, 1, is_rollback=True, is_hotfix=True)], set()),
        ([shipped(2, 1, is_hotfix=True)], set()),
    ],
)
def test_a_hotfix_names_the_deploy_before_it_within_a_day(told: list[Shipped], expected: set[int]) -> None:
    assert mended(told).hotfixed == expected


def test_the_first_rollback_says_when_and_by_whom_a_deploy_was_taken_back() -> None:
    told = [
        shipped(1, 0), shipped(2, 1, is_rollback=True, automatic=True), shipped(3, 2, is_rollback=True, automatic=False),
        shipped(4, 5), shipped(5, 5.5, is_rollback=True),
    ]  # fmt: skip
    assert mended(told).back == {1: Back(3600, automatic=True), 4: Back(1800)}


def test_a_rollback_after_the_period_counts_for_the_deploy_inside_of_it() -> None:
    late = END - START - dt.timedelta(hours=1)
    told = [shipped(1, late / dt.timedelta(hours=1)), shipped(2, 30 * 24 + 3, is_rollback=True)]
    found = changes(told, START, END, causes={})
    assert (found.rolled_back.k, found.failures.n, found.rollbacks) == (1, 1, 0)


def test_the_lead_is_from_the_end_of_the_deploy_to_its_impact_and_unknown_ones_are_counted() -> None:
    told = [shipped(1), shipped(2, 10), shipped(3, 20, finished=None), shipped(4, 30), shipped(5, 40)]
    minute = dt.timedelta(minutes=1)
    causes = {
        1: START + 66 * minute,
        2: START + dt.timedelta(hours=10) + 2 * minute,
        3: START + dt.timedelta(hours=21),
        4: None,
    }
    lead = changes(told, START, END, causes=causes).lead
    assert (lead.n, lead.missing) == (2, 2)
    assert lead.median == pytest.approx(1800)
    assert lead.p90 == pytest.approx(3240)
