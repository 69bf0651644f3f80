from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.contribution import Part, Tally, share_change, sum_change, turnover

keys = st.sampled_from("abcdef")
amounts = st.none() | st.floats(-1e9, 1e9) | st.integers(-1000, 1000)
sums = st.dictionaries(keys, amounts)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    n = draw(st.integers(0, 1000))
    return Tally(draw(st.integers(0, n)), n)


shares = st.dictionaries(keys, tallies())


@given(sums, sums)
def test_the_parts_of_a_sum_are_disjoint_and_complete_and_sum_exactly_to_the_change(
    before: dict[str, float | None], after: dict[str, float | None]
) -> None:
    found = sum_change(before, after)
    named = [each.key for each in found.parts]
    assert sorted([*named, *found.unknown]) == sorted(before.keys() | after.keys())
    known = set(named)
    change = sum(Fraction(after.get(key) or 0) for key in known) - sum(Fraction(before.get(key) or 0) for key in known)
    assert sum(each.effect for each in found.parts) == found.change == change


@given(sums, sums, st.integers(0, 6))
def test_lumping_the_rest_changes_no_total(
    before: dict[str, float | None], after: dict[str, float | None], most: int
) -> None:
    found = sum_change(before, after)
    lumped = found.leading(most)
    assert (lumped.before, lumped.after, lumped.unknown) == (found.before, found.after, found.unknown)
    assert len(lumped.parts) <= most + 1
    assert lumped.parts[:most] == found.parts[:most]


@given(sums, sums)
def test_turning_time_round_turns_each_effect_of_a_sum_round(
    before: dict[str, float | None], after: dict[str, float | None]
) -> None:
    there, back = sum_change(before, after), sum_change(after, before)
    assert [(each.key, each.effect) for each in there.parts] == [(each.key, -each.effect) for each in back.parts]


def test_the_largest_driver_stands_first_and_the_rest_is_one_part() -> None:
    """Customer minutes by cause: 4,600 became 1,900."""
    before = {"deploy": 3000, "provider": 1000, "capacity": 500, "other": 100}
    found = sum_change(before, {"deploy": 400, "provider": 1100, "capacity": 300, "certificate": 100})
    assert [int(each) for each in (found.before, found.after, found.change)] == [4600, 1900, -2700]
    assert [(each.key, int(each.effect)) for each in found.parts] == [
        ("deploy", -2600),
        ("capacity", -200),
        ("certificate", 100),
        ("other", -100),
        ("provider", 100),
    ]
    assert found.leading(2).parts[-1] == Part("", Fraction(1100), Fraction(1200))
    assert found.leading(5) is found


def test_what_nobody_knows_is_named_and_not_taken_for_nothing() -> None:
    found = sum_change({"a": 10, "b": None}, {"a": 15, "b": 100, "c": None})
    assert found.change == 5
    assert found.unknown == ("b", "c")


def test_money_is_exact_where_floats_are_not() -> None:
    assert 0.1 + 0.2 != 0.3
    found = sum_change({}, {"a": Decimal("0.1"), "b": Decimal("0.2")})
    assert found.change == Fraction(3, 10)


@given(shares, shares)
def test_rate_and_mix_are_complete_and_sum_exactly_to_the_change_of_a_share(
    before: dict[str, Tally], after: dict[str, Tally]
) -> None:
    found = share_change(before, after)
    if found is None:
        assert not sum(each.n for each in before.values()) or not sum(each.n for each in after.values())
        return
    assert {each.key for each in found.parts} == before.keys() | after.keys()
    assert found.rate_effect + found.mix_effect == found.change
    assert sum(each.effect for each in found.parts) == found.change
    assert found.after == Fraction(sum(each.k for each in after.values())) / Fraction(sum(e.n for e in after.values()))


@given(shares)
def test_where_no_rate_changed_all_is_mix(before: dict[str, Tally]) -> None:
    """Each part three times as large as its place in the order."""
    grown = {key: Tally(each.k * (place + 1), each.n * (place + 1)) for place, (key, each) in enumerate(before.items())}
    if found := share_change(before, grown):
        assert found.rate_effect == 0
        assert found.mix_effect == found.change


@given(shares, st.integers(1, 9))
def test_where_all_grew_alike_nothing_is_mix(before: dict[str, Tally], times: int) -> None:
    after = {key: Tally(each.n * times - each.k * times, each.n * times) for key, each in before.items()}
    if found := share_change(before, after):
        assert found.mix_effect == 0


