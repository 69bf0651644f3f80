"""When a risk is looked at again, and whether that has been forgotten."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final

FIRST_DAYS: Final = 14
"""A risk that nobody has rated is looked at within so many days."""
SOON_DAYS: Final = 14
CYCLES: Final = 2
"""A rating that is older than so many cycles of its level says little, however often somebody looked."""


class Review(StrEnum):
    """How a risk stands with its reviews, the worst first."""

    OVERDUE = "overdue"
    STALE = "stale"
    UNRATED = "unrated"
    SOON = "soon"
    FRESH = "fresh"


def due(day: dt.date, review_days: int | None) -> dt.date:
    """The next review of a risk that was rated or looked at on `day`; None: it has no level yet."""
    return day + dt.timedelta(days=FIRST_DAYS if review_days is None else review_days)


def standing(*, due_on: dt.date | None, rated_on: dt.date | None, review_days: int | None, today: dt.date) -> Review:
    """`due_on` is still kept on that day. `rated_on` and `review_days` are None where nobody has rated."""
    if due_on is not None and due_on < today:
        return Review.OVERDUE
    if rated_on is None or review_days is None:
        return Review.UNRATED
    if today > rated_on + dt.timedelta(days=CYCLES * review_days):
        return Review.STALE
    if due_on is not None and due_on <= today + dt.timedelta(days=SOON_DAYS):
        return Review.SOON
    return Review.FRESH
