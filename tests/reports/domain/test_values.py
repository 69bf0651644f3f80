from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.statistics import Interval
from reports.domain.values import Better, Lacking, Lines, Maturity, Rag, Value, count, lack, rag, share, worst
from slo.domain.bands import Band

numbers = st.floats(-1e6, 1e6)
directions = st.sampled_from(Better)
colours = st.sampled_from(Rag)
CLOSED_ACTIONS = Lines(green=0.9, red=0.8, better=Better.UP)


@st.composite
def lines(draw: st.DrawFn) -> Lines:
    better = draw(directions)
    one, other = sorted((draw(numbers), draw(numbers)))
    green, red = (other, one) if better is Better.UP else (one, other)
    return Lines(
        green=green,
        red=red,
        better=better,
        min_n=draw(st.integers(0, 20)),
        min_coverage=draw(st.floats(0, 1)),
    )


@st.composite
def values(draw: st.DrawFn) -> Value:
    value = draw(st.none() | numbers)
    spread = draw(st.none() | st.floats(0, 1e6))
    return Value(
        value=value,
        interval=None if value is None or spread is None else Interval(value - spread, value + spread),
        n=draw(st.integers(0, 40)),
        coverage=draw(st.none() | st.floats(0, 1)),
        lacking=draw(st.none() | st.sampled_from(Lacking)),
        forced=draw(st.none() | colours),
    )


@given(values(), st.none() | lines())
def test_what_lacks_anything_is_grey_and_grey_is_never_green(value: Value, target: Lines | None) -> None:
    if lack(value, target) is not None:
        assert rag(value, target) is Rag.GREY
    if value.value is None or (target is None and value.forced is None):
        assert rag(value, target) is Rag.GREY
    assert Rag.GREY.band is Band.NO_DATA


@given(values(), lines())
def test_red_needs_the_whole_interval_or_a_rule_of_counts(value: Value, target: Lines) -> None:
    if rag(value, target) is Rag.RED and value.forced is None:
        assert value.value is not None
        ends = [value.interval.low, value.interval.high] if value.interval else []
        assert all(target.missed(each) for each in [value.value, *ends])


@given(values(), lines())
def test_green_needs_the_green_line_or_a_rule_of_counts(value: Value, target: Lines) -> None:
    if rag(value, target) is Rag.GREEN and value.forced is None:
        assert value.value is not None
        assert target.reached(value.value)
        assert value.n >= target.min_n


@given(lines(), numbers, numbers, st.none() | st.floats(0, 1e6))
def test_a_better_value_never_has_a_worse_colour(target: Lines, one: float, other: float, spread: float | None) -> None:
    target = replace(target, min_n=0, min_coverage=0)
    low, high = sorted((one, other))
    worse, better = (low, high) if target.better is Better.UP else (high, low)
    found = [
        rag(Value(value=each, interval=None if spread is None else Interval(each - spread, each + spread)), target)
        for each in (worse, better)
    ]
    assert found[1].rank >= found[0].rank


