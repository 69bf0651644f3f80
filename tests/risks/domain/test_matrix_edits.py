"""Changing a draft: what comes in keeps the scale monotone, what goes takes its cells along."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.matrix import Axis, Criterion, FaultKind, Scale, Step, faults
from risks.domain.matrix_edits import added, criteria_from_lows, from_lows, removed
from tests.risks.domain.test_matrix import monotone, scale

INCOMPLETE = {
    FaultKind.NO_NAME, FaultKind.RANGE_LACKS, FaultKind.RANGE_FLOOR, FaultKind.CRITERION_LACKS, FaultKind.MANY,
}  # fmt: skip


def test_a_new_likelihood_takes_the_levels_of_its_lower_neighbour_and_has_no_lower_end_yet() -> None:
    found = added(scale(2, 2), Axis.LIKELIHOOD, "l1")
    assert [one.key for one in found.likelihoods] == ["l1", "new-1", "l2"]
    assert [found.level("new-1", impact).key for impact in ("i1", "i2")] == ["low", "high"]
    assert {fault.kind for fault in faults(found)} == {FaultKind.NO_NAME, FaultKind.RANGE_LACKS}
    assert [fault.at for fault in faults(found) if fault.kind is FaultKind.RANGE_LACKS] == [("new-1",)]


def test_a_new_least_or_greatest_step_takes_those_of_its_only_neighbour() -> None:
    below = added(scale(2, 2), Axis.IMPACT, "")
    assert below.level("l2", "new-1") == below.level("l2", "i1")
    above = added(scale(2, 2), Axis.IMPACT, "i2")
    assert above.level("l1", "new-1") == above.level("l1", "i2")
    again = added(above, Axis.IMPACT, "i2")
    assert [one.key for one in again.impacts] == ["i1", "i2", "new-2", "new-1"]


def test_a_new_column_and_a_new_level_are_empty_and_nothing_else_changes() -> None:
    base = scale(2, 2)
    column = added(base, Axis.COLUMN, "data")
    assert [(one.key, dict(one.criteria)) for one in column.columns][1:] == [("new-1", {})]
    level = added(base, Axis.LEVEL, "high")
    assert [(one.key, one.review_days) for one in level.levels] == [
        ("low", 365),
        ("high", 90),
        ("new-1", 90),
        ("top", 30),
    ]
    least = added(base, Axis.LEVEL, "")
    assert least.levels[0].review_days == added(replace(base, levels=()), Axis.LEVEL, "").levels[0].review_days == 365
    assert column.cells == level.cells == base.cells


def test_a_likelihood_goes_with_its_cells_and_the_ranges_close_up() -> None:
    found = removed(scale(3, 2), Axis.LIKELIHOOD, "l2")
    assert faults(found) == ()
    assert [(one.low, one.high) for one in found.likelihoods] == [(None, 16.0), (16.0, None)]
    first = removed(scale(3, 2), Axis.LIKELIHOOD, "l1")
    assert [(one.low, one.high) for one in first.likelihoods] == [(None, 16.0), (16.0, None)]


def test_an_impact_goes_with_its_cells_and_criteria_a_column_alone_a_level_leaves_holes() -> None:
    base = scale(2, 3)
    found = removed(base, Axis.IMPACT, "i2")
    assert faults(found) == ()
    assert found.columns[0].criteria.keys() == {"i1", "i3"}
    assert removed(base, Axis.COLUMN, "data").columns == ()
    level = removed(base, Axis.LEVEL, "high")
    assert {fault.kind for fault in faults(level)} == {FaultKind.HOLE}


def test_cells_are_no_axis_and_an_unknown_neighbour_is_refused() -> None:
    with pytest.raises(ValueError, match="cell"):
        added(scale(), Axis.CELL, "")
    with pytest.raises(ValueError, match="cell"):
        removed(scale(), Axis.CELL, "l1")
    with pytest.raises(KeyError):
        added(scale(), Axis.LIKELIHOOD, "l9")


def test_lower_ends_say_the_ranges() -> None:
    steps = (Step("a", "A", 9.0, 9.0), Step("b", "B", 1.0), Step("c", "C", 4.0, 1.0))
    assert [(one.low, one.high) for one in from_lows(steps)] == [(None, 1.0), (1.0, 4.0), (4.0, None)]
    bare = from_lows([replace(one, low=None, high=None) for one in steps])
    assert not any(one.has_range for one in bare)


def test_lower_ends_say_the_ranges_of_criteria_in_the_order_of_the_impacts() -> None:
    criteria = {"c": Criterion("c", 8.0), "a": Criterion("a"), "b": Criterion("b", 2.0)}
    found = criteria_from_lows(["a", "b", "gone", "c"], criteria)
    assert [(one.words, one.low, one.high) for one in found.values()] == [
        ("a", None, 2.0),
        ("b", 2.0, 8.0),
        ("c", 8.0, None),
    ]


@given(monotone(), st.sampled_from([Axis.LIKELIHOOD, Axis.IMPACT]), st.data())
def test_a_step_that_comes_in_never_breaks_what_was_monotone_and_going_again_restores_it(
    of: Scale, axis: Axis, data: st.DataObject
) -> None:
    steps = of.likelihoods if axis is Axis.LIKELIHOOD else of.impacts
    after = data.draw(st.sampled_from(["", *(one.key for one in steps)]))
    more = added(of, axis, after)
    assert {fault.kind for fault in faults(more)} <= INCOMPLETE
    back = removed(more, axis, "new-1")
    assert back.cells == of.cells
    if after:
        assert back == replace(of, likelihoods=back.likelihoods)
