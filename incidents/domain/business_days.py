"""Days on which work is done: Monday to Friday. Holidays differ from place to place and are left out."""

from __future__ import annotations

import datetime as dt


def business_days_after(day: dt.date, days: int) -> dt.date:
    """The `days`-th business day after `day`; with 0 the day itself, or the Monday after a weekend."""
    found = day
    while found.weekday() >= 5:
        found += dt.timedelta(days=1)
    for _each in range(days):
        found += dt.timedelta(days=1)
        while found.weekday() >= 5:
            found += dt.timedelta(days=1)
    return found
