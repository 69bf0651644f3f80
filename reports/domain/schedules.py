"""When something is sent next, and when it is tried again. Hours are those of a zone, also where its clocks change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

RETRY_AFTER: Final = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=15),
    dt.timedelta(hours=1),
    dt.timedelta(hours=3),
    dt.timedelta(hours=6),
)
"""After so many attempts; then always the last."""
GIVEN_UP_AFTER: Final = dt.timedelta(days=5)
"""As mail servers do themselves. Source: RFC 5321, 4.5.4.1."""
LAST_DAY: Final = 28
"""Every month has it."""
DAY: Final = dt.timedelta(days=1)


class Cadence(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    """When a report was published, at the next hour of sending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """`weekday` 0 is Monday and counts for what is weekly, `day` (1 to 28) for what is monthly.

    Raises:
        ValueError: there is no such hour or day.
    """

    cadence: Cadence
    zone: dt.tzinfo
    hour: int
    weekday: int = 0
    day: int = 1

    def __post_init__(self) -> None:
        if not (0 <= self.hour <= 23 and 0 <= self.weekday <= 6 and 1 <= self.day <= LAST_DAY):
            raise ValueError("An hour is 0 to 23, a weekday 0 to 6, a day of the month 1 to 28")

    def _is_day(self, day: dt.date) -> bool:
        if self.cadence is Cadence.WEEKLY:
            return day.weekday() == self.weekday
        return self.cadence is Cadence.QUARTERLY or day.day == self.day

    def next_after(self, instant: dt.datetime) -> dt.datetime:
        """The first sending after `instant`, in UTC. An hour that the clocks leave out is the one after it."""
        day = instant.astimezone(self.zone).date()
        while True:
            if self._is_day(day):
                due = dt.datetime.combine(day, dt.time(self.hour), tzinfo=self.zone).astimezone(dt.UTC)
                if due > instant:
                    return due
            day += DAY


def tried_again(attempts: int, *, first_due: dt.datetime, at: dt.datetime) -> dt.datetime | None:
    """When, after so many attempts (at least one) of which the last failed at `at`; None: no more, it was due too long ago."""
    if at - first_due >= GIVEN_UP_AFTER:
        return None
    return at + RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]
