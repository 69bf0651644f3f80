"""The counters of Perronova as functions of time: history, live exporter and truth all read these tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from relportal.demo import traffic
from relportal.demo.deploys import last_restart, restarts
from relportal.demo.events import MINUTE_S, Span, Timeline
from relportal.demo.noise import Floats, Ints
from relportal.demo.profiles import BUCKETS_S, OUTCOMES, PROFILES, Family, Stream

MILLI = 1000


@dataclass(frozen=True, slots=True)
class SeriesId:
    """One series: the sample's name and its labels in the order in which they are written, without job and instance."""

    family: Family
    name: str
    labels: tuple[tuple[str, str], ...]

    @property
    def is_gauge(self) -> bool:
        return self.family in (Family.AGE, Family.LAG)


@dataclass(frozen=True, slots=True)
class Column:
    """What a series adds in each minute (or, for a gauge, its value at the start of the minute). `scale` divides it."""

    series: SeriesId
    per_minute: Ints | Floats
    scale: int = 1


def columns(timeline: Timeline, service: str, minutes: Ints) -> list[Column]:
    """Every series of a service over `minutes`, families together."""
    profile = PROFILES[service]
    at = traffic.conditions(timeline, service, minutes)
    found: list[Column] = []
    requests: Ints | None = None
    for stream in profile.streams:
        counted = traffic.counts(timeline, service, stream, minutes, at=at)
        found += _outcomes(service, stream, counted)
        if stream.family is Family.HTTP:
            requests = counted.total
    if profile.latency is not None and requests is not None:
        measured = traffic.histogram(timeline, service, profile.latency, requests, of=minutes, at=at)
        found += _histogram(service, measured)
    for spec in profile.gauges:
        values = traffic.gauge(service, spec, minutes, at=at)
        found.append(Column(SeriesId(spec.family, spec.family.value, (("service", service),)), values))
    return found


def _outcomes(service: str, stream: Stream, counted: traffic.Counts) -> Iterator[Column]:
    names = OUTCOMES[stream.family]
    parts = {names.ok: counted.ok, names.bad: counted.bad}
    if names.side is not None:
        parts[names.side] = counted.side
    for value, events in sorted(parts.items()):
        labels = (("service", service), (names.label, value))
        yield Column(SeriesId(stream.family, f"{stream.family}_total", labels), events)


def _histogram(service: str, measured: traffic.Histogram) -> Iterator[Column]:
    """`le` is written as a float (1.0, not 1) as Prometheus 3 does, so that history and scrapes agree on any version."""
    base = Family.LATENCY.value
    label = ("service", service)
    for bucket, within in zip(BUCKETS_S, measured.within, strict=True):
        yield Column(SeriesId(Family.LATENCY, f"{base}_bucket", (label, ("le", str(float(bucket))))), within)
    yield Column(SeriesId(Family.LATENCY, f"{base}_bucket", (label, ("le", "+Inf"))), measured.total)
    yield Column(SeriesId(Family.LATENCY, f"{base}_count", (label,)), measured.total)
    yield Column(SeriesId(Family.LATENCY, f"{base}_sum", (label,)), measured.sum_ms, MILLI)


@dataclass(frozen=True)
class Table:
    """The series of one service over `[first, first + n)` minutes, ready to be asked for any instant in it.

    `restarts` are minutes at which the counters go back to zero: the value at that very instant is still the old one.
    `bases` holds for each column what it had counted at each restart.
    """

    service: str
    first: int
    columns: tuple[Column, ...]
    totals: tuple[Ints, ...]
    restarts: Ints
    bases: tuple[Ints, ...]
    seen: np.typing.NDArray[np.bool_]

    @property
    def end(self) -> int:
        return self.first + len(self.seen)

    def read(self, instants: Floats) -> list[Ints | Floats]:
        """What each column's series reads at each of these Unix times, between the minutes too."""
        at = (instants // MINUTE_S).astype(np.int64) - self.first
        part = instants % MINUTE_S / MINUTE_S
        since = np.searchsorted(self.restarts, instants / MINUTE_S, side="left") - 1
        return [
            column.per_minute[at]
            if column.series.is_gauge
            else total[at] - base[since] + (part * column.per_minute[at]).astype(np.int64)
            for column, total, base in zip(self.columns, self.totals, self.bases, strict=True)
        ]

    def since(self, minute: int) -> Table:
        """The same without what lies before `minute`, in memory of its own."""
        skip = max(0, minute - self.first)
        return replace(
            self,
            first=self.first + skip,
            columns=tuple(replace(column, per_minute=column.per_minute[skip:].copy()) for column in self.columns),
            totals=tuple(total[skip:].copy() for total in self.totals),
            seen=self.seen[skip:].copy(),
        )


def table(timeline: Timeline, service: str, span: Span) -> Table:
    """A table for all instants of `span`, its end included; it reaches back to the last restart before it."""
    begin = last_restart(timeline, service, max(span.start, timeline.epoch + dt.timedelta(minutes=1)))
    minutes = traffic.minutes_of(Span(begin, span.end + dt.timedelta(minutes=1)))
    found = tuple(columns(timeline, service, minutes))
    again = [begin, *(at for at in restarts(timeline, service, Span(begin, span.end)) if at > begin)]
    at_restart = np.array([int(at.timestamp()) // MINUTE_S for at in again], dtype=np.int64)
    totals = tuple(_running(column) for column in found)
    return Table(
        service=service,
        first=int(minutes[0]),
        columns=found,
        totals=totals,
        restarts=at_restart,
        bases=tuple(total[at_restart - minutes[0]] if len(total) else total for total in totals),
        seen=traffic.scraped(timeline, service, minutes),
    )


def _running(column: Column) -> Ints:
    """The sum before each minute."""
    if column.series.is_gauge:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate(([0], np.cumsum(column.per_minute)))[:-1].astype(np.int64)
