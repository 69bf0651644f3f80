from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.refusals import Refusal, Refused
from slo.domain.windows import Calendar, CalendarUnit, Rolling, parse_window

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
units = st.sampled_from(CalendarUnit)
zones = st.sampled_from(ZONES)
MICROSECOND = dt.timedelta(microseconds=1)
instants = st.integers(631_152_000_000_000, 2_840_140_800_000_000).map(
    lambda us: dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + us * MICROSECOND
)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc, arg-type]


class TestKeys:
    @pytest.mark.parametrize("key", ["1d", "30d", "366d", "week@UTC", "month@America/New_York", "quarter@Asia/Kolkata"])
    def test_a_key_names_one_window_and_comes_back(self, key: str) -> None:
        assert parse_window(key).key == key

    @pytest.mark.parametrize(
        ("key", "refusal"),
        [
            ("0d", Refusal.WINDOW_TOO_SHORT),
            ("367d", Refusal.WINDOW_TOO_LONG),
            ("30", Refusal.WINDOW_UNKNOWN),
            ("-3d", Refusal.WINDOW_UNKNOWN),
            ("", Refusal.WINDOW_UNKNOWN),
            ("year@UTC", Refusal.WINDOW_UNKNOWN),
            ("month@Mars/Olympus", Refusal.ZONE_UNKNOWN),
            ("month@../../etc/passwd", Refusal.ZONE_UNKNOWN),
            ("month@America", Refusal.ZONE_UNKNOWN),
        ],
    )
    def test_anything_else_is_refused_with_its_reason(self, key: str, refusal: Refusal) -> None:
        with pytest.raises(Refused) as caught:
            parse_window(key)
        assert caught.value.refusal is refusal

    def test_burn_rules_are_derived_from_a_nominal_length(self) -> None:
        keys = ("28d", "week@UTC", "month@UTC", "quarter@UTC")
        assert [parse_window(key).nominal_s / 86_400 for key in keys] == [28, 7, 30, 91]


class TestCalendar:
    def test_a_new_york_march_has_44580_minutes(self) -> None:
        march = Calendar(unit=CalendarUnit.MONTH, zone="America/New_York").bounds(utc(2026, 3, 15, 12))
        assert march.minutes == 44_580
        assert (march.start, march.end) == (utc(2026, 3, 1, 5), utc(2026, 4, 1, 4))

    def test_a_new_york_november_has_an_hour_more_than_its_days(self) -> None:
        november = Calendar(unit=CalendarUnit.MONTH, zone="America/New_York").bounds(utc(2026, 11, 30))
        assert november.minutes == 30 * 1440 + 60

    def test_elapsed_and_left_make_the_period(self) -> None:
        week = Calendar(unit=CalendarUnit.WEEK, zone="UTC").bounds(utc(2026, 11, 4, 6))
        assert (week.start, week.end) == (utc(2026, 11, 2), utc(2026, 11, 9))
        assert (week.elapsed_s, week.left_s) == (2.25 * 86_400, 4.75 * 86_400)

    @pytest.mark.parametrize(("month", "start"), [(1, 1), (3, 1), (4, 4), (9, 7), (12, 10)])
    def test_quarters_start_in_january_april_july_and_october(self, month: int, start: int) -> None:
        quarter = Calendar(unit=CalendarUnit.QUARTER, zone="UTC").bounds(utc(2026, month, 28))
        assert quarter.start == utc(2026, start, 1)

    def test_the_instant_of_the_boundary_belongs_to_the_new_period(self) -> None:
        month = Calendar(unit=CalendarUnit.MONTH, zone="UTC").bounds(utc(2026, 12, 1))
        assert (month.start, month.elapsed_s, month.end) == (utc(2026, 12, 1), 0, utc(2027, 1, 1))

    def test_a_midnight_that_clocks_skip_begins_at_the_jump(self) -> None:
        """Asuncion, Sunday 1 October 2023: the second after Saturday 23:59:59 is 01:00."""
        calendar = Calendar(unit=CalendarUnit.MONTH, zone="America/Asuncion")
        october = calendar.bounds(utc(2023, 10, 5))
        assert october.start == utc(2023, 10, 1, 4)
        assert october.start.astimezone(ZoneInfo("America/Asuncion")).hour == 1
        assert calendar.previous(october).minutes == 30 * 1440
        assert october.minutes == 31 * 1440 - 60

    def test_clocks_that_go_back_over_midnight_do_not_open_the_old_month_again(self) -> None:
        """St. John's, 1 November 2009: at 00:01 the clock went back to 23:01 of 31 October."""
        calendar = Calendar(unit=CalendarUnit.MONTH, zone="America/St_Johns")
        november = calendar.bounds(utc(2009, 11, 1, 2, 30))
        again_october_on_the_wall = calendar.bounds(utc(2009, 11, 1, 3, 0))
        assert again_october_on_the_wall.start == november.start
        assert again_october_on_the_wall.end == november.end

    def test_the_previous_period_is_closed(self) -> None:
        calendar = Calendar(unit=CalendarUnit.MONTH, zone="Europe/Vienna")
        march = calendar.previous(calendar.bounds(utc(2026, 4, 10)))
        assert (march.start, march.end) == (utc(2026, 2, 28, 23), utc(2026, 3, 31, 22))
        assert march.until == march.end
        assert march.left_s == 0

    def test_periods_cut_the_last_one_off_at_the_end(self) -> None:
        calendar = Calendar(unit=CalendarUnit.MONTH, zone="UTC")
        periods = calendar.periods(utc(2026, 1, 15), utc(2026, 3, 2))
        assert [each.start.month for each in periods] == [1, 2, 3]
        assert periods[-1].until == utc(2026, 3, 2)
        assert periods[0].until == periods[0].end