@given(shares, shares)
def test_turning_time_round_turns_each_effect_of_a_share_round(
    before: dict[str, Tally], after: dict[str, Tally]
) -> None:
    there, back = share_change(before, after), share_change(after, before)
    assert (there is None) == (back is None)
    if there and back:
        assert {each.key: (each.rate_effect, each.mix_effect) for each in there.parts} == {
            each.key: (-each.rate_effect, -each.mix_effect) for each in back.parts
        }


def test_a_whole_may_fall_although_each_part_rose() -> None:
    """Kidney stones, Charig et al. 1986, BMJ 292:879: from percutaneous (289 of 350) to open surgery (273 of 350) each size does
    better and the whole worse, since open surgery got the large stones."""
    found = share_change(
        {"small": Tally(234, 270), "large": Tally(55, 80)}, {"small": Tally(81, 87), "large": Tally(192, 263)}
    )
    assert found is not None
    assert float(found.before) == pytest.approx(0.8257, abs=5e-5)
    assert float(found.after) == pytest.approx(0.78, abs=5e-5)
    assert all(each.rate_effect > 0 for each in found.parts)
    # By hand: 0.51 x 0.06437 + 0.49 x 0.04254, and -0.52286 x (0.89885 - 0.70877).
    assert float(found.rate_effect) == pytest.approx(0.05367, abs=1e-5)
    assert float(found.mix_effect) == pytest.approx(-0.09939, abs=1e-5)


def test_a_part_that_came_or_went_has_only_a_mix_effect() -> None:
    """Half of the weight went from a rate of 0.2 to one of 0.6."""
    found = share_change({"old": Tally(1, 5), "stays": Tally(2, 5)}, {"new": Tally(3, 5), "stays": Tally(2, 5)})
    assert found is not None
    assert found.change == Fraction(1, 5)
    assert found.rate_effect == 0
    # The middle is (0.3 + 0.5) / 2: the new part is 0.2 above it, the old one 0.2 below, each with half of the weight.
    assert {each.key: each.mix_effect for each in found.parts} == {
        "new": Fraction(1, 10),
        "old": Fraction(1, 10),
        "stays": 0,
    }


def test_a_period_without_anything_has_no_share_to_compare() -> None:
    assert share_change({}, {"a": Tally(1, 2)}) is None
    assert share_change({"a": Tally(1, 2)}, {"a": Tally(0, 0)}) is None


@pytest.mark.parametrize(("k", "n"), [(-1, 2), (1, -2), (float("nan"), 1)])
def test_less_than_nothing_is_refused(k: float, n: float) -> None:
    with pytest.raises(ValueError, match="0 or above"):
        Tally(k, n)


judged = st.dictionaries(st.sampled_from("abcdef"), st.booleans())


@given(judged, judged)
def test_what_entered_left_came_and_went_adds_up_to_the_change(before: dict[str, bool], after: dict[str, bool]) -> None:
    found = turnover(before, after)
    assert (found.before, found.after) == (sum(before.values()), sum(after.values()))
    assert found.change == found.after - found.before
    named = (*found.entered, *found.left, *found.came, *found.went, *found.stayed)
    assert len(named) == len(set(named)) == len({key for each in (before, after) for key, bad in each.items() if bad})


@given(judged, judged)
def test_what_is_not_judged_in_both_periods_neither_entered_nor_left(
    before: dict[str, bool], after: dict[str, bool]
) -> None:
    found = turnover(before, after)
    assert {*found.entered, *found.left} <= before.keys() & after.keys()
    assert not {*found.came, *found.went} & before.keys() & after.keys()


def test_a_change_of_weights_alone_is_mix_and_one_of_rates_is_not() -> None:
    heavier = share_change({"a": Tally(1, 10), "b": Tally(8, 10)}, {"a": Tally(1, 10), "b": Tally(24, 30)})
    worse = share_change({"a": Tally(1, 10), "b": Tally(4, 10)}, {"a": Tally(1, 10), "b": Tally(8, 10)})
    same = share_change({"a": Tally(1, 2)}, {"a": Tally(1, 2)})
    assert [found is not None and found.is_mix for found in (heavier, worse, same)] == [True, False, False]
