"""The company's day, whoever looks from wherever."""

from __future__ import annotations

import datetime as dt
from typing import Any

from relportal.core import company

LATE = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)


def test_a_day_is_the_companys(settings: Any) -> None:
    settings.COMPANY_TIME_ZONE = "Europe/Berlin"
    assert company.day(LATE) == dt.date(2026, 3, 2)

    settings.COMPANY_TIME_ZONE = "America/New_York"
    assert company.day(LATE) == dt.date(2026, 3, 1)


def test_the_end_of_a_day_is_on_that_day_also_when_clocks_change(settings: Any) -> None:
    settings.COMPANY_TIME_ZONE = "Europe/Berlin"

    for day in (dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 6, 1)):
        assert company.day(company.end_of(day)) == day
    assert company.end_of(dt.date(2026, 3, 29)).astimezone(dt.UTC).hour == 21
