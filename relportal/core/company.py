"""The company's own calendar: what falls due on a day, and which period a figure is of, is the same for everybody who looks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings


def zone() -> ZoneInfo:
    """In which days and periods of the company are cut; times are shown in the viewer's own zone."""
    return ZoneInfo(settings.COMPANY_TIME_ZONE)


def day(at: dt.datetime) -> dt.date:
    return at.astimezone(zone()).date()


def end_of(day: dt.date) -> dt.datetime:
    """The last minute of a day, by which something is due that is due on it."""
    return dt.datetime.combine(day, dt.time(23, 59), tzinfo=zone())
