from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.counts import ZERO, Buckets, Counts
from slo.domain.cumulate import Rows, bucket_counts, cumulated, cumulated_back

floats = st.floats(0, 1e9)


@st.composite
def some_buckets(draw: st.DrawFn, groups: int = 2) -> Buckets:
    count = draw(st.integers(1, 12))
    table = st.lists(st.lists(floats, min_size=count, max_size=count), min_size=groups, max_size=groups)
    return Buckets(bad=np.array(draw(table)), total=np.array(draw(table)), covered_s=np.array(draw(table)))


def cut(buckets: Buckets, low: int, high: int) -> Buckets:
    return Buckets(
        bad=buckets.bad[:, low:high], total=buckets.total[:, low:high], covered_s=buckets.covered_s[:, low:high]
    )


def at(rows: Rows, group: int) -> Counts:
    return rows.of(group, column=-1)


def test_a_row_holds_everything_up_to_its_instant() -> None:
    buckets = Buckets(bad=np.array([[1.0, 0.0]]), total=np.array([[10.0, 20.0]]), covered_s=np.array([[300.0, 300.0]]))
    rows = cumulated([Counts(bad=5, total=100, covered_s=3000)], buckets)
    assert rows.of(0, column=0) == Counts(bad=6, total=110, covered_s=3300)
    assert rows.of(0, column=1) == Counts(bad=6, total=130, covered_s=3600)


def test_backfill_walks_down_from_the_oldest_row_and_may_go_below_zero() -> None:
    buckets = Buckets(bad=np.array([[1.0, 2.0]]), total=np.array([[10.0, 20.0]]), covered_s=np.array([[300.0, 0.0]]))
    rows = cumulated_back([Counts(bad=5, total=5, covered_s=0)], buckets)
    assert rows.of(0, column=1) == Counts(bad=3, total=-15, covered_s=0)
    assert rows.of(0, column=0) == Counts(bad=2, total=-25, covered_s=-300)


def test_no_groups_make_no_rows() -> None:
    none = np.zeros((0, 3))
    assert cumulated([], Buckets(bad=none, total=none, covered_s=none)).bad.shape == (0, 3)


@given(some_buckets(), st.data())
def test_law_rows_are_the_same_to_the_last_bit_however_the_buckets_were_split(
    buckets: Buckets, data: st.DataObject
) -> None:
    count = buckets.bad.shape[1]
    middle = data.draw(st.integers(0, count))
    base = [ZERO, Counts(bad=0.1, total=0.2, covered_s=0.3)]
    whole = cumulated(base, buckets)
    first = cumulated(base, cut(buckets, 0, middle))
    reached = [at(first, group) for group in (0, 1)] if middle else base
    second = cumulated(reached, cut(buckets, middle, count))
    for name in ("bad", "total", "covered_s"):
        joined = np.concatenate((getattr(first, name), getattr(second, name)), axis=1)
        np.testing.assert_array_equal(joined, getattr(whole, name))


@given(some_buckets(), st.data())
def test_law_the_difference_of_two_rows_is_the_sum_between_them(buckets: Buckets, data: st.DataObject) -> None:
    count = buckets.bad.shape[1]
    low, high = sorted((data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, count - 1))))
    rows = cumulated([ZERO, ZERO], buckets)
    difference = rows.of(1, column=high) - rows.of(1, column=low)
    assert difference.bad == pytest.approx(buckets.bad[1, low + 1 : high + 1].sum(), abs=1e-4)
    assert difference.total == pytest.approx(buckets.total[1, low + 1 : high + 1].sum(), abs=1e-4)


@given(some_buckets())
def test_law_buckets_come_back_from_their_rows(buckets: Buckets) -> None:
    base = [Counts(bad=1, total=2, covered_s=3), ZERO]
    again = bucket_counts(cumulated(base, buckets), base)
    for name in ("bad", "total", "covered_s"):
        np.testing.assert_allclose(getattr(again, name), getattr(buckets, name), atol=1e-4)


@given(some_buckets())
def test_law_walking_back_and_forth_meets_in_every_window(buckets: Buckets) -> None:
    back = cumulated_back([ZERO, ZERO], buckets)
    forth = cumulated([back.of(0, column=0), back.of(1, column=0)], buckets)
    np.testing.assert_allclose(forth.total[:, -1], 0, atol=1e-4)
    np.testing.assert_allclose(forth.total[:, :-1], back.total[:, 1:], atol=1e-4)


@given(some_buckets(), st.integers(0, 2**32))
def test_law_counting_buckets_anew_shifts_the_rows_after_them(buckets: Buckets, seed: int) -> None:
    """Rows 0..k are counted anew; the later rows need no look at their own buckets."""
    count = buckets.bad.shape[1]
    k = seed % count + 1
    changed = cut(buckets, 0, count)
    anew = buckets.bad.copy()
    anew[:, :k] += 1 + seed % 7
    changed = Buckets(bad=anew, total=buckets.total, covered_s=buckets.covered_s)
    old, new = cumulated([ZERO, ZERO], buckets), cumulated([ZERO, ZERO], changed)
    by = [new.of(group, column=k - 1) - old.of(group, column=k - 1) for group in (0, 1)]
    shifted = old.shifted(by)
    np.testing.assert_allclose(shifted.bad[:, k:], new.bad[:, k:], atol=1e-4)
    np.testing.assert_array_equal(shifted.total, old.total)
