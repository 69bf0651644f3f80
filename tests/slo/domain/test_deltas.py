from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from slo.domain import deltas as deltas_module
from slo.domain.deltas import Part, Samples, counter_deltas, pair
from tests.slo.domain.counters import (
    NAN,
    T0,
    amounts,
    reference,
    samples,
    ticked,
)


def test_a_counter_counts_the_differences_of_its_samples() -> None:
    assert amounts([[100, 110, 110, 150]]) == [10, 0, 40]


def test_a_reset_counts_what_the_counter_shows_after_it() -> None:
    assert amounts([[100, 130, 20, 25]]) == [30, 20, 5]


def test_a_gap_is_carried_into_the_bucket_in_which_the_counter_returns() -> None:
    assert amounts([[100, 110, NAN, NAN, 170, 180]]) == [10, 0, 0, 60, 10]


def test_a_reset_in_a_gap_counts_from_zero() -> None:
    assert amounts([[100, NAN, 30]]) == [0, 30]


@pytest.mark.parametrize("garbage", [math.inf, -math.inf, -1.0, NAN])
def test_a_sample_that_no_counter_can_show_is_a_gap(garbage: float) -> None:
    assert amounts([[100, garbage, 120]]) == [0, 20]
    assert amounts([[garbage, 100, 120]]) == [0, 20]


def test_a_gap_is_not_measured_and_a_bucket_without_traffic_is() -> None:
    deltas = counter_deltas(samples([[5, 5, NAN, 6]]))
    assert deltas.measured.tolist() == [[True, False, True]]


def test_the_bucket_before_the_first_sample_is_not_measured() -> None:
    deltas = counter_deltas(samples([[NAN, 1_000, 1_010]]))
    assert deltas.amounts.tolist() == [[0, 10]]
    assert deltas.measured.tolist() == [[False, True]]


def test_series_are_summed_per_group_in_whatever_order_they_come() -> None:
    answer = samples([[0, 1], [0, 10], [0, 100], [0, 1000]], groups=[2, 0, 2, 0])
    deltas = counter_deltas(answer)
    assert deltas.amounts.tolist() == [[1010], [0], [101]]
    assert deltas.measured.tolist() == [[True], [False], [True]]


def test_an_answer_without_series_is_all_gap() -> None:
    answer = samples([[NAN, NAN, NAN]])
    deltas = counter_deltas(answer)
    assert deltas.amounts.tolist() == [[0, 0]]
    assert not deltas.measured.any()


def test_one_pod_gone_does_not_make_the_service_unmeasured() -> None:
    deltas = counter_deltas(samples([[10, 20, 30], [10, 15, NAN]]))
    assert deltas.amounts.tolist() == [[15, 10]]
    assert deltas.measured.all()


class TestBirths:
    """A series that appears in the middle of the answer."""

    def test_a_lazily_created_label_counts_from_zero(self) -> None:
        ok, errors = [1000, 1100, 1200, 1300], [NAN, NAN, 50, 60]
        assert amounts([ok, errors]) == [100, 150, 110]

    def test_a_relabelled_counter_is_a_baseline_and_not_a_spike(self) -> None:
        old, new = [10_000, 10_100, NAN, NAN], [NAN, NAN, 10_200, 10_300]
        deltas = counter_deltas(samples([old, new]))
        assert deltas.amounts.tolist() == [[100, 0, 100]]
        assert deltas.measured.tolist() == [[True, False, True]]

    def test_pods_that_all_start_anew_count_their_first_minutes(self) -> None:
        old, new = [10_000, 10_100, NAN, NAN], [NAN, NAN, 80, 180]
        assert amounts([old, new]) == [100, 80, 100]

    def test_the_first_series_of_a_service_is_a_baseline(self) -> None:
        assert amounts([[NAN, NAN, 3, 5]]) == [0, 0, 2]

    def test_what_is_born_together_is_judged_together(self) -> None:
        known, new = [0, 100, 200], [NAN, NAN, 150]
        assert amounts([known, new]) == [100, 250]
        assert amounts([known, new, new]) == [100, 100]

    def test_a_quiet_service_counts_its_first_errors(self) -> None:
        assert amounts([[5, 5, 6], [NAN, NAN, 10]]) == [0, 11]
        assert amounts([[5, 5, 6], [NAN, NAN, 11]]) == [0, 1]

    def test_a_longer_absence_explains_more(self) -> None:
        old = [0, 100, NAN, NAN, NAN]
        assert amounts([old, [NAN, NAN, NAN, NAN, 600]]) == [100, 0, 0, 600]
        assert amounts([old, [NAN, NAN, NAN, NAN, 601]]) == [100, 0, 0, 0]

    def test_bad_events_are_born_within_the_traffic_of_their_bucket(self) -> None:
        total = counter_deltas(samples([[1000, 1100, 1200]]))
        explained = counter_deltas(samples([[NAN, NAN, 100]]), total=total)
        assert explained.amounts.tolist() == [[0, 100]]
        relabelled = counter_deltas(samples([[NAN, NAN, 101]]), total=total)
        assert relabelled.amounts.tolist() == [[0, 0]]

    def test_known_bad_events_and_born_ones_share_the_traffic(self) -> None:
        total = counter_deltas(samples([[1000, 1100, 1200]]))
        bad = counter_deltas(samples([[0, 0, 60], [NAN, NAN, 41]]), total=total)
        assert bad.amounts.tolist() == [[0, 60]]

    def test_bad_events_are_not_born_while_the_total_is_not_measured(self) -> None:
        total = counter_deltas(samples([[NAN, 1000, 1100]]))
        bad = counter_deltas(samples([[NAN, 5, 6]]), total=total)
        assert bad.amounts.tolist() == [[0, 1]]


