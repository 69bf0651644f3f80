from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.periods import DAY, MOST_DAYS, Days, Flaw, Preset, flaw, of_preset

days = st.dates(dt.date(1980, 1, 1), dt.date(2150, 1, 1))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("preset", "first", "last", "before_first", "before_last"),
    [
        (Preset.DAYS_30, "2026-04-16", "2026-05-15", "2026-03-17", "2026-04-15"),
        (Preset.QUARTER, "2026-04-01", "2026-05-15", "2026-01-01", "2026-02-14"),
        (Preset.LAST_QUARTER, "2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31"),
    ],
)
def test_a_preset_ends_today_and_is_compared_with_what_was_right_before(
    preset: Preset, first: str, last: str, before_first: str, before_last: str
) -> None:
    now, before = of_preset(preset, today=day("2026-05-15"))
    assert now == Days(day(first), day(last))
    assert before == Days(day(before_first), day(before_last))


@given(days, st.sampled_from(Preset))
def test_no_day_is_in_both_periods_and_none_lies_in_the_future(today: dt.date, preset: Preset) -> None:
    now, before = of_preset(preset, today=today)
    assert before.first <= before.last < now.first <= now.last <= today


@given(days)
def test_a_quarter_that_goes_on_is_never_compared_with_more_days_than_it_has(today: dt.date) -> None:
    now, before = of_preset(Preset.QUARTER, today=today)
    assert before.length <= now.length
    assert now.length - before.length <= 2


@given(days, st.integers(0, 800))
def test_the_months_are_those_that_the_days_touch(first: dt.date, more: int) -> None:
    period = Days(first, first + DAY * more)
    touched = sorted({(period.first + DAY * i).replace(day=1) for i in range(period.length)})
    assert list(period.months()) == touched


def test_a_day_of_a_changing_clock_has_23_hours() -> None:
    start, end = Days(day("2026-03-29"), day("2026-03-29")).bounds(ZoneInfo("Europe/Berlin"))
    assert end - start == dt.timedelta(hours=23)
    assert start == dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("0001-01-01", "2026-01-01", Flaw.ANCIENT),
        ("2026-02-01", "2026-01-01", Flaw.TURNED),
        ("2027-01-01", "2027-02-01", Flaw.FUTURE),
        ("2000-01-01", "2026-01-01", Flaw.LONG),
        ("2026-01-01", "9999-12-31", Flaw.LONG),
        ("2026-01-01", "2026-12-31", None),
        ("2026-05-15", "2026-05-15", None),
    ],
)
def test_dates_that_are_no_period_are_told_why(first: str, last: str, why: Flaw | None) -> None:
    assert flaw(day(first), day(last), today=day("2026-05-15")) is why


def test_ten_years_are_a_period_and_a_day_more_is_none() -> None:
    first, today = day("2010-01-01"), day("2026-05-15")
    assert flaw(first, first + DAY * (MOST_DAYS - 1), today=today) is None
    assert flaw(first, first + DAY * MOST_DAYS, today=today) is Flaw.LONG
