"""The scale: the grid that ships, the faults that keep a scale out, and laws that hold for any scale."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.matrix import (
    Axis,
    Column,
    Criterion,
    Fault,
    FaultKind,
    Level,
    Scale,
    Step,
    Worst,
    by_key,
    by_sum,
    distance,
    faults,
    position,
)

DEFAULTS: Any = importlib.import_module("risks.migrations.0002_defaults")
LIKELIHOODS = ("rare", "unlikely", "possible", "likely", "frequent")
IMPACTS = ("minor", "moderate", "serious", "major", "severe")
LETTERS = {"low": "L", "medium": "M", "high": "H", "critical": "C"}
# governance.md: one row a likelihood from the rarest, one letter an impact from the least.
GRID = ("LLLMH", "LLMMH", "LMMHH", "MMHHC", "MHHCC")
BOUNDS = ((2, "low"), (5, "medium"), (7, "high"), (9, "critical"))
FLOORS = {"major": "medium", "severe": "high"}


def grid(cells: Mapping[tuple[str, str], str], rows: tuple[str, ...], columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("".join(LETTERS[cells[row, column]] for column in columns) for row in rows)


def scale(rows: int = 2, columns: int = 3, cells: Mapping[tuple[str, str], str] | None = None) -> Scale:
    """A whole scale of any size: l1, l2 … with i1, i2 …, low, high and critical, one column; level by the greater position."""
    likelihoods = tuple(
        Step(f"l{n}", f"L{n}", 4.0 ** (n - 1) if n > 1 else None, 4.0**n if n < rows else None)
        for n in range(1, rows + 1)
    )
    impacts = tuple(Step(f"i{n}", f"I{n}") for n in range(1, columns + 1))
    levels = (
        Level("low", "Low", "healthy", 365),
        Level("high", "High", "breached", 90),
        Level("top", "Top", "breached", 30),
    )
    if cells is None:
        names = ("low", "high", "top")
        cells = {
            (row.key, column.key): names[min(2, max(n, m))]
            for n, row in enumerate(likelihoods)
            for m, column in enumerate(impacts)
        }
    criteria = {one.key: Criterion(f"words {one.key}") for one in impacts}
    return Scale(likelihoods, impacts, (Column("data", "Data", criteria),), levels, cells)


def kinds(of: Scale) -> list[FaultKind]:
    return [fault.kind for fault in faults(of)]


def money(*ranges: tuple[float | None, float | None]) -> Column:
    return Column("money", "Money", {f"i{n}": Criterion(f"{n}", *ends) for n, ends in enumerate(ranges, 1)})


def test_level_by_sum_gives_the_grid_of_the_governance_page() -> None:
    cells = by_sum(LIKELIHOODS, IMPACTS, bounds=BOUNDS, floors=FLOORS)
    assert grid(cells, LIKELIHOODS, IMPACTS) == GRID


def test_what_ships_is_that_grid() -> None:
    assert tuple(DEFAULTS.CELLS) == GRID
    assert tuple(key for key, *_ in DEFAULTS.LIKELIHOODS) == LIKELIHOODS
    assert tuple(key for key, _ in DEFAULTS.IMPACTS) == IMPACTS
    assert {letter: level for level, letter in LETTERS.items()} == DEFAULTS.LETTERS


def test_a_rare_severe_risk_is_high_and_a_frequent_minor_one_medium() -> None:
    """The grid is asymmetric on purpose: whoever swaps the axes breaks this."""
    cells = by_sum(LIKELIHOODS, IMPACTS, bounds=BOUNDS, floors=FLOORS)
    assert (cells["rare", "severe"], cells["frequent", "minor"]) == ("high", "medium")
    swapped = {(row, column): cells[LIKELIHOODS[m], IMPACTS[n]]
               for n, row in enumerate(LIKELIHOODS) for m, column in enumerate(IMPACTS)}  # fmt: skip
    assert grid(swapped, LIKELIHOODS, IMPACTS) != GRID


def test_a_scale_that_is_wider_than_high_is_read_by_names_and_never_by_places() -> None:
    cells = {("l1", "i1"): "low", ("l1", "i2"): "high", ("l1", "i3"): "top",
             ("l2", "i1"): "low", ("l2", "i2"): "high", ("l2", "i3"): "top"}  # fmt: skip
    wide = scale(2, 3, cells)
    assert faults(wide) == ()
    assert (wide.level("l1", "i3").key, wide.level("l2", "i1").key) == ("top", "low")
    with pytest.raises(KeyError):
        wide.level("i3", "l1")


def test_a_floor_holds_for_worse_impacts_too() -> None:
    cells = by_sum(("l1", "l2"), ("i1", "i2", "i3"), bounds=((2, "low"), (9, "high")), floors={"i2": "high"})
    assert [cells["l1", impact] for impact in ("i1", "i2", "i3")] == ["low", "high", "high"]


@pytest.mark.parametrize("bounds", [(), ((3, "low"),), ((2, "low"), (2, "high")), ((2, "low"), (1, "high"))])
def test_bounds_that_do_not_rise_from_the_least_sum_are_refused(bounds: tuple[tuple[int, str], ...]) -> None:
    with pytest.raises(ValueError, match="bounds"):
        by_sum(("l1", "l2"), ("i1", "i2"), bounds=bounds, floors={})


def test_a_floor_of_no_level_is_refused() -> None:
    with pytest.raises(KeyError):
        by_sum(("l1", "l2"), ("i1", "i2"), bounds=((2, "low"),), floors={"i2": "deadly"})


def test_the_worst_column_decides_and_of_equal_ones_the_first() -> None:
    whole = scale(2, 3)
    both = replace(whole, columns=(*whole.columns, money()))
    assert both.worst({"money": "i3", "data": "i2"}) == Worst("i3", "money")
    assert both.worst({"money": "i2", "data": "i2"}) == Worst("i2", "data")
    assert both.worst({"money": "i1"}) == Worst("i1", "money")


def test_no_column_and_what_the_scale_does_not_have_decide_nothing() -> None:
    with pytest.raises(ValueError, match="no column"):
        scale().worst({})
    for chosen in ({"fame": "i1"}, {"data": "i9"}):
        with pytest.raises(KeyError):
            scale().worst(chosen)


def test_a_rate_lies_in_the_step_that_begins_with_it() -> None:
    of = scale(3, 2).likelihood_of
    found = [of(rate) for rate in (0, 3.99, 4, 16, 1e9)]
    assert [one.key if one else None for one in found] == ["l1", "l1", "l2", "l3", "l3"]
    assert of(-1) is of(float("nan")) is of(float("inf")) is None


def test_an_axis_without_ranges_suggests_nothing() -> None:
    plain = scale()
    plain = replace(plain, likelihoods=tuple(Step(one.key, one.name) for one in plain.likelihoods))
    assert faults(plain) == ()
    assert plain.likelihood_of(1) is None


def test_two_steps_are_far_and_one_is_not() -> None:
    of = scale(3, 2)
    assert (of.far("l1", "l3"), of.far("l3", "l1"), of.far("l2", "l1"), of.far("l2", "l2")) == (
        True,
        True,
        False,
        False,
    )
    assert distance(of.likelihoods, "l1", "l3") == 2
    assert distance(of.likelihoods, "l3", "l2") == -1
    assert (of.rises("low", "top"), of.rises("top", "high")) == (2, -1)
    assert position(of.impacts, "i2") == 2
    with pytest.raises(KeyError):
        by_key(of.impacts, "i9")


def test_a_hole_is_named_by_its_steps() -> None:
    whole = scale()
    cells = {pair: level for pair, level in whole.cells.items() if pair != ("l2", "i3")}
    assert faults(replace(whole, cells=cells)) == (Fault(FaultKind.HOLE, Axis.CELL, ("l2", "i3"), ("L2", "I3")),)


def test_a_level_that_falls_names_both_cells_on_either_axis() -> None:
    whole = scale(2, 2, {("l1", "i1"): "low", ("l1", "i2"): "high", ("l2", "i1"): "low", ("l2", "i2"): "low"})
    assert faults(whole) == (Fault(FaultKind.FALLS, Axis.CELL, ("l2", "i2"), ("L2", "I2", "L1", "I2")),)
    whole = scale(2, 2, {("l1", "i1"): "low", ("l1", "i2"): "low", ("l2", "i1"): "high", ("l2", "i2"): "low"})
    assert faults(whole) == (Fault(FaultKind.FALLS, Axis.CELL, ("l2", "i2"), ("L2", "I2", "L2", "I1")),)


def test_a_level_that_is_not_there_and_a_cell_without_steps_are_faults() -> None:
    whole = scale(2, 2)
    unknown = replace(whole, cells={**whole.cells, ("l1", "i1"): "deadly"})
    assert faults(unknown) == (Fault(FaultKind.NO_LEVEL, Axis.CELL, ("l1", "i1"), ("L1", "I1", "deadly")),)
    stray = replace(whole, cells={**whole.cells, ("l9", "i1"): "top"})
    assert faults(stray) == (Fault(FaultKind.STRAY, Axis.CELL, ("l9", "i1"), ("l9", "i1")),)
    assert faults(stray)[0].field == "cell.l9.i1"


@pytest.mark.parametrize(("rows", "columns", "found"), [
    (1, 2, [FaultKind.FEW]), (2, 1, [FaultKind.FEW]), (11, 2, [FaultKind.MANY]), (2, 11, [FaultKind.MANY]),
    (2, 2, []), (10, 10, []), (2, 10, []),
])  # fmt: skip
def test_a_scale_has_two_to_ten_steps_on_each_axis(rows: int, columns: int, found: list[FaultKind]) -> None:
    assert [kind for kind in kinds(scale(rows, columns)) if kind in {FaultKind.FEW, FaultKind.MANY}] == found


def test_a_scale_needs_a_column_and_two_levels() -> None:
    whole = scale(2, 2)
    assert kinds(replace(whole, columns=())) == [FaultKind.FEW]
    cells = dict.fromkeys(whole.cells, "low")
    assert kinds(replace(whole, levels=whole.levels[:1], cells=cells)) == [FaultKind.FEW]


def test_names_and_keys_stand_once_and_are_never_empty() -> None:
    whole = scale(3, 2)
    first, second, third = whole.likelihoods
    assert kinds(replace(whole, likelihoods=(first, replace(second, name=" l1 "), third))) == [FaultKind.NAME_TWICE]
    assert kinds(replace(whole, likelihoods=(first, replace(second, name=" "), third))) == [FaultKind.NO_NAME]
    again = replace(whole, levels=(*whole.levels, replace(whole.levels[-1], name="Other")))
    assert kinds(again) == [FaultKind.KEY_TWICE]


@pytest.mark.parametrize(("ranges", "found"), [
    (((None, 4.0), (4.0, None)), []),
    (((None, None), (None, None)), []),
    (((None, 4.0), (None, None)), [FaultKind.RANGE_LACKS]),
    (((None, None), (4.0, None)), [FaultKind.RANGE_LACKS]),
    (((1.0, 4.0), (4.0, None)), [FaultKind.RANGE_FLOOR]),
    (((None, 4.0), (4.0, 9.0)), [FaultKind.RANGE_CEILING]),
    (((None, 4.0), (5.0, None)), [FaultKind.RANGE_GAP]),
    (((None, 4.0), (3.0, None)), [FaultKind.RANGE_OVERLAP]),
    (((None, float("nan")), (4.0, None)), [FaultKind.RANGE_BAD]),
    (((None, -4.0), (-4.0, None)), [FaultKind.RANGE_BAD, FaultKind.RANGE_BAD]),
    (((None, float("inf")), (float("inf"), None)), [FaultKind.RANGE_BAD, FaultKind.RANGE_BAD]),
    (((None, 4.0), (9.0, 4.0), (4.0, None)), [FaultKind.RANGE_EMPTY, FaultKind.RANGE_GAP]),
    (((None, 4.0), (4.0, 4.0), (4.0, None)), [FaultKind.RANGE_EMPTY]),
    (((None, 4.0), (4.0, None), (9.0, None)), [FaultKind.RANGE_OVERLAP]),
    (((None, 4.0), (None, 9.0), (9.0, None)), [FaultKind.RANGE_FLOOR]),
])  # fmt: skip
def test_ranges_meet_and_leave_nothing_out(
    ranges: tuple[tuple[float | None, float | None], ...], found: list[FaultKind]
) -> None:
    whole = scale(len(ranges), len(ranges))
    likelihoods = tuple(
        replace(one, low=low, high=high) for one, (low, high) in zip(whole.likelihoods, ranges, strict=True)
    )
    assert kinds(replace(whole, likelihoods=likelihoods)) == found
    in_column = faults(replace(whole, columns=(money(*ranges),)))
    assert [fault.kind for fault in in_column] == found
    assert all(fault.axis is Axis.COLUMN and fault.names[0] == "Money" for fault in in_column)


def test_each_impact_has_words_in_each_column() -> None:
    whole = scale(2, 2)
    column = Column("data", "Data", {"i1": Criterion(" ")})
    assert faults(replace(whole, columns=(column,))) == (
        Fault(FaultKind.CRITERION_LACKS, Axis.COLUMN, ("data", "i1"), ("Data", "I1")),
        Fault(FaultKind.CRITERION_LACKS, Axis.COLUMN, ("data", "i2"), ("Data", "I2")),
    )


def test_a_worse_level_is_not_reviewed_more_rarely() -> None:
    whole = scale(2, 2)
    low, high, top = whole.levels
    assert faults(replace(whole, levels=(low, high, replace(top, review_days=91)))) == (
        Fault(FaultKind.REVIEW_RARER, Axis.LEVEL, ("top",), ("Top", "High")),
    )
    assert kinds(replace(whole, levels=(low, high, replace(top, review_days=0)))) == [FaultKind.REVIEW]


SIZES = st.integers(2, 10)


@st.composite
def monotone(draw: st.DrawFn) -> Scale:
    """Any whole scale: random levels, then each cell lifted to the highest of those below it."""
    rows, columns = draw(SIZES), draw(SIZES)
    names = ("low", "high", "top")
    ranks: dict[tuple[int, int], int] = {}
    for n in range(1, rows + 1):
        for m in range(1, columns + 1):
            below = [ranks.get((n - 1, m), 0), ranks.get((n, m - 1), 0)]
            ranks[n, m] = max(draw(st.integers(0, 2)), *below)
    return scale(rows, columns, {(f"l{n}", f"i{m}"): names[rank] for (n, m), rank in ranks.items()})


@given(monotone(), st.data())
def test_more_of_either_axis_never_gives_a_milder_level(of: Scale, data: st.DataObject) -> None:
    assert faults(of) == ()
    impact = data.draw(st.sampled_from(of.impacts))
    along = [of.level(one.key, impact.key).key for one in of.likelihoods]
    likelihood = data.draw(st.sampled_from(of.likelihoods))
    across = [of.level(likelihood.key, one.key).key for one in of.impacts]
    assert all(of.rises(one, other) >= 0 for line in (along, across) for one, other in pairwise(line))


@given(monotone(), st.data())
def test_lowering_a_cell_below_its_neighbour_is_always_found(of: Scale, data: st.DataObject) -> None:
    less, more = data.draw(st.sampled_from(list(pairwise(of.likelihoods))))
    column = data.draw(st.sampled_from(of.impacts))
    cells = {**of.cells, (less.key, column.key): "high", (more.key, column.key): "low"}
    found = faults(replace(of, cells=cells))
    assert any(fault.kind is FaultKind.FALLS and fault.at == (more.key, column.key) for fault in found)


@given(SIZES, SIZES, st.lists(st.integers(3, 20), unique=True, max_size=4), st.dictionaries(SIZES, st.integers(0, 4)))
def test_a_grid_by_sum_is_whole_and_monotone_for_any_size_bounds_and_floors(
    rows: int, columns: int, starts: list[int], floors: dict[int, int]
) -> None:
    bounds = [(start, f"v{n}") for n, start in enumerate([2, *sorted(starts)])]
    held = {f"i{impact}": f"v{min(level, len(bounds) - 1)}" for impact, level in floors.items()}
    base = scale(rows, columns)
    cells = by_sum([one.key for one in base.likelihoods], [one.key for one in base.impacts], bounds=bounds, floors=held)
    levels = tuple(Level(f"v{n}", f"V{n}", "healthy", 30) for n in range(len(bounds)))
    left = kinds(replace(base, cells=cells, levels=levels))
    assert left == ([FaultKind.FEW] if len(levels) == 1 else [])


@given(monotone(), st.data())
def test_one_more_column_never_makes_the_impact_less(of: Scale, data: st.DataObject) -> None:
    both = replace(of, columns=(*of.columns, Column("money", "Money", {})))
    one, other = (data.draw(st.sampled_from(of.impacts)).key for _ in range(2))
    worst = both.worst({"data": one, "money": other}).impact
    assert position(of.impacts, worst) == max(position(of.impacts, one), position(of.impacts, other))


@given(st.integers(2, 10), st.lists(st.floats(0, 1e9), min_size=2, max_size=20))
def test_every_rate_has_a_step_and_more_events_never_a_lower_one(rows: int, rates: list[float]) -> None:
    of = scale(rows, 2)
    found = [of.likelihood_of(rate) for rate in sorted(rates)]
    places = [position(of.likelihoods, one.key) for one in found if one is not None]
    assert len(places) == len(rates)
    assert places == sorted(places)
