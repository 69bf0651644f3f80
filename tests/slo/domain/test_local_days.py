from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from slo.domain.local_days import days_before, runs

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])


def test_the_newest_day_is_the_last_that_is_over() -> None:
    """23:30 UTC on 2 November is 0:30 of the third in Berlin."""
    (newest,) = days_before(dt.datetime(2026, 11, 2, 23, 30, tzinfo=dt.UTC), BERLIN, n=1)
    assert newest.day == dt.date(2026, 11, 2)
    assert (newest.start.hour, newest.end) == (23, dt.datetime(2026, 11, 2, 23, tzinfo=dt.UTC))


def test_a_day_with_a_change_of_clocks_stands_alone() -> None:
    """Berlin's 25 October 2026 has 25 hours."""
    days = days_before(dt.datetime(2026, 10, 28, 12, tzinfo=dt.UTC), BERLIN, n=5)
    found = runs(days, most=28)
    assert [[each.day.day for each in run] for run in found] == [[27, 26], [25], [24, 23]]
    assert [run[0].length_s // 3600 for run in found] == [24, 25, 24]
    assert [len(run) for run in runs([days[0], *days[3:]], most=1)] == [1, 1, 1]
    assert runs([], most=9) == ()


@given(st.integers(0, 87_600), ZONES, st.integers(1, 400), st.integers(1, 30))
def test_law_days_tile_time_and_runs_hold_each_day_once(hours: int, zone: str, n: int, most: int) -> None:
    when = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
    days = days_before(when, ZoneInfo(zone), n=n)
    assert all(older.end == newer.start for newer, older in pairwise(days))
    assert days[0].end <= when < days[0].end + dt.timedelta(hours=26)
    found = runs(days, most=most)
    assert [each for run in found for each in run] == list(days)
    assert all(len(run) <= most and len({each.length_s for each in run}) == 1 for run in found)