class TestPairs:
    def test_bad_is_taken_as_it_is_and_good_from_the_total(self) -> None:
        total = counter_deltas(samples([[0, 100, 200]]))
        part = counter_deltas(samples([[0, 10, 12]]), total=total)
        assert pair(total, part, kind=Part.BAD).bad.tolist() == [[10, 2]]
        assert pair(total, part, kind=Part.GOOD).bad.tolist() == [[90, 98]]

    def test_no_bad_series_at_all_is_no_bad_event(self) -> None:
        total = counter_deltas(samples([[0, 100, NAN]]))
        part = counter_deltas(samples([[NAN, NAN, NAN]]), total=total)
        buckets = pair(total, part, kind=Part.BAD)
        assert buckets.bad.tolist() == [[0, 0]]
        assert buckets.covered_s.tolist() == [[300, 0]]

    def test_good_beyond_total_is_reported_and_not_hidden(self) -> None:
        total = counter_deltas(samples([[0, 100], [0, 5]], groups=[0, 1]))
        part = counter_deltas(samples([[0, 120], [0, 5]], groups=[0, 1]), total=total)
        buckets = pair(total, part, kind=Part.GOOD)
        assert buckets.bad.tolist() == [[-20], [0]]
        assert buckets.excess.tolist() == [True, False]

    def test_a_good_counter_that_misses_a_scrape_is_right_again_after_it(self) -> None:
        total = counter_deltas(samples([[0, 100, 200, 300]]))
        part = counter_deltas(samples([[0, 100, NAN, 300]]), total=total)
        buckets = pair(total, part, kind=Part.GOOD)
        assert buckets.bad.sum() == 0
        assert not buckets.excess.any()


class TestLead:
    """History is read in chunks without a checkpoint, newest first; each reads a lead before its start."""

    def chunk(self, row: list[float], *, start: int, end: int, lead: int) -> list[float]:
        answer = samples([row], first=max(0, start - lead), last=end)
        return [float(x) for x in counter_deltas(answer).since(T0 + start * 300).amounts[0]]

    def test_a_gap_over_the_seam_of_two_chunks_is_counted_once(self) -> None:
        row = [0, 10, 20, NAN, NAN, 50, 60]
        assert self.chunk(row, start=4, end=6, lead=3) == [30, 10]
        assert self.chunk(row, start=0, end=4, lead=3) == [10, 10, 0, 0]

    def test_without_the_lead_the_gap_would_be_lost(self) -> None:
        assert self.chunk([0, 10, 20, NAN, NAN, 50, 60], start=4, end=6, lead=0) == [0, 10]

    def test_measured_marks_are_cut_with_the_amounts(self) -> None:
        deltas = counter_deltas(samples([[1, 2, NAN, 4]])).since(T0 + 300)
        assert deltas.measured.tolist() == [[False, True]]
        assert deltas.instants.tolist() == [T0 + 300, T0 + 600, T0 + 900]


class TestTicks:
    def test_the_next_tick_starts_three_steps_before_the_watermark(self) -> None:
        deltas = counter_deltas(samples([[0, 1, 2, 3, 4, 5]]))
        assert deltas.checkpoint.instant == T0 + 2 * 300
        assert deltas.checkpoint.values.tolist() == [2]

    def test_a_first_tick_of_few_steps_starts_again_at_its_base(self) -> None:
        deltas = counter_deltas(samples([[0, 1, 2]]))
        assert deltas.checkpoint.instant == T0

    def test_a_gap_over_many_ticks_loses_nothing(self) -> None:
        row = [0, 10, 20, *[NAN] * 20, 250, 260]
        table, measured = ticked([row], groups=[0], watermarks=range(1, len(row)))
        assert table.sum() == 260
        assert table[0, 22] == 230
        assert measured.sum() == 4

    def test_a_sample_that_comes_late_at_the_base_takes_nothing_away(self) -> None:
        """The row of the base holds what was known then; the rest stands in the rows after it."""
        first = counter_deltas(samples([[0, NAN, NAN, 30, 40]]))
        assert first.checkpoint.instant == T0 + 300
        late = samples([[0, 10, 20, 30, 40]], first=1)
        again = counter_deltas(late, checkpoint=first.checkpoint)
        assert again.amounts.sum() == 40

    def test_a_vanished_series_is_remembered_until_it_returns(self) -> None:
        rows = [[0, 10, 20, *[NAN] * 9, 150], [0, *range(1, 13)]]
        table, _ = ticked(rows, groups=[0, 0], watermarks=[4, 6, 8, 10, 12])
        assert table.sum() == 150 + 12


