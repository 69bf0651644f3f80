"""The days of the demo's year: what somebody did on a day is called with an instant of that day, in the order of the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from relportal.demo import noise
from relportal.demo.people import COMPANY_ZONE
from relportal.demo.story import local

MINUTE: Final = dt.timedelta(minutes=1)
WEEK: Final = 7
FRIDAY: Final = 4
EAGER: Final = 14
"""So many days back people work at week-ends, too: something has just happened. What is older happened on working days."""

Act = Callable[[dt.datetime], object]


@dataclass(frozen=True, slots=True)
class Beat:
    at: dt.datetime
    act: Act


@dataclass(frozen=True, slots=True)
class Days:
    """Days count from the anchor's on the company's clock."""

    anchor: dt.datetime

    def date(self, day: int) -> dt.date:
        return self.anchor.astimezone(ZoneInfo(COMPANY_ZONE)).date() + dt.timedelta(days=day)

    def told(self, key: str, acts: Iterable[tuple[int, Act]], *, hour: int = 9) -> list[Beat]:
        """From `hour` on, in the order of the days and then as they are given; `key` spreads them within three hours."""
        first = int(noise.pick(noise.seed(key, "minute"), 0) * 150)
        beats = []
        for number, (day, act) in enumerate(sorted(acts, key=lambda one: one[0])):
            begin = local(self.anchor, days=self._working(day), at=f"{hour:02}:00")
            beats.append(Beat(begin + (first + number) * MINUTE, act))
        return beats

    def _working(self, day: int) -> int:
        weekday = self.date(day).weekday()
        return day + (WEEK - weekday if day < -EAGER and weekday > FRIDAY else 0)


def tell(beats: Iterable[Beat], *, until: dt.datetime) -> None:
    """Acts in order, each at its instant; what lies after `until` has not happened."""
    for beat in sorted(beats, key=lambda one: one.at):
        if beat.at <= until:
            beat.act(beat.at)
