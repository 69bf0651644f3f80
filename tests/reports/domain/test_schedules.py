"""What is sent weekly or monthly is sent once each time, at its hour, whatever the clocks do."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.schedules import GIVEN_UP_AFTER, RETRY_AFTER, Cadence, Rhythm, tried_again

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


def rhythm(cadence: Cadence, **fields: int) -> Rhythm:
    return Rhythm(cadence=cadence, zone=BERLIN, hour=fields.pop("hour", 8), **fields)


def test_the_next_sending_is_the_next_such_day_at_the_hour_of_the_zone() -> None:
    assert rhythm(Cadence.WEEKLY).next_after(MONDAY) == dt.datetime(2026, 11, 9, 7, tzinfo=dt.UTC)
    assert rhythm(Cadence.WEEKLY, hour=14).next_after(MONDAY) == dt.datetime(2026, 11, 2, 13, tzinfo=dt.UTC)
    assert rhythm(Cadence.MONTHLY, day=28).next_after(MONDAY) == dt.datetime(2026, 11, 28, 7, tzinfo=dt.UTC)
    assert rhythm(Cadence.QUARTERLY).next_after(MONDAY) == dt.datetime(2026, 11, 3, 7, tzinfo=dt.UTC)


def test_an_hour_that_the_clocks_leave_out_or_repeat_is_one_sending() -> None:
    sunday = rhythm(Cadence.WEEKLY, weekday=6, hour=2)
    assert sunday.next_after(dt.datetime(2026, 3, 28, tzinfo=dt.UTC)) == dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
    twice = sunday.next_after(dt.datetime(2026, 10, 24, tzinfo=dt.UTC))
    assert (sunday.next_after(twice) - twice).days >= 7


@given(
    st.sampled_from(Cadence), st.timedeltas(dt.timedelta(0), dt.timedelta(days=5000)).map(lambda span: MONDAY + span)
)
def test_each_sending_is_later_than_the_one_before_and_none_is_left_out(cadence: Cadence, at: dt.datetime) -> None:
    first = rhythm(cadence).next_after(at)
    second = rhythm(cadence).next_after(first)
    longest = {Cadence.WEEKLY: 7, Cadence.MONTHLY: 31, Cadence.QUARTERLY: 1}[cadence]
    assert at < first < second <= first + dt.timedelta(days=longest, hours=1)


@pytest.mark.parametrize("wrong", [{"hour": 24}, {"weekday": 7}, {"day": 29}, {"day": 0}])
def test_there_is_no_such_hour_or_day(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="An hour is 0 to 23"):
        rhythm(Cadence.WEEKLY, **wrong)


def test_what_failed_is_tried_later_and_later_for_five_days() -> None:
    waits = [tried_again(number, first_due=MONDAY, at=MONDAY) for number in range(1, 9)]
    assert waits == [MONDAY + RETRY_AFTER[min(number, 5)] for number in range(8)]
    assert tried_again(1, first_due=MONDAY, at=MONDAY + GIVEN_UP_AFTER) is None