values = st.one_of(st.integers(0, 50).map(float), st.integers(0, 5000).map(float), st.just(NAN))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[float]], list[int]]:
    """Counters that mostly rise, with resets, gaps, births, deaths and garbage."""
    columns = draw(st.integers(5, 16))
    count = draw(st.integers(1, 5))
    rows = []
    for _ in range(count):
        level, row = float(draw(st.sampled_from([0, 10, 100, 10_000]))), []
        for _ in range(columns):
            event = draw(st.integers(0, 11))
            if event == 0:
                level = float(draw(st.integers(0, 20)))
            else:
                level += draw(st.integers(0, 40))
            row.append(NAN if event in (1, 2) else math.inf if event == 3 else level)
        birth = draw(st.one_of(st.just(0), st.integers(0, columns)))
        death = draw(st.one_of(st.just(columns), st.integers(0, columns)))
        rows.append([x if birth <= i < death else NAN for i, x in enumerate(row)])
    groups = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    return rows, groups


@given(histories())
def test_law_the_deltas_are_what_the_rules_say_in_words(
    history: tuple[list[list[float]], list[int]],
) -> None:
    rows, groups = history
    got = counter_deltas(samples(rows, groups=groups)).amounts
    np.testing.assert_allclose(got, reference(rows, groups))


@given(histories(), st.data())
@example(([[0.0, NAN, 1.0, 2.0, 3.0, 4.0]], [0]), None)
def test_law_the_table_does_not_depend_on_how_the_ticks_fell(
    history: tuple[list[list[float]], list[int]], data: st.DataObject | None
) -> None:
    rows, groups = history
    last = len(rows[0]) - 1
    cuts = list(range(1, last)) if data is None else sorted(data.draw(st.lists(st.integers(1, last), max_size=6)))
    once, once_measured = ticked(rows, groups=groups, watermarks=[last])
    table, measured = ticked(rows, groups=groups, watermarks=[*cuts, last])
    np.testing.assert_allclose(table, once)
    np.testing.assert_array_equal(measured, once_measured)


@given(histories(), st.integers(1, 3))
def test_law_reading_in_blocks_changes_nothing(history: tuple[list[list[float]], list[int]], block: int) -> None:
    rows, groups = history
    whole = counter_deltas(samples(rows, groups=groups))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deltas_module, "BLOCK", block)
        blocks = counter_deltas(samples(rows, groups=groups))
    np.testing.assert_allclose(blocks.amounts, whole.amounts)
    np.testing.assert_array_equal(blocks.measured, whole.measured)
    assert blocks.checkpoint.to_bytes() == whole.checkpoint.to_bytes()


@given(
    st.lists(st.integers(0, 1000), min_size=2, max_size=30),
    st.sets(st.integers(1, 28)),
    st.sets(st.integers(1, 29)),
)
def test_law_without_resets_in_gaps_every_event_is_counted_once(
    steps: list[int], gaps: set[int], resets: set[int]
) -> None:
    """The counter is followed sample by sample; the truth is what was added to it."""
    assume(not any(r in gaps or r - 1 in gaps for r in resets))
    level, row, truth = 0, [0.0], 0.0
    for i, step in enumerate(steps[1:], start=1):
        # A process that restarts is only seen when its counter falls below what was there before.
        level = min(step, level) if i in resets else level + step
        row.append(float(level))
    for i in range(1, len(row)):
        truth += row[i] - row[i - 1] if row[i] >= row[i - 1] else row[i]
    holed = [NAN if i in gaps and i < len(row) - 1 else value for i, value in enumerate(row)]
    assert sum(amounts([holed])) == pytest.approx(truth)


@given(histories())
def test_law_no_counter_ever_counts_backwards(
    history: tuple[list[list[float]], list[int]],
) -> None:
    rows, groups = history
    assert (counter_deltas(samples(rows, groups=groups)).amounts >= 0).all()


def test_the_samples_are_not_changed() -> None:
    answer: Samples = samples([[1, NAN, -5, 9]])
    before = answer.values.copy()
    counter_deltas(answer)
    np.testing.assert_array_equal(answer.values, before)
