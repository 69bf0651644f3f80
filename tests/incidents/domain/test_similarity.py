"""How alike two incidents are, and what ratings make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.domain.similarity import NONE, WEIGHTS, Part, Portrait, Ratings, jaccard, ranked, texts_alike

words = st.sampled_from(["database", "failover", "certificate", "expired", "queue", "the", "and", "of"])
few = st.frozensets(st.sampled_from("abcd"), max_size=3)
burns = st.one_of(st.none(), st.floats(0, 1000))
ratings = st.builds(Ratings, *[st.integers(0, 50)] * 4)


@st.composite
def portraits(draw: st.DrawFn, key: int = 0) -> Portrait:
    return Portrait(
        key=key,
        text=" ".join(draw(st.lists(words, max_size=6))),
        services=draw(few),
        near=draw(few),
        names=draw(few),
        prints=draw(few),
        peaks=draw(st.dictionaries(st.integers(1, 4), burns, max_size=3)),
        modes=draw(few),
    )


def portrait(key: int = 0, **fields: Any) -> Portrait:
    return Portrait(key=key, **fields)


def one_score(one: Portrait, other: Portrait, rated: Ratings = NONE) -> float:
    found = ranked(one, [other], ratings={other.key: rated})
    return found[0].score if found else 0.0


@settings(max_examples=60, deadline=None)
@given(portraits(), st.lists(portraits(1), max_size=4), ratings)
def test_scores_lie_between_0_and_1_in_order_and_each_says_why(
    one: Portrait, rest: list[Portrait], rated: Ratings
) -> None:
    others = [replace(each, key=index) for index, each in enumerate(rest, 1)]
    found = ranked(one, others, ratings={each.key: rated for each in others})
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    for each in found:
        assert 0 <= each.score <= 1
        assert 0 < each.alike <= 1
        assert each.reasons
        assert all(0 < reason.score <= 1.000001 for reason in each.reasons)


@settings(max_examples=60, deadline=None)
@given(portraits())
def test_an_incident_is_wholly_like_one_that_says_the_same_with_known_burns(one: Portrait) -> None:
    known = replace(one, text=one.text and f"{one.text} database", peaks=dict.fromkeys(one.peaks, 5.0))
    full = replace(known, prints=known.prints | known.names)
    said = any((full.text, full.services, full.prints, full.peaks, full.modes))
    assert one_score(full, replace(full, key=1)) == (pytest.approx(1) if said else 0)


@given(ratings, ratings)
def test_more_useful_ratings_never_lower_the_order(some: Ratings, more: Ratings) -> None:
    better = Ratings(
        some.useful + more.useful,
        some.useless,
        some.useful_elsewhere + more.useful_elsewhere,
        some.useless_elsewhere,
    )
    worse = Ratings(
        some.useful,
        some.useless + more.useless,
        some.useful_elsewhere,
        some.useless_elsewhere + more.useless_elsewhere,
    )
    assert worse.factor <= some.factor <= better.factor
    assert worse.factor > 0


def test_ratings_of_this_pair_weigh_more_than_those_given_elsewhere_and_one_is_doubted() -> None:
    assert NONE.factor == 1
    assert Ratings(useful=1).factor == pytest.approx(1.2)
    assert Ratings(useless=1).factor == pytest.approx(0.8)
    assert Ratings(useful_elsewhere=1).factor == pytest.approx(1.1)
    assert Ratings(useless=98).factor == pytest.approx(0.412)


def test_a_rating_changes_which_of_two_comes_first() -> None:
    one = portrait(text="card payments fail in Austria")
    others = [portrait(1, text="card payments fail"), portrait(2, text="card payments slow")]
    assert [each.key for each in ranked(one, others)] == [1, 2]
    rated = {1: Ratings(useless=9), 2: Ratings(useful=9)}
    assert [each.key for each in ranked(one, others, ratings=rated)] == [2, 1]


def test_what_is_less_alike_than_asked_is_left_out_whatever_its_ratings() -> None:
    one, other = portrait(text="database failover", modes=frozenset("ab")), portrait(1, modes=frozenset("abcd"))
    assert ranked(one, [other], ratings={1: Ratings(useful=9)}, least=0.2) == ()
    assert len(ranked(one, [other], ratings={1: Ratings(useless=9)}, least=0.1)) == 1


def test_the_words_that_contribute_most_are_named_and_common_ones_are_not() -> None:
    others = ["the checkout was slow", "the certificate of the bank expired", "certificate renewed"]
    slow, bank, renewed = texts_alike("The certificate expired and the checkout fails", others)
    assert bank.shared == ("expired", "certificate")
    assert (slow.shared, renewed.shared) == (("checkout",), ("certificate",))
    assert bank.score > renewed.score > 0


@pytest.mark.parametrize("text", ["", "   ", "the and of", "?!"])
def test_a_text_that_says_nothing_is_like_none(text: str) -> None:
    assert [each.score for each in texts_alike(text, ["the", "certificate"])] == [0, 0]
    assert texts_alike("certificate", []) == []


def test_what_an_incident_says_nothing_of_counts_neither_way() -> None:
    one = portrait(modes=frozenset("a"))
    assert one_score(one, portrait(1, modes=frozenset("a"), names=frozenset("x"), text="Words")) == 1
    missing = one_score(portrait(modes=frozenset("a"), services=frozenset("s")), portrait(1, modes=frozenset("a")))
    assert missing == pytest.approx(WEIGHTS[Part.MODES] / (WEIGHTS[Part.MODES] + WEIGHTS[Part.SERVICES]))


def test_a_neighbour_counts_half_of_the_same_service() -> None:
    one = portrait(services=frozenset({"checkout"}), near=frozenset({"payments"}))
    near = portrait(1, services=frozenset({"payments"}), near=frozenset({"checkout", "ledger"}))
    assert one_score(one, replace(one, key=1)) == 1
    assert one_score(one, near) == pytest.approx(0.5)
    (found,) = ranked(one, [near])
    assert (found.reasons[0].shared, found.reasons[0].near) == ((), ("payments",))
    assert one_score(one, portrait(1, services=frozenset({"mail"}))) == 0


def test_one_fingerprint_weighs_more_than_one_name() -> None:
    one = portrait(names=frozenset({"Slow"}), prints=frozenset({"p"}))
    assert one_score(one, portrait(1, names=frozenset({"Slow"}), prints=frozenset({"p"}))) == 1
    assert one_score(one, portrait(1, names=frozenset({"Slow"}), prints=frozenset({"q"}))) == pytest.approx(0.8)


@pytest.mark.parametrize(("peak", "score"), [(20.0, 1.0), (10.0, 0.75), (40.0, 0.75), (0.0, 0.5), (None, 0.75)])
def test_objectives_that_burned_as_high_are_more_alike(peak: float | None, score: float) -> None:
    assert one_score(portrait(peaks={7: 20.0}), portrait(1, peaks={7: peak})) == pytest.approx(score)
    assert one_score(portrait(peaks={7: 20.0}), portrait(1, peaks={8: 20.0})) == 0


@given(few, few)
def test_jaccard_is_symmetric_and_1_only_for_the_same(one: frozenset[str], other: frozenset[str]) -> None:
    assert jaccard(one, other) == jaccard(other, one)
    assert (jaccard(one, other) == 1) == (one == other and bool(one))


def test_the_weights_add_up_to_1() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert set(WEIGHTS) == set(Part)
