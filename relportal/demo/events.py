"""What happens at Perronova: incidents with their effect on traffic, and deploys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from relportal.demo.profiles import Family

MINUTE_S: Final = 60
HISTORY: Final = dt.timedelta(days=730)
GRID: Final = dt.timedelta(minutes=5)


class Cause(StrEnum):
    DEPLOY = "deploy"
    CONFIGURATION = "configuration"
    CAPACITY = "capacity"
    DEPENDENCY = "dependency"
    DATA = "data"
    CERTIFICATE = "certificate"
    NETWORK = "network"
    HARDWARE = "hardware"
    OPERATION = "operation"


class Detection(StrEnum):
    SLO_ALERT = "slo alert"
    OTHER_ALERT = "other alert"
    CUSTOMER = "customer"
    STAFF = "staff"
    THIRD_PARTY = "third party"


@dataclass(frozen=True, slots=True)
class Effect:
    """What an incident does to a service while it lasts.

    The share `bad` of its events fails (of `families` only, when given), the median latency is multiplied by `slow`, traffic by
    `traffic`; `stalled` lets the gauges grow.
    """

    service: str
    bad: float = 0.0
    slow: float = 1.0
    traffic: float = 1.0
    stalled: bool = False
    families: tuple[Family, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open: `start` is in it, `end` is not."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """`end` None means that it goes on. With `every` it comes in bursts of `burst`, the first at `start`."""

    key: str
    title: str
    severity: int
    cause: Cause
    service: str
    start: dt.datetime
    end: dt.datetime | None
    effects: tuple[Effect, ...]
    summary: str
    detection: Detection = Detection.SLO_ALERT
    detected_after: dt.timedelta = dt.timedelta(minutes=4)
    mitigated_before_end: dt.timedelta = dt.timedelta(0)
    every: dt.timedelta | None = None
    burst: dt.timedelta = dt.timedelta(0)

    def spans(self, within: Span) -> tuple[Span, ...]:
        """When it hurts, clipped to `within`."""
        stop = min(self.end or within.end, within.end)
        if self.every is None:
            whole = [Span(self.start, stop)]
        else:
            first = max(0, (within.start - self.start) // self.every)
            last = max(-1, (stop - self.start) // self.every)
            begins = [self.start + number * self.every for number in range(first, last + 1)]
            whole = [Span(begin, min(begin + self.burst, stop)) for begin in begins]
        clipped = (Span(max(span.start, within.start), span.end) for span in whole)
        return tuple(span for span in clipped if span.start < span.end)


@dataclass(frozen=True, slots=True)
class Work:
    """Maintenance that was announced: what it does is no incident."""

    title: str
    service: str
    start: dt.datetime
    end: dt.datetime
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Deploy:
    """`at` lies on the 5-minute grid: counters start again from zero just after it, unless it is a rollback."""

    service: str
    at: dt.datetime
    version: str
    rollback: bool = False
    incident: str = ""


@dataclass(frozen=True)
class Timeline:
    """All that happens, relative to `anchor`; `epoch` is the first minute that the company has numbers for."""

    anchor: dt.datetime
    incidents: tuple[Incident, ...]
    works: tuple[Work, ...] = ()

    @cached_property
    def epoch(self) -> dt.datetime:
        return self.anchor.replace(hour=0, minute=0) - HISTORY

    def touching(self, service: str, within: Span) -> list[tuple[Incident, Effect]]:
        """The effects on `service` of the incidents that overlap `within`, in order of their start."""
        return [
            (incident, effect)
            for incident in self._by_service.get(service, ())
            if incident.start < within.end and (incident.end is None or incident.end > within.start)
            for effect in incident.effects
            if effect.service == service
        ]

    def felt(self, service: str, until: dt.datetime, *, since: dt.datetime) -> Iterator[tuple[Effect, Span]]:
        """What incidents, from their own start on, and works do to `service` in spells that overlap [`since`, `until`)."""
        for incident, effect in self.touching(service, Span(since, until)):
            for span in incident.spans(Span(incident.start, until)):
                yield effect, span
        for work in self.works:
            if work.start < until and work.end > since:
                yield from (
                    (effect, Span(work.start, work.end)) for effect in work.effects if effect.service == service
                )

    @cached_property
    def _by_service(self) -> dict[str, list[Incident]]:
        found: dict[str, list[Incident]] = {}
        for incident in sorted(self.incidents, key=lambda each: each.start):
            for slug in {effect.service for effect in incident.effects}:
                found.setdefault(slug, []).append(incident)
        return found


def on_grid(instant: dt.datetime) -> dt.datetime:
    """The latest 5-minute instant that is not after `instant`."""
    step = int(GRID.total_seconds())
    return dt.datetime.fromtimestamp(int(instant.timestamp()) // step * step, tz=dt.UTC)
