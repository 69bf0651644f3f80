"""Announced maintenance at Perronova: on Sunday nights, every fourth week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from relportal.demo.events import HISTORY, Effect, Work
from relportal.demo.people import COMPANY_ZONE

WEEK: Final = dt.timedelta(weeks=1)
EVERY: Final = 4
ANNOUNCED: Final = dt.timedelta(days=10)
SUNDAY: Final = 6
PLANS: Final = (
    (0, "03:00", 60, "Card database: patches and restart", Effect("payments-api", bad=0.25)),
    (1, "03:00", 120, "Booking database: patches and restart", Effect("booking-api", bad=0.06, slow=1.3)),
    (2, "02:00", 180, "Search index is built anew", Effect("search-api", bad=0.02, slow=1.2)),
)
"""Which Sunday of four, when it begins on the company's clock, minutes, what is done, and what it does."""


def works(anchor: dt.datetime) -> tuple[Work, ...]:
    """Two years of them, and those that are announced already at the anchor, in the order of time."""
    return tuple(sorted(_all(anchor), key=lambda each: each.start))


def _all(anchor: dt.datetime) -> Iterator[Work]:
    zone = ZoneInfo(COMPANY_ZONE)
    today = anchor.astimezone(zone).date()
    ahead = today + dt.timedelta(days=(SUNDAY - today.weekday()) % 7 or 7)
    for number, clock, minutes, title, effect in PLANS:
        for back in range(number, HISTORY // WEEK, EVERY):
            day = ahead - back * WEEK
            start = dt.datetime.combine(day, dt.time.fromisoformat(clock), tzinfo=zone).astimezone(dt.UTC)
            yield Work(title, effect.service, start, start + dt.timedelta(minutes=minutes), (effect,))
