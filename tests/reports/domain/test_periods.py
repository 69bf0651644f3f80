from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.periods import ROLLING, Calendar, Cut, Label, Period, Wording, by_cut, moved, quarters

DAY = dt.timedelta(days=1)
days = st.dates(dt.date(1980, 1, 1), dt.date(2100, 12, 31))
calendars = st.builds(Calendar, st.integers(1, 12), st.integers(0, 2))
cuts = st.sampled_from(Cut)
tiling = st.sampled_from([cut for cut in Cut if cut not in ROLLING])
SHIFTED = Calendar(1, 2)


def quarter(first: str, last: str) -> Period:
    return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last), Cut.QUARTER)


@given(calendars, tiling, days)
def test_periods_tile_the_calendar_without_gap_or_overlap(calendar: Calendar, cut: Cut, day: dt.date) -> None:
    here = calendar.period(cut, day)
    assert day in here
    assert calendar.after(here).first == here.last + DAY
    assert calendar.before(here).last == here.first - DAY
    assert calendar.period(cut, here.first) == calendar.period(cut, here.last) == here


@given(calendars, cuts, days)
def test_before_undoes_after_and_the_other_way_round(calendar: Calendar, cut: Cut, day: dt.date) -> None:
    here = calendar.period(cut, day)
    assert calendar.before(calendar.after(here)) == here
    assert calendar.after(calendar.before(here)) == here
    assert calendar.before(here, 3) == calendar.before(calendar.before(calendar.before(here)))


@given(calendars, days)
def test_a_year_is_four_quarters_of_twelve_months(calendar: Calendar, day: dt.date) -> None:
    here = calendar.period(Cut.QUARTER, day)
    month = calendar.period(Cut.MONTH, day)
    for one, n in ((here, 4), (month, 12)):
        then = calendar.before(one, n)
        assert (then.first.year, then.first.month) == (one.first.year - 1, one.first.month)
    assert here.days in {89, 90, 91, 92}
    assert (here.first.month - calendar.first_month - calendar.shift) % 3 == 0


@given(calendars, cuts, days, st.integers(1, 9))
def test_a_sequence_is_unbroken_and_ends_with_the_day(calendar: Calendar, cut: Cut, day: dt.date, n: int) -> None:
    found = calendar.last(cut, day, n)
    assert len(found) == n
    assert day in found[-1]
    assert all(one.last + DAY == other.first for one, other in itertools.pairwise(found))
    assert len({each.key for each in found}) == n


@given(calendars, cuts, days)
def test_the_closed_one_is_final_and_the_next_is_not(calendar: Calendar, cut: Cut, today: dt.date) -> None:
    found = calendar.closed(cut, today)
    assert found.closes_on <= today
    if cut not in ROLLING:
        assert calendar.after(found).closes_on > today


def test_a_quarter_closes_a_week_after_its_end() -> None:
    """The last day of June, and seven whole days after it."""
    assert quarter("2026-04-01", "2026-06-30").closes_on == dt.date(2026, 7, 8)
    assert Calendar().closed(Cut.QUARTER, dt.date(2026, 7, 7)) == quarter("2026-01-01", "2026-03-31")
    assert Calendar().closed(Cut.QUARTER, dt.date(2026, 7, 8)) == quarter("2026-04-01", "2026-06-30")


@pytest.mark.parametrize(
    ("calendar", "first", "last"),
    [
        (Calendar(), "2026-07-01", "2026-09-30"),
        # A year from February, as in retail: Feb–Apr, May–Jul, Aug–Oct, Nov–Jan.
        (Calendar(2), "2026-08-01", "2026-10-31"),
        (Calendar(10), "2026-07-01", "2026-09-30"),
        (Calendar(1, 1), "2026-08-01", "2026-10-31"),
        (SHIFTED, "2026-06-01", "2026-08-31"),
        (Calendar(12, 2), "2026-08-01", "2026-10-31"),
    ],
)
def test_quarters_begin_where_the_company_cuts_its_year(calendar: Calendar, first: str, last: str) -> None:
    assert calendar.period(Cut.QUARTER, dt.date(2026, 8, 20)) == quarter(first, last)


