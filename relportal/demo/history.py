"""Draws the incidents of the past (and, sparsely, of the future) from the ways in which the company breaks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from relportal.demo import noise
from relportal.demo.catalog import SERVICES
from relportal.demo.events import Cause, Effect, Incident, on_grid
from relportal.demo.failures import FAILURES, Failure
from relportal.demo.people import COMPANY_ZONE
from relportal.demo.profiles import PROFILES, Family

PAST: Final = 66
FIRST_DAY: Final = -724
LAST_DAY: Final = -32
FUTURE: Final = 150
FUTURE_EVERY: Final = dt.timedelta(days=7)
SPILL: Final = 0.35
SPILL_DEPTH: Final = 2


@dataclass(frozen=True, slots=True)
class Extent:
    """How bad a severity is: the range of its duration and of the share of requests that fail."""

    minutes: tuple[int, int]
    share: tuple[float, float]


EXTENT: Final = {
    1: Extent((35, 80), (0.18, 0.42)),
    2: Extent((22, 60), (0.06, 0.20)),
    3: Extent((14, 50), (0.02, 0.07)),
    4: Extent((8, 35), (0.008, 0.025)),
}


def spill(effect: Effect, *, share: float = SPILL, depth: int = SPILL_DEPTH) -> tuple[Effect, ...]:
    """`effect` and what the services feel that cannot do without its service, weaker at each step."""
    effects = {effect.service: effect}
    front = [effect]
    for _step in range(depth):
        reached = [
            Effect(caller.slug, bad=cause.bad * share, slow=1 + (cause.slow - 1) * share)
            for cause in front
            for caller in SERVICES
            if cause.service in caller.hard and caller.slug not in effects
        ]
        front = list({each.service: each for each in reached}.values())
        effects |= {each.service: each for each in front}
    return tuple(effects.values())


def drawn(anchor: dt.datetime) -> tuple[Incident, ...]:
    """The generated incidents in order: `PAST` before the anchor, then one a week. Equal for equal anchors."""
    today = anchor.astimezone(ZoneInfo(COMPANY_ZONE)).date()
    width = (LAST_DAY - FIRST_DAY) / PAST
    past = [
        _incident(number, today + dt.timedelta(days=FIRST_DAY + round(width * (number + 0.8 * _u("day", number)))))
        for number in range(PAST)
    ]
    future = [_incident(PAST + number, today + FUTURE_EVERY * (number + 1)) for number in range(FUTURE)]
    return tuple(sorted((*past, *future), key=lambda each: each.start))


def _u(what: str, number: int) -> float:
    return noise.pick(noise.seed("incident", what), number)


def _between(what: str, number: int, *, low: float, high: float) -> float:
    return low + (high - low) * _u(what, number)


def _start(number: int, day: dt.date, failure: Failure) -> dt.datetime:
    """A local time at which such things happen: changes in working hours, the rest by day and sometimes by night."""
    by_day = failure.cause in (Cause.DEPLOY, Cause.CONFIGURATION, Cause.OPERATION) or _u("night", number) < 0.75
    hour = _between("hour", number, low=8.5, high=17.5) if by_day else _between("hour", number, low=0.2, high=23.5)
    minutes = round(hour * 60)
    if by_day and failure.cause is not Cause.CAPACITY:
        day -= dt.timedelta(days=max(0, day.weekday() - 4))
    local = dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60), tzinfo=ZoneInfo(COMPANY_ZONE))
    return local.astimezone(dt.UTC)


def _incident(number: int, day: dt.date) -> Incident:
    # A stride spreads the kinds of failure; pure chance would repeat some eight times and leave others out.
    failure = FAILURES[(number * 7 + int(_u("failure", number) * 3)) % len(FAILURES)]
    service = failure.services[int(_u("service", number) * len(failure.services))]
    severity = failure.severities[int(_u("severity", number) * len(failure.severities))]
    extent = EXTENT[severity]
    minutes = round(_between("minutes", number, low=extent.minutes[0], high=extent.minutes[1]))
    if failure.stalled:
        minutes *= 2
    start = _start(number, day, failure)
    if failure.cause is Cause.DEPLOY:
        start = on_grid(start) + dt.timedelta(minutes=2)
    share = _between("share", number, low=extent.share[0], high=extent.share[1])
    jobs = (Family.JOB,) if failure.jobs_only and _has_jobs(service) else ()
    effect = Effect(
        service, bad=share, slow=1 + (failure.slow - 1) * (0.6 + share), stalled=failure.stalled, families=jobs
    )
    return Incident(
        key=f"drawn-{number + 1:03d}",
        title=failure.title,
        severity=severity,
        cause=failure.cause,
        service=service,
        start=start,
        end=start + dt.timedelta(minutes=minutes),
        effects=(effect,) if jobs else spill(effect),
        summary=failure.summary,
        detection=failure.detection,
        detected_after=dt.timedelta(minutes=round(_between("detect", number, low=2, high=0.35 * minutes))),
        mitigated_before_end=dt.timedelta(minutes=round(_between("mitigate", number, low=0, high=0.2 * minutes))),
    )


def _has_jobs(service: str) -> bool:
    return any(stream.family is Family.JOB for stream in PROFILES[service].streams)
