"""No claim says more than its sample, and none stands without a source."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.statistics import Change
from reports.domain.claims import Driver, Fact, Form, dominant, drivers, explained, form, leading, strongest
from reports.domain.contribution import Tally, share_change, sum_change
from reports.domain.payload import Source

SOURCE = (Source(label="Incidents"),)
counts = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 1_000))
numbers = st.none() | st.floats(0, 1e9)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    n = draw(st.integers(0, 50))
    return Fact(
        key=draw(st.sampled_from("abcdef")),
        now=draw(numbers),
        before=draw(numbers),
        change=draw(st.sampled_from(Change)),
        n=n,
        sources=SOURCE,
        weight=draw(st.sampled_from([0.5, 1.0, 4.0])),
        of=draw(st.none() | st.tuples(st.integers(0, 50), st.integers(0, 50))),
        of_before=draw(st.none() | st.tuples(st.integers(0, 50), st.integers(0, 50))),
    )


@given(facts())
def test_a_direction_is_claimed_only_where_the_test_found_it_and_the_numbers_go_there(fact: Fact) -> None:
    said = form(fact)
    if said is Form.ROSE:
        assert fact.change is Change.UP
        assert fact.now is not None
        assert fact.before is not None
        assert fact.now > fact.before
    if said is Form.FELL:
        assert fact.change is Change.DOWN
        assert fact.now is not None
        assert fact.before is not None
        assert fact.now < fact.before
    if fact.change in (Change.NO_CLEAR, Change.UNKNOWN):
        assert said not in (Form.ROSE, Form.FELL)
    assert (said is Form.UNKNOWN) == (fact.now is None)


@given(facts())
def test_the_size_of_a_change_is_nothing_where_no_direction_may_be_claimed(fact: Fact) -> None:
    assert 0 <= fact.size <= 1
    assert (fact.size > 0) == (form(fact) in (Form.ROSE, Form.FELL))


@given(facts())
def test_a_share_of_a_small_sample_asks_for_its_counts(fact: Fact) -> None:
    small = [each for each in (fact.of, fact.of_before) if each is not None and each[1] < 20]
    assert fact.with_counts == bool(small)


@given(st.lists(facts(), max_size=12), st.integers(0, 5))
def test_the_leading_facts_are_known_and_the_ones_that_moved_most_by_what_matters(rows: list[Fact], most: int) -> None:
    found = leading(rows, most)
    assert len(found) <= most
    assert all(one.now is not None for one in found)
    weights = [one.size * one.weight for one in found]
    assert weights == sorted(weights, reverse=True)
    left = [one.size * one.weight for one in rows if one.now is not None and one not in found]
    assert not weights or not left or len(found) < most or min(weights) >= max(left) - 1e-12


@pytest.mark.parametrize("wrong", [{"sources": ()}, {"now": float("nan")}, {"before": float("inf")}])
def test_a_claim_without_a_source_or_with_a_number_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    given_: dict[str, Any] = {
        "key": "a", "now": 1.0, "before": 2.0, "change": Change.DOWN, "n": 3, "sources": SOURCE,
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"source|finite"):
        Fact(**given_ | wrong)


@given(st.lists(st.tuples(st.text(max_size=2), st.none() | st.floats(0, 1e6)), max_size=8))
def test_what_dominates_makes_half_of_the_whole_or_more(parts: list[tuple[str, float | None]]) -> None:
    found = dominant(parts)
    known = [Fraction(value) for _key, value in parts if value]
    if found is None:
        assert len(known) < 2 or max(known) * 2 < sum(known)
    else:
        assert found.share * 2 >= 1
        assert found.of == len(known)


@given(
    st.dictionaries(st.sampled_from("abcd"), st.floats(0, 1e6)),
    st.dictionaries(st.sampled_from("abcd"), st.floats(0, 1e6)),
)
def test_drivers_push_in_the_direction_in_which_the_sum_went(before: dict[str, float], after: dict[str, float]) -> None:
    change = sum_change(before, after)
    found = drivers(change)
    assert all(one.share > 0 for one in found)
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
    assert bool(found) == bool(change.change)


def test_the_largest_driver_of_a_fall_is_named_with_its_share_of_it() -> None:
    """Of 4,600 minutes that became 1,900, deploys took 2,600 away: 96 % of the fall."""
    found = drivers(sum_change({"deploy": 3000, "provider": 1600}, {"deploy": 400, "provider": 1500}))
    assert found[0] == Driver("deploy", Fraction(2600, 2700), 2)


def rose(now: float, before: float, change: Change = Change.UP) -> Fact:
    return Fact(key="a", now=now, before=before, change=change, n=40, sources=SOURCE)


@given(counts, counts, st.sampled_from(Change))
def test_drivers_are_named_just_where_the_test_found_the_change_that_the_parts_add_up_to(
    before: dict[str, int], after: dict[str, int], change: Change
) -> None:
    parts = sum_change(before, after)
    fact = rose(float(parts.after), float(parts.before), change)
    assert bool(explained(fact, parts)) == (form(fact) in (Form.ROSE, Form.FELL))
    assert explained(rose(float(parts.after + 1), float(parts.before), change), parts) == ()


def test_drivers_are_named_of_a_clear_change_that_the_parts_add_up_to() -> None:
    parts = sum_change({"a": 1}, {"a": 9, "b": 2})
    assert [one.key for one in explained(rose(11, 1), parts)] == ["a", "b"]
    assert explained(rose(11, 1), parts, 1) == explained(rose(11, 1), parts)[:1]
    assert explained(rose(11, 1, Change.NO_CLEAR), parts) == ()
    assert explained(rose(12, 1), parts) == explained(rose(11, 2), parts) == ()
    assert explained(rose(11, 1), None) == ()
    assert strongest(rose(11, 1), parts) == explained(rose(11, 1), parts)[0]
    assert strongest(rose(1, 0), sum_change({}, {"a": 1})) == Driver("a", Fraction(1), 1)
    assert strongest(rose(11, 1, Change.NO_CLEAR), parts) is None
    # Of two that did as much none is the largest.
    assert strongest(rose(4, 0), sum_change({}, {"a": 2, "b": 2})) is None
    shares = share_change({"a": Tally(1, 10)}, {"a": Tally(2, 10), "b": Tally(5, 10)})
    assert [one.key for one in explained(rose(0.35, 0.1), shares)] == ["b", "a"]