@given(st.integers(1, 200), st.data(), directions, st.floats(0, 1), st.floats(0, 1))
def test_more_of_the_same_sample_never_has_a_worse_colour(
    n: int, data: st.DataObject, better: Better, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    target = Lines(
        green=high if better is Better.UP else low,
        red=low if better is Better.UP else high,
        better=better,
    )
    few, many = sorted((data.draw(st.integers(0, n)), data.draw(st.integers(0, n))))
    found = [rag(share(k, n), target).rank for k in (few, many)]
    assert found == sorted(found, reverse=better is Better.DOWN)


@pytest.mark.parametrize(
    ("k", "n", "colour"),
    [
        (9, 10, Rag.GREEN),
        # 70 % of ten may as well be 89 %: Wilson 0.397–0.892.
        (7, 10, Rag.AMBER),
        # 70 % of two hundred is below 76 %: Wilson 0.633–0.759.
        (140, 200, Rag.RED),
        (0, 0, Rag.GREY),
    ],
)
def test_red_is_earned_by_the_size_of_the_sample(k: int, n: int, colour: Rag) -> None:
    assert rag(share(k, n), CLOSED_ACTIONS) is colour


def test_a_share_of_nothing_has_no_value_whatever_is_forced() -> None:
    found = share(0, 0, forced=Rag.GREEN, excluded=3)
    assert (found.value, found.lacking, found.interval, found.excluded) == (None, Lacking.NOTHING, None, 3)
    assert rag(found, CLOSED_ACTIONS) is Rag.GREY


def test_no_incident_is_a_value_and_its_mean_may_still_be_three() -> None:
    found = count(0, maturity=Maturity.MANUAL)
    assert (found.value, found.maturity) == (0, Maturity.MANUAL)
    assert found.interval is not None
    assert found.interval.high == pytest.approx(3.6889, abs=5e-5)
    assert rag(found, Lines(green=0, red=5, better=Better.DOWN)) is Rag.GREEN


def test_a_rule_of_counts_overrules_the_lines() -> None:
    """All SLOs met, and one of them spent its budget twice over in a month of it."""
    assert rag(share(12, 12, forced=Rag.RED), CLOSED_ACTIONS) is Rag.RED


def test_the_whole_needs_no_interval_to_be_red() -> None:
    assert rag(Value(value=111, n=1), Lines(green=100, red=110, better=Better.DOWN)) is Rag.RED


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (Value(), Lacking.NOTHING),
        (Value(lacking=Lacking.NOT_CONNECTED), Lacking.NOT_CONNECTED),
        (Value(value=1, n=50, coverage=1, lacking=Lacking.NO_BASE), Lacking.NO_BASE),
        (Value(value=1, n=9, coverage=1), Lacking.FEW),
        (Value(value=1, n=10, coverage=0.69), Lacking.LOW_COVERAGE),
        (Value(value=1, n=10), Lacking.LOW_COVERAGE),
        (Value(value=1, n=10, coverage=0.7), None),
    ],
)
def test_what_lacks_is_named(value: Value, why: Lacking | None) -> None:
    """Time to detect asks for ten incidents and 70 % of them timed."""
    assert lack(value, Lines(green=5, red=15, better=Better.DOWN, min_n=10, min_coverage=0.7)) is why


def test_without_a_target_there_is_no_colour() -> None:
    assert lack(share(9, 10), None) is Lacking.NO_TARGET
    assert rag(share(9, 10), None) is Rag.GREY


@pytest.mark.parametrize(
    "more",
    [{"value": nan}, {"numerator": inf}, {"interval": Interval(0, nan)}, {"parts": {"p90": nan}}, {"coverage": 1.1}],
)
def test_what_is_not_a_number_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"finite|coverage"):
        Value(**more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("green", "red", "better"),
    [(0.8, 0.9, Better.UP), (10, 5, Better.DOWN), (nan, 1, Better.UP), (1, inf, Better.DOWN)],
)
def test_lines_the_wrong_way_round_are_refused(green: float, red: float, better: Better) -> None:
    with pytest.raises(ValueError, match=r"red line|finite"):
        Lines(green=green, red=red, better=better)


@given(st.lists(colours))
def test_the_worst_of_a_group_is_green_only_where_each_is(group: list[Rag]) -> None:
    found = worst(group)
    assert (found is Rag.GREEN) == (bool(group) and set(group) == {Rag.GREEN})
    assert (found is Rag.RED) == (Rag.RED in group)


@given(st.floats(0, 1e6), st.floats(0.01, 1))
def test_a_part_of_the_time_is_judged_by_that_part_of_the_lines(red: float, part: float) -> None:
    whole = Lines(green=red / 2, red=red, better=Better.DOWN)
    of = whole.of_part(part)
    assert (of.green, of.red) == (whole.green * part, whole.red * part)
    assert (of.better, of.min_n, of.min_coverage) == (whole.better, whole.min_n, whole.min_coverage)
