"""How the company cuts its year, and the periods of which figures are kept."""

from __future__ import annotations

import datetime as dt
from typing import Final

from relportal.core import company
from reports.domain.periods import ROLLING, Calendar, Cut, Period
from reports.models import ReportSettings

MONTHS: Final = 13
"""Enough to compare with the same one a year before."""
QUARTERS: Final = 9
"""The eight that a report of the last whole one shows, and the one that goes on."""
WEEKS: Final = 9
"""Two months of them: the eight that a scorecard draws, and the one that goes on."""


def settings_row() -> ReportSettings:
    """As it stands; unsaved where nobody has ever set anything."""
    return ReportSettings.objects.filter(pk=1).first() or ReportSettings(pk=1)


def calendar() -> Calendar:
    row = settings_row()
    return Calendar(row.first_month, row.shift)


def kept_periods(at: dt.datetime) -> tuple[Period, ...]:
    """Those that are computed each hour: weeks, months and quarters up to the one that goes on, and of the last 7, 28 and 90
    days those that ended yesterday and as many before."""
    cuts, today = calendar(), company.day(at)
    yesterday = today - dt.timedelta(days=1)
    rolling = [cuts.period(cut, yesterday) for cut in ROLLING]
    return (
        *cuts.last(Cut.WEEK, today, WEEKS),
        *cuts.last(Cut.MONTH, today, MONTHS),
        *cuts.last(Cut.QUARTER, today, QUARTERS),
        *(each for last in rolling for each in (cuts.before(last), last)),
    )
