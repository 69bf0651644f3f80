from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from slo.domain.increase import Telescope
from slo.domain.refusals import Refusal, Refused

LEFT_OPEN, CLOSED = True, False


def prometheus_increase(
    times_ms: NDArray[np.int64], values: NDArray[np.float64], *, end_ms: int, range_ms: int, left_open: bool
) -> float | None:
    """extrapolatedRate of promql/functions.go for a counter, isRate false; None with fewer than two samples."""
    start_ms = end_ms - range_ms
    inside = (times_ms > start_ms if left_open else times_ms >= start_ms) & (times_ms <= end_ms)
    t, v = times_ms[inside], values[inside]
    if len(t) < 2:
        return None
    steps = np.diff(v)
    result = float(np.where(steps < 0, v[1:], steps).sum())
    to_start, to_end = (t[0] - start_ms) / 1000, (end_ms - t[-1]) / 1000
    sampled = (t[-1] - t[0]) / 1000
    average = sampled / (len(t) - 1)
    threshold = average * 1.1
    if to_start >= threshold:
        to_start = average / 2
    if result > 0 and v[0] >= 0:
        to_start = min(to_start, sampled * (v[0] / result))
    if to_end >= threshold:
        to_end = average / 2
    return float(result * (sampled + to_start + to_end) / sampled)


def test_the_range_is_a_scrape_longer_than_the_step_and_holds_one_sample_more() -> None:
    telescope = Telescope(scrape_s=60)
    assert telescope.range == "359999ms"
    assert telescope.amount(359.999) == pytest.approx(300)
    newer = Telescope(scrape_s=60, left_open=True)
    assert (newer.range, newer.amount(360)) == ("360000ms", 300)


@pytest.mark.parametrize("scrape_s", [0, -15, 45, 7, 600])
def test_a_scrape_interval_that_does_not_divide_the_step_is_refused(scrape_s: int) -> None:
    with pytest.raises(Refused) as caught:
        Telescope(scrape_s=scrape_s)
    assert caught.value.refusal is Refusal.SCRAPE_DOES_NOT_DIVIDE


@given(
    st.sampled_from([10, 15, 30, 60, 100, 150, 300]),
    st.integers(0, 299_999),
    st.booleans(),
    st.lists(st.integers(0, 500), min_size=70, max_size=70),
)
@example(300, 1, LEFT_OPEN, [1] * 70)
@example(60, 0, CLOSED, [1] * 70)
def test_law_ranges_join_without_seam_on_and_off_the_grid_in_prometheus_2_and_3(
    scrape_s: int, phase_ms: int, left_open: bool, steps: list[int]
) -> None:
    phase_ms %= scrape_s * 1000
    increments = np.resize(np.array(steps, float), 2400 // scrape_s + 1)
    times = phase_ms + np.arange(len(increments)) * scrape_s * 1000
    # Far from zero: near a counter's birth Prometheus does not stretch below zero.
    values = 1e7 + np.cumsum(increments)
    telescope = Telescope(scrape_s=scrape_s, left_open=left_open)
    ends = [900_000, 1_200_000, 1_500_000]
    counted = 0.0
    for end in ends:
        increase = prometheus_increase(times, values, end_ms=end, range_ms=telescope.range_ms, left_open=left_open)
        assert increase is not None
        counted += telescope.amount(increase)

    def before(at_ms: int) -> float:
        return float(values[times <= at_ms][-1])

    assert counted == pytest.approx(before(ends[-1]) - before(ends[0] - 300_000), rel=1e-9, abs=1e-6)


def test_a_plain_increase_over_the_step_misses_what_happens_between_its_ranges() -> None:
    """60 s scrapes half a minute off the grid; all of a burst falls between the last and the first sample."""
    times = 30_000 + np.arange(30) * 60_000
    values = 1e7 + np.where(times >= 630_000, 100.0, 0.0)
    plain = sum(
        prometheus_increase(times, values, end_ms=end, range_ms=300_000, left_open=LEFT_OPEN) or 0
        for end in (600_000, 900_000)
    )
    telescope = Telescope(scrape_s=60)
    joined = sum(
        telescope.amount(
            prometheus_increase(times, values, end_ms=end, range_ms=telescope.range_ms, left_open=LEFT_OPEN) or 0
        )
        for end in (600_000, 900_000)
    )
    assert plain == 0
    assert joined == pytest.approx(100)
