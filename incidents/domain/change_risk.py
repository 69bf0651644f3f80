"""How risky a change is before it goes out: 0 to 100 points, each with its reason.

| group | most | points |
|---|---|---|
| size | 30 | up to 10 lines 0, 50: 5, 200: 10, 500: 18, 1000: 24, more 30; unknown 12 |
| time | 20 | night or weekend 20, Friday from 14:00 15, outside 9 to 17 10; 14 days without a deploy 5 more |
| burn | 25 | 14.4 times or more 25, 6 times 18, faster than sustainable 8; budget spent 12, under a quarter left 6 |
| failures | 15 | 5 for each deploy of the service that failed in 30 days |
| tier | 10 | tier 1: 10, 2: 6, 3: 2, 4: 0 |

The weights are a judgement, not fitted: they order changes, they are no probability.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SIZES: Final = ((10, 0), (50, 5), (200, 10), (500, 18), (1000, 24))
LARGEST: Final = 30
SIZE_UNKNOWN: Final = 12
NIGHT: Final = (22, 6)
WORK: Final = (9, 17)
FRIDAY_FROM: Final = 14
PAUSE: Final = dt.timedelta(days=14)
MOST_TIME: Final = 20
BURNS: Final = ((14.4, 25), (6.0, 18))
BURNING: Final = 8
SPENT: Final = 12
SCARCE: Final = 0.25
SCARCE_POINTS: Final = 6
MOST_BURN: Final = 25
A_FAILURE: Final = 5
MOST_FAILURES: Final = 15
TIERS: Final = {1: 10, 2: 6, 3: 2, 4: 0}
FRIDAY, SATURDAY = 4, 5


class Factor(StrEnum):
    SIZE = "size"
    SIZE_UNKNOWN = "size_unknown"
    WEEKEND = "weekend"
    NIGHT = "night"
    FRIDAY = "friday"
    OUT_OF_HOURS = "out_of_hours"
    WORKING_HOURS = "working_hours"
    PAUSE = "pause"
    BURN = "burn"
    BUDGET = "budget"
    BURN_UNKNOWN = "burn_unknown"
    FAILURES = "failures"
    TIER = "tier"


class Level(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


LEVELS: Final = ((75, Level.VERY_HIGH), (50, Level.HIGH), (25, Level.MEDIUM), (0, Level.LOW))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A change at `local`, an aware time in the zone in which the company works. `burn` is the fastest of the service's
    objectives, `remaining` the least budget left; None: not measured. `paused` since the deploy before, None: there was none.
    `failed` counts deploys of the service that failed in the 30 days before."""

    local: dt.datetime
    size: int | None
    tier: int
    burn: float | None = None
    remaining: float | None = None
    failed: int = 0
    paused: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """`value`: lines, burn rate, budget left (0..1), failed deploys, tier or days of pause, None where it is not known."""

    factor: Factor
    points: int
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """`parts` in the order of the table above; one that weighs nothing is there too, since it says that it was looked at."""

    score: int
    parts: tuple[Points, ...]

    @property
    def level(self) -> Level:
        return next(level for least, level in LEVELS if self.score >= least)


def risk(change: Planned) -> Risk:
    parts = (
        _size(change.size),
        *_time(change),
        *_burn(change),
        Points(Factor.FAILURES, min(MOST_FAILURES, A_FAILURE * change.failed), change.failed),
        Points(Factor.TIER, TIERS.get(change.tier, 0), change.tier),
    )
    return Risk(sum(each.points for each in parts), parts)


def _size(size: int | None) -> Points:
    if size is None:
        return Points(Factor.SIZE_UNKNOWN, SIZE_UNKNOWN)
    return Points(Factor.SIZE, next((points for most, points in SIZES if size <= most), LARGEST), size)


def _time(change: Planned) -> tuple[Points, ...]:
    when = _clock(change.local)
    if change.paused is None or change.paused < PAUSE:
        return (when,)
    return (when, Points(Factor.PAUSE, min(5, MOST_TIME - when.points), change.paused.days))


def _clock(local: dt.datetime) -> Points:
    day, hour = local.weekday(), local.hour
    if day >= SATURDAY:
        return Points(Factor.WEEKEND, 20)
    if hour >= NIGHT[0] or hour < NIGHT[1]:
        return Points(Factor.NIGHT, 20)
    if day == FRIDAY and hour >= FRIDAY_FROM:
        return Points(Factor.FRIDAY, 15)
    if not WORK[0] <= hour < WORK[1]:
        return Points(Factor.OUT_OF_HOURS, 10)
    return Points(Factor.WORKING_HOURS, 0)


def _burn(change: Planned) -> tuple[Points, ...]:
    if change.burn is None and change.remaining is None:
        return (Points(Factor.BURN_UNKNOWN, 0),)
    parts = []
    used = 0
    if change.burn is not None:
        used = next((points for least, points in BURNS if change.burn >= least), BURNING if change.burn > 1 else 0)
        parts.append(Points(Factor.BURN, used, change.burn))
    if change.remaining is not None:
        points = SPENT if change.remaining <= 0 else SCARCE_POINTS if change.remaining < SCARCE else 0
        parts.append(Points(Factor.BUDGET, min(points, MOST_BURN - used), change.remaining))
    return tuple(parts)