class TestRolling:
    def test_thirty_days_are_43200_minutes_whatever_clocks_do(self) -> None:
        window = Rolling(days=30).bounds(dt.datetime(2026, 3, 20, tzinfo=ZoneInfo("America/New_York")))
        assert window.minutes == 43_200
        assert window.end == window.until == utc(2026, 3, 20, 4)
        assert window.left_s == 0

    def test_the_previous_window_ends_where_this_one_starts(self) -> None:
        rolling = Rolling(days=7)
        window = rolling.bounds(utc(2026, 3, 20))
        assert rolling.previous(window).end == window.start


@given(units, zones, st.integers(1995, 2050))
def test_law_periods_tile_the_years_in_every_zone(unit: CalendarUnit, zone: str, year: int) -> None:
    periods = Calendar(unit=unit, zone=zone).periods(utc(year, 1, 1), utc(year + 1, 1, 10))
    for earlier, later in itertools.pairwise(periods):
        assert earlier.end == later.start
    assert periods[0].start <= utc(year, 1, 1)
    assert periods[-1].end >= utc(year + 1, 1, 10)
    assert (
        len(periods) in {CalendarUnit.WEEK: (54, 55), CalendarUnit.MONTH: (13, 14), CalendarUnit.QUARTER: (5, 6)}[unit]
    )


@given(units, zones, instants)
def test_law_an_instant_lies_in_its_period_and_the_previous_one_adjoins(
    unit: CalendarUnit, zone: str, at: dt.datetime
) -> None:
    calendar = Calendar(unit=unit, zone=zone)
    bounds = calendar.bounds(at)
    assert bounds.start <= at < bounds.end
    assert bounds.elapsed_s + bounds.left_s == pytest.approx(bounds.length_s)
    assert calendar.previous(bounds).end == bounds.start


@given(units, zones, instants)
def test_law_any_instant_of_a_period_gives_the_same_period(unit: CalendarUnit, zone: str, at: dt.datetime) -> None:
    calendar = Calendar(unit=unit, zone=zone)
    bounds = calendar.bounds(at)
    for other in (bounds.start, bounds.end - dt.timedelta(microseconds=1)):
        again = calendar.bounds(other)
        assert (again.start, again.end) == (bounds.start, bounds.end)


@given(st.integers(1, 366), instants)
def test_law_rolling_windows_adjoin(days: int, at: dt.datetime) -> None:
    rolling = Rolling(days=days)
    bounds = rolling.bounds(at)
    assert rolling.previous(bounds).end == bounds.start
    assert bounds.length_s == rolling.nominal_s