@pytest.mark.parametrize(
    ("cut", "first", "last"),
    [
        (Cut.WEEK, "2026-12-28", "2027-01-03"),
        (Cut.MONTH, "2026-12-01", "2026-12-31"),
        (Cut.DAYS_7, "2026-12-25", "2026-12-31"),
        (Cut.DAYS_28, "2026-12-04", "2026-12-31"),
        (Cut.DAYS_90, "2026-10-03", "2026-12-31"),
    ],
)
def test_the_other_cuts_at_the_end_of_a_year(cut: Cut, first: str, last: str) -> None:
    found = Calendar(2, 1).period(cut, dt.date(2026, 12, 31))
    assert (found.first.isoformat(), found.last.isoformat(), found.key) == (first, last, f"{cut}:{first}")


@pytest.mark.parametrize(("first_month", "shift"), [(0, 0), (13, 0), (1, -1), (1, 3)])
def test_months_that_do_not_exist_are_refused(first_month: int, shift: int) -> None:
    with pytest.raises(ValueError, match="month 1 to 12"):
        Calendar(first_month, shift)


def test_quarters_are_named_by_their_months() -> None:
    one, across = (SHIFTED.period(Cut.QUARTER, dt.date(2026, month, 1)) for month in (7, 12))
    assert one.label == Label(Wording.MONTHS, dt.date(2026, 6, 1), dt.date(2026, 8, 1))
    assert across.label == Label(Wording.MONTHS_ACROSS_YEARS, dt.date(2026, 12, 1), dt.date(2027, 2, 1))


def test_months_are_named_once_and_weeks_by_their_days() -> None:
    month, week = (Calendar().period(cut, dt.date(2026, 2, 10)) for cut in (Cut.MONTH, Cut.WEEK))
    assert month.label == Label(Wording.MONTH, dt.date(2026, 2, 1), dt.date(2026, 2, 1))
    assert week.label == Label(Wording.DAYS, dt.date(2026, 2, 9), dt.date(2026, 2, 15))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 7 * 24 - 1),
        ("Europe/Berlin", "2026-10-25", 7 * 24 + 1),
        # Clocks go from 24:00 to 01:00: the day has no midnight.
        ("Africa/Cairo", "2026-04-24", 7 * 24 - 1),
        ("Asia/Kolkata", "2026-03-29", 7 * 24),
    ],
)
def test_a_week_with_a_clock_change_has_its_real_length(zone: str, day: str, hours: int) -> None:
    start, end = Calendar().period(Cut.WEEK, dt.date.fromisoformat(day)).bounds(ZoneInfo(zone))
    assert end - start == dt.timedelta(hours=hours)
    assert start.tzinfo is dt.UTC


@given(calendars, tiling, days, st.sampled_from(["Africa/Cairo", "America/Havana", "Pacific/Apia", "Europe/Lisbon"]))
def test_in_every_zone_one_period_ends_at_the_instant_at_which_the_next_begins(
    calendar: Calendar, cut: Cut, day: dt.date, name: str
) -> None:
    zone, here = ZoneInfo(name), calendar.period(cut, day)
    start, end = here.bounds(zone)
    assert start < end == calendar.after(here).bounds(zone)[0]


def test_nothing_but_a_day_lies_in_a_period() -> None:
    assert "2026-07-01" not in quarter("2026-06-01", "2026-08-31")
    assert dt.date(2026, 9, 1) not in quarter("2026-06-01", "2026-08-31")


@given(days, st.integers(-60, 60))
def test_months_move_there_and_back(day: dt.date, months: int) -> None:
    first = day.replace(day=1)
    assert moved(moved(first, months), -months) == first


@given(st.lists(st.builds(Calendar().period, cuts, days), max_size=30), st.integers(1, 5))
def test_groups_of_one_cut_hold_every_period_once_and_no_more_than_was_asked(periods: list[Period], most: int) -> None:
    groups = by_cut(periods, most=most)
    together = [each for group in groups for each in group]
    assert len(together) == len(set(together))
    assert set(together) == set(periods)
    assert all(len({each.cut for each in group}) == 1 and len(group) <= most for group in groups)
    assert all(list(group) == sorted(group) for group in groups)
    # As few as can be: of each cut, all groups but the last are full.
    assert len(groups) == sum(-(-len({each for each in periods if each.cut is cut}) // most) for cut in Cut)


@given(calendars, days)
def test_three_months_make_a_quarter_and_thirteen_weeks_nearly_one(calendar: Calendar, day: dt.date) -> None:
    assert quarters(calendar.period(Cut.QUARTER, day)) == 1
    assert 3 * quarters(calendar.period(Cut.MONTH, day)) == pytest.approx(1)
    assert 13 * quarters(calendar.period(Cut.WEEK, day)) == pytest.approx(1, rel=0.01)
