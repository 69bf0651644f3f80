"""What really happened, straight from the generator: tests compare the portal with it, not with the portal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from relportal.demo import traffic
from relportal.demo.counters import columns
from relportal.demo.events import GRID, MINUTE_S, Span, Timeline
from relportal.demo.indicators import DemoIndicator, indicator
from relportal.demo.noise import Floats, Ints
from relportal.demo.profiles import OUTCOMES, Family

SLICE_MIN = int(GRID.total_seconds()) // MINUTE_S


@dataclass(frozen=True, slots=True)
class Tally:
    """Exact numbers of events."""

    good: int
    total: int

    @property
    def bad(self) -> int:
        return self.total - self.good


@dataclass(frozen=True, slots=True)
class Slices:
    """Good and total events of consecutive 5-minute slices."""

    good: Ints
    total: Ints


def tally(timeline: Timeline, service: str, slug: str, span: Span) -> Tally:
    """Good and total events of an indicator in `span` (whole minutes, half-open).

    Raises: ValueError for an indicator that does not count the generator's events (thresholds, the portal itself).
    """
    per_minute = _per_minute(timeline, service, indicator(slug), _minutes(span))
    return Tally(int(per_minute.good.sum()), int(per_minute.total.sum()))


def slices(timeline: Timeline, service: str, slug: str, span: Span) -> Slices:
    """The same for each 5-minute slice of `span`, whose ends lie on the 5-minute grid. Raises: as `tally`."""
    per_minute = _per_minute(timeline, service, indicator(slug), _minutes(span))
    return Slices(
        per_minute.good.reshape(-1, SLICE_MIN).sum(axis=1), per_minute.total.reshape(-1, SLICE_MIN).sum(axis=1)
    )


def values(timeline: Timeline, service: str, slug: str, span: Span) -> Floats:
    """The gauge of a threshold indicator at each 5-minute instant in (start, end]: the value at the end of a slice."""
    family = indicator(slug).family
    minutes = _minutes(span)[::SLICE_MIN] + SLICE_MIN
    for column in columns(timeline, service, minutes):
        if column.series.family is family and column.series.is_gauge:
            return np.asarray(column.per_minute, dtype=np.float64)
    raise ValueError(f"{service} has no value for {slug}")


def seen(timeline: Timeline, service: str, span: Span) -> float:
    """The share of the minutes of `span` whose sample reached Prometheus."""
    return float(traffic.scraped(timeline, service, _minutes(span)).mean())


def _minutes(span: Span) -> Ints:
    for edge in (span.start, span.end):
        if edge.timestamp() % MINUTE_S:
            raise ValueError("the truth is known for whole minutes")
    return traffic.minutes_of(span)


def _per_minute(timeline: Timeline, service: str, of: DemoIndicator, minutes: Ints) -> Slices:
    if of.family is None or not of.counts_events:
        raise ValueError(f"{of.slug} does not count events of the generator")
    found = {column.series: column for column in columns(timeline, service, minutes)}
    mine = {key: column.per_minute for key, column in found.items() if key.family is of.family}
    if of.family is Family.LATENCY:
        bucket = ("le", str(float(of.latency_s or 0)))
        good = next(counts for key, counts in mine.items() if bucket in key.labels)
        total = next(counts for key, counts in mine.items() if key.name.endswith("_count"))
        return Slices(good.astype(np.int64), total.astype(np.int64))
    outcomes = OUTCOMES[of.family]
    total = np.sum(list(mine.values()), axis=0)
    bad = next(counts for key, counts in mine.items() if (outcomes.label, outcomes.bad) in key.labels)
    return Slices((total - bad).astype(np.int64), total.astype(np.int64))
