from __future__ import annotations

import pytest

from slo.domain.cost import increase_cost, raw_cost
from slo.domain.refusals import Refusal, Refused


def test_raw_values_read_each_sample_once() -> None:
    cost = raw_cost(series=1000, span_s=86_400, step_s=300, scrape_s=60)
    assert cost.read == 1000 * 1441
    assert cost.answered == 1000 * 289


def test_a_long_increase_reads_its_range_again_at_each_instant() -> None:
    day = increase_cost(series=1000, groups=10, span_s=86_400, step_s=300, range_s=360, scrape_s=60)
    month = increase_cost(series=1000, groups=10, span_s=0, step_s=300, range_s=30 * 86_400, scrape_s=60)
    assert day.read == 1000 * 289 * 6
    assert month.read == 1000 * 43_200
    assert (day.answered, month.answered) == (10 * 289, 10)


def test_a_range_shorter_than_a_scrape_reads_at_least_one_sample() -> None:
    assert increase_cost(series=5, groups=1, span_s=0, step_s=300, range_s=30, scrape_s=60).read == 5


def test_the_costs_of_an_indicator_add_up() -> None:
    one = raw_cost(series=10, span_s=300, step_s=300, scrape_s=60)
    both = one + one
    assert (both.series, both.read, both.answered) == (20, 2 * one.read, 2 * one.answered)
    assert both.answer_bytes == 2 * one.answer_bytes


def test_ten_million_series_are_refused_before_they_are_asked_for() -> None:
    cost = raw_cost(series=10_000_000, span_s=900, step_s=300, scrape_s=60)
    with pytest.raises(Refused, match="10,000,000 series; the source allows 50,000") as caught:
        cost.check(series_limit=50_000, bytes_limit=64_000_000)
    assert caught.value.refusal is Refusal.QUERY_TOO_COSTLY


def test_an_answer_that_is_too_large_is_refused() -> None:
    cost = raw_cost(series=50_000, span_s=86_400, step_s=300, scrape_s=60)
    with pytest.raises(Refused, match="about 359 MB; the source allows 64 MB"):
        cost.check(series_limit=50_000, bytes_limit=64_000_000)


def test_a_tick_of_2000_series_is_cheap() -> None:
    raw_cost(series=2000, span_s=1200, step_s=300, scrape_s=60).check(series_limit=50_000, bytes_limit=64_000_000)
