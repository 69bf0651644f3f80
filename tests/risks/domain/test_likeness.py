"""Which risks are alike: by what they are about, how they are named and how they fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.likeness import Described, likeness, nearest

TITLES = st.text(alphabet="abc xyz", max_size=20)


@st.composite
def described(draw: st.DrawFn) -> Described:
    services = draw(st.frozensets(st.integers(1, 6), max_size=4))
    return Described(draw(st.integers(1, 99)), draw(TITLES), services, draw(st.sampled_from(["", "data", "capacity"])))


@given(described(), described())
def test_likeness_is_mutual_and_lies_between_nothing_and_all(one: Described, other: Described) -> None:
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= likeness(one, other) <= 1


@given(described())
def test_nothing_is_liker_than_the_same(one: Described) -> None:
    whole = (
        bool(one.services) * 0.6 + any(len(word) >= 3 for word in one.title.split()) * 0.25 + bool(one.category) * 0.15
    )
    assert likeness(one, one) == pytest.approx(whole)


@given(described(), st.lists(described(), max_size=8), st.integers(1, 4))
def test_the_nearest_are_the_likest_in_their_order(one: Described, others: list[Described], most: int) -> None:
    found = nearest(one, others, most=most)
    scores = sorted((likeness(one, each) for each in others), reverse=True)
    assert [each.score for each in found] == [score for score in scores if score >= 0.2][:most]


def test_shared_services_weigh_more_than_words() -> None:
    one = Described(0, "Basket loses seats", frozenset({1, 2}), "data")
    by_service = Described(1, "Nothing alike", frozenset({1, 2}))
    by_word = Described(2, "Basket loses seats", frozenset({9}))
    other = Described(3, "Search", frozenset({7}), "capacity")
    assert [(each.key, round(each.score, 2)) for each in nearest(one, [other, by_word, by_service])] == [
        (1, 0.6),
        (2, 0.25),
    ]


def test_the_older_of_equals_comes_first() -> None:
    one = Described(0, "", frozenset({1}))
    found = nearest(one, [Described(8, "", frozenset({1})), Described(5, "", frozenset({1}))])
    assert [each.key for each in found] == [5, 8]
