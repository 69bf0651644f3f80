"""Initiatives: from a baseline to a goal by a day. Whether one is on track follows from a straight line between the two; a
forecast is made only where enough was done to carry one."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from math import floor
from typing import Final

from incidents.domain.statistics import count_interval
from reports.domain.values import Better

MIN_DONE: Final = 5
MIN_DAYS: Final = 28
"""Fewer services done, or fewer days, say nothing of the pace."""


class State(StrEnum):
    PLANNED = "planned"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    NO_DATA = "no_data"
    DONE = "done"
    MISSED = "missed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Course:
    """`starts` and `due` are days, both included.

    Raises:
        ValueError: it is due before it starts.
    """

    starts: dt.date
    due: dt.date

    def __post_init__(self) -> None:
        if self.due <= self.starts:
            raise ValueError("An initiative is due after its start")

    def way(self, day: dt.date) -> float:
        """The part of its time that is over at the end of a day: 0 before the start, 1 from the due day on."""
        return min(1.0, max(0.0, (day - self.starts).days / (self.due - self.starts).days))


@dataclass(frozen=True, slots=True)
class Counted:
    """Services that meet the goal, of those in scope."""

    done: int
    scope: int

    @property
    def all_done(self) -> bool:
        return self.scope > 0 and self.done >= self.scope


def expected_done(course: Course, baseline: Counted, scope: int, day: dt.date) -> int:
    """Whole services that must be done by then, towards the scope as it is now: one begins to be missed only when it is due."""
    return floor(baseline.done + max(0, scope - baseline.done) * course.way(day) + 1e-9)


def expected_value(course: Course, baseline: float, target: float, day: dt.date) -> float:
    return baseline + (target - baseline) * course.way(day)


def state_of_services(course: Course, baseline: Counted | None, now: Counted, day: dt.date) -> State:
    if day < course.starts or baseline is None:
        return State.PLANNED
    if not now.scope:
        return State.NO_DATA
    if now.all_done:
        return State.DONE
    if day > course.due:
        return State.MISSED
    return State.ON_TRACK if now.done >= expected_done(course, baseline, now.scope, day) else State.BEHIND


def state_of_value(
    course: Course, ends: tuple[float | None, float], now: float | None, day: dt.date, *, better: Better
) -> State:
    """`ends`: the value at the start (None: nobody knew it) and the target."""
    baseline, target = ends
    if day < course.starts:
        return State.PLANNED
    if now is None:
        return State.MISSED if day > course.due else State.NO_DATA
    if _as_good(now, target, better):
        return State.DONE
    if day > course.due:
        return State.MISSED
    if baseline is None:
        return State.NO_DATA
    return State.ON_TRACK if _as_good(now, expected_value(course, baseline, target, day), better) else State.BEHIND


def _as_good(value: float, line: float, better: Better) -> bool:
    return value >= line if better is Better.UP else value <= line


@dataclass(frozen=True, slots=True)
class Forecast:
    """By when the rest is done if the pace so far goes on, at 95 %."""

    earliest: dt.date
    latest: dt.date


def forecast(course: Course, baseline: Counted, now: Counted, day: dt.date) -> Forecast | None:
    """None where the sample does not carry one: too little was done or too little time has passed, or all is done.

    Source: Garwood 1936 for the interval of the pace, as of a Poisson count.
    """
    done, days, left = now.done - baseline.done, (day - course.starts).days, now.scope - now.done
    if done < MIN_DONE or days < MIN_DAYS or left <= 0:
        return None
    pace = count_interval(done)
    return Forecast(
        day + dt.timedelta(days=round(left * days / pace.high)), day + dt.timedelta(days=round(left * days / pace.low))
    )


# Burn-up.


@dataclass(frozen=True, slots=True)
class Span:
    """A service over [since, until); `until` None: still."""

    service: int
    since: dt.datetime
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Burned:
    """At each instant of `at`: services in scope, and those of them that met the goal."""

    at: tuple[dt.datetime, ...]
    scope: tuple[int, ...]
    done: tuple[int, ...]


def burned(at: Sequence[dt.datetime], scope: Iterable[Span], met: Iterable[Span]) -> Burned:
    """`at` rises. Spans of one service do not overlap; what met the goal counts only while it was in scope."""
    in_scope: dict[int, list[Span]] = {}
    for span in scope:
        in_scope.setdefault(span.service, []).append(span)
    both = [
        found for one in met for span in in_scope.get(one.service, ()) if (found := _overlap(one, span)) is not None
    ]
    return Burned(tuple(at), _counts(at, [each for spans in in_scope.values() for each in spans]), _counts(at, both))


def _overlap(one: Span, other: Span) -> Span | None:
    since = max(one.since, other.since)
    ends = [span.until for span in (one, other) if span.until is not None]
    until = min(ends, default=None)
    return Span(one.service, since, until) if until is None or since < until else None


def _counts(at: Sequence[dt.datetime], spans: Iterable[Span]) -> tuple[int, ...]:
    """How many spans hold each instant."""
    steps = [0] * (len(at) + 1)
    for span in spans:
        steps[bisect_left(at, span.since)] += 1
        steps[bisect_left(at, span.until) if span.until is not None else len(at)] -= 1
    return tuple(accumulate(steps[:-1]))
