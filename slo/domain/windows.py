"""The windows over which an objective is promised: the last N days, or a calendar week, month or quarter in a zone."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from slo.domain.refusals import Refusal, Refused

MAX_DAYS = 366


class CalendarUnit(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Bounds:
    """`[start, end)` in UTC, of which `[start, until)` has happened.

    A rolling window has until == end. A calendar period's `end` is in the future until it closes.
    """

    start: dt.datetime
    end: dt.datetime
    until: dt.datetime

    @property
    def length_s(self) -> float:
        """Real seconds from start to end: a day with a clock change has 23 or 25 hours."""
        return (self.end - self.start).total_seconds()

    @property
    def minutes(self) -> float:
        return self.length_s / 60

    @property
    def elapsed_s(self) -> float:
        return (self.until - self.start).total_seconds()

    @property
    def left_s(self) -> float:
        """Seconds until the window closes; 0 for a rolling window, which never does."""
        return (self.end - self.until).total_seconds()


@dataclass(frozen=True, slots=True)
class Rolling:
    """The last `days` times 24 hours before an instant, whatever clocks do.

    Raises:
        Refused: fewer than 1 or more than 366 days.
    """

    days: int

    def __post_init__(self) -> None:
        if self.days < 1:
            raise Refused(
                Refusal.WINDOW_TOO_SHORT,
                "A window needs at least one day: over no time nothing can be promised. 28 or 30 days are usual.",
                days=self.days,
            )
        if self.days > MAX_DAYS:
            raise Refused(
                Refusal.WINDOW_TOO_LONG,
                f"A rolling window has at most {MAX_DAYS} days.",
                days=self.days,
            )

    @property
    def key(self) -> str:
        return f"{self.days}d"

    @property
    def nominal_s(self) -> float:
        """The length that burn rules are derived from."""
        return self.days * 86_400.0

    def bounds(self, at: dt.datetime) -> Bounds:
        """`[at - days, at)`."""
        at = at.astimezone(dt.UTC)
        return Bounds(start=at - dt.timedelta(days=self.days), end=at, until=at)

    def previous(self, bounds: Bounds) -> Bounds:
        """The window of the same length that ends where `bounds` starts."""
        return self.bounds(bounds.start)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A week (from Monday), month or quarter of local time in an IANA zone.

    Raises:
        Refused: the zone is not known.
    """

    unit: CalendarUnit
    zone: str

    def __post_init__(self) -> None:
        _zone(self.zone)

    @property
    def key(self) -> str:
        return f"{self.unit}@{self.zone}"

    @property
    def nominal_s(self) -> float:
        """7, 30 or 91 days: what burn rules are derived from, so that they do not change from month to month."""
        return _NOMINAL_DAYS[self.unit] * 86_400.0

    def bounds(self, at: dt.datetime) -> Bounds:
        """The period that contains `at`; at the instant of a boundary the new period begins and nothing has elapsed."""
        at = at.astimezone(dt.UTC)
        first = _first_day(self.unit, at.astimezone(_zone(self.zone)).date())
        start, end = self._midnight(first), self._midnight(_step(self.unit, first, 1))
        if at >= end:
            # Clocks that go back over midnight (St. John's at 00:01) repeat the end of a local day after the period
            # began.
            start, end = end, self._midnight(_step(self.unit, first, 2))
        return Bounds(start=start, end=end, until=at)

    def previous(self, bounds: Bounds) -> Bounds:
        """The closed period before `bounds`."""
        before = self.bounds(bounds.start - dt.timedelta(microseconds=1))
        return Bounds(start=before.start, end=before.end, until=before.end)

    def periods(self, start: dt.datetime, end: dt.datetime) -> tuple[Bounds, ...]:
        """The periods that touch [start, end), oldest first, each with `until` no later than `end`."""
        periods = []
        at = start
        while at < end:
            period = self.bounds(at)
            until = min(period.end, end.astimezone(dt.UTC))
            periods.append(Bounds(start=period.start, end=period.end, until=until))
            at = period.end
        return tuple(periods)

    def _midnight(self, day: dt.date) -> dt.datetime:
        """The first instant of a local day. Where clocks skip midnight, fold=0 gives the instant of the jump itself."""
        local = dt.datetime.combine(day, dt.time(), tzinfo=_zone(self.zone))
        return local.astimezone(dt.UTC)


Window = Rolling | Calendar

_NOMINAL_DAYS = {CalendarUnit.WEEK: 7, CalendarUnit.MONTH: 30, CalendarUnit.QUARTER: 91}
_KEY = re.compile(r"(?P<days>\d{1,4})d|(?P<unit>week|month|quarter)@(?P<zone>\S+)")


def parse_window(key: str) -> Window:
    """The window of a key: "30d", "week@UTC", "month@America/New_York", "quarter@Europe/Vienna".

    Raises:
        Refused: the key has another form, no days or too many, or a zone that is not known.
    """
    match = _KEY.fullmatch(key.strip())
    if match is None:
        raise Refused(
            Refusal.WINDOW_UNKNOWN,
            "A window is a number of days such as 30d, or a calendar period in a zone such as month@Europe/Vienna.",
            key=key,
        )
    if match["days"] is not None:
        return Rolling(days=int(match["days"]))
    return Calendar(unit=CalendarUnit(match["unit"]), zone=match["zone"])


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Refused(
            Refusal.ZONE_UNKNOWN,
            f"{name!r} is not a time zone; use an IANA name such as Europe/Vienna or UTC.",
            zone=name,
        ) from error


def _first_day(unit: CalendarUnit, day: dt.date) -> dt.date:
    if unit is CalendarUnit.WEEK:
        return day - dt.timedelta(days=day.weekday())
    month = day.month if unit is CalendarUnit.MONTH else (day.month - 1) // 3 * 3 + 1
    return day.replace(month=month, day=1)


def _step(unit: CalendarUnit, first: dt.date, count: int) -> dt.date:
    if unit is CalendarUnit.WEEK:
        return first + dt.timedelta(weeks=count)
    months = first.month - 1 + (3 if unit is CalendarUnit.QUARTER else 1) * count
    return dt.date(first.year + months // 12, months % 12 + 1, 1)
