from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain import grid
from slo.domain.grid import DAY_S, HOUR_S, STEP, STEP_S, Retention

NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
moments = st.integers(631_152_000_000_000, 2_840_140_800_000_000).map(
    lambda us: dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + us * MICROSECOND
)


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


class TestInstants:
    def test_the_grid_is_every_five_minutes(self) -> None:
        assert grid.aligned(NOON)
        assert not grid.aligned(NOON + dt.timedelta(seconds=1))
        assert not grid.aligned(NOON + dt.timedelta(microseconds=1))
        assert grid.floor(NOON + minutes(4.9)) == NOON
        assert grid.ceil(NOON + minutes(0.1)) == NOON + STEP
        assert grid.ceil(NOON) == NOON

    def test_an_instant_is_collected_ninety_seconds_after_it(self) -> None:
        assert grid.newest_instant(NOON + dt.timedelta(seconds=89)) == NOON - STEP
        assert grid.newest_instant(NOON + dt.timedelta(seconds=90)) == NOON

    def test_the_last_three_buckets_are_collected_again(self) -> None:
        assert grid.base_instant(NOON) == NOON - 3 * STEP
        assert len(grid.instants_between(grid.base_instant(NOON), NOON)) == 3

    def test_the_buckets_of_a_window_are_named_by_their_ends(self) -> None:
        assert grid.instants_between(NOON, NOON + minutes(11)) == (NOON + minutes(5), NOON + minutes(10))
        assert grid.instants_between(NOON, NOON) == ()

    def test_a_ranged_query_answers_both_ends(self) -> None:
        assert grid.epochs(NOON, NOON + minutes(10)).tolist() == [grid.epoch(NOON) + i * STEP_S for i in range(3)]


@given(moments)
def test_law_floor_and_ceil_enclose(at: dt.datetime) -> None:
    assert grid.aligned(grid.floor(at))
    assert grid.aligned(grid.ceil(at))
    assert grid.floor(at) <= at <= grid.ceil(at)
    assert grid.ceil(at) - grid.floor(at) in (dt.timedelta(0), STEP)
    assert grid.instant(grid.epoch(grid.floor(at))) == grid.floor(at)


class TestBackfill:
    def test_thirty_days_are_hourly_but_the_last_three(self) -> None:
        plan = grid.backfill_plan(NOON - dt.timedelta(days=30), NOON)
        assert plan[0].end == NOON
        assert plan[-1].start == NOON - dt.timedelta(days=30)
        assert [chunk.step_s for chunk in plan[:5]] == [STEP_S] * 4 + [HOUR_S]
        assert len(plan) == 31

    def test_a_chunk_reads_an_hour_or_half_a_day_before_its_start(self) -> None:
        fine, hourly = (grid.Chunk(start=NOON, end=NOON, step_s=step_s) for step_s in (STEP_S, HOUR_S))
        assert fine.query_start == NOON - minutes(60)
        assert hourly.query_start == NOON - minutes(12 * 60)

    def test_nothing_to_fill_is_no_chunk(self) -> None:
        assert grid.backfill_plan(NOON, NOON) == ()

    def test_an_end_inside_an_hour_is_reached_in_fine_steps(self) -> None:
        plan = grid.backfill_plan(NOON - dt.timedelta(days=3), NOON - minutes(5), fine_days=0)
        assert [chunk.step_s for chunk in plan] == [STEP_S, HOUR_S, HOUR_S, HOUR_S]


@given(moments, st.integers(0, 60 * 24 * 40), st.integers(0, 10))
def test_law_chunks_tile_the_span_newest_first_within_days(end: dt.datetime, span: int, fine_days: int) -> None:
    end = grid.floor(end)
    start = end - minutes(span)
    plan = grid.backfill_plan(start, end, fine_days=fine_days)
    reach = end
    for chunk in plan:
        assert chunk.end == reach
        assert chunk.start < chunk.end
        assert grid.epoch(chunk.start) // DAY_S == (grid.epoch(chunk.end) - 1) // DAY_S
        assert grid.aligned(chunk.start, step_s=chunk.step_s)
        assert grid.aligned(chunk.end, step_s=chunk.step_s)
        if chunk.end > end - dt.timedelta(days=fine_days):
            assert chunk.step_s == STEP_S
        reach = chunk.start
    assert reach <= start or not plan
    assert start - reach < dt.timedelta(hours=1)


class TestRetention:
    def test_rows_thin_out_with_age_and_period_bounds_stay(self) -> None:
        rows = grid.epochs(NOON - dt.timedelta(days=500), NOON)
        boundary = NOON - dt.timedelta(days=450, minutes=35)
        kept = Retention().kept(rows, now=NOON, boundaries=[boundary])
        age = grid.epoch(NOON) - rows
        assert kept[age <= 35 * DAY_S].all()
        assert kept[(age > 35 * DAY_S) & (age <= 400 * DAY_S)].mean() == pytest.approx(1 / 12, rel=0.01)
        assert kept[age > 400 * DAY_S].sum() == 100 + 1
        assert kept[rows == grid.epoch(boundary)].all()


@given(
    st.lists(st.integers(0, 100), min_size=600, max_size=600),
    st.lists(st.integers(0, 600), min_size=2, max_size=8, unique=True),
)
def test_law_thinning_changes_no_window_whose_bounds_are_kept(steps: list[int], bounds: list[int]) -> None:
    rows = grid.epoch(NOON) + np.arange(601) * STEP_S
    cumulative = np.concatenate(([0], np.cumsum(steps)))
    now = NOON + dt.timedelta(days=4)
    kept = Retention(fine_days=2, hourly_days=3).kept(
        rows, now=now, boundaries=[grid.instant(rows[each]) for each in bounds]
    )
    thinned_rows, thinned = rows[kept], cumulative[kept]
    assert len(thinned) < len(rows)
    for start, end in zip(sorted(bounds), sorted(bounds)[1:], strict=False):
        at = grid.rows_at(thinned_rows, rows[[start, end]])
        assert thinned[at[1]] - thinned[at[0]] == sum(steps[start:end])


def test_the_row_of_an_instant_is_the_newest_that_is_not_later() -> None:
    rows = np.array([100, 400, 700])
    assert grid.rows_at(rows, np.array([50, 100, 399, 400, 9000])).tolist() == [-1, 0, 0, 1, 2]
