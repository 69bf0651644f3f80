"""The times of an incident: which durations they give, what is impossible, and what is merely odd."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What is known of when. Everything but the declaration may be missing, and then so is what is computed from it."""

    declared: dt.datetime
    impact_started: dt.datetime | None = None
    detected: dt.datetime | None = None
    acknowledged: dt.datetime | None = None
    mitigated: dt.datetime | None = None
    resolved: dt.datetime | None = None
    closed: dt.datetime | None = None

    @property
    def time_to_detect(self) -> dt.timedelta | None:
        """Detected - impact started; negative when it was seen coming."""
        return _between(self.impact_started, self.detected)

    @property
    def time_to_acknowledge(self) -> dt.timedelta | None:
        return _between(self.detected, self.acknowledged)

    @property
    def time_to_mitigate(self) -> dt.timedelta | None:
        return _between(self.impact_started, self.mitigated)

    @property
    def time_to_resolve(self) -> dt.timedelta | None:
        return _between(self.impact_started, self.resolved)


def _between(start: dt.datetime | None, end: dt.datetime | None) -> dt.timedelta | None:
    return None if start is None or end is None else end - start


EARLIEST: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""What is older is a mistake, and near year 1 no zone can show it any more."""


class Flaw(StrEnum):
    """Impossible, so refused."""

    FUTURE = "future"
    ANCIENT = "ancient"
    RESOLVED_BEFORE_IMPACT = "resolved_before_impact"
    MITIGATED_BEFORE_IMPACT = "mitigated_before_impact"
    CLOSED_BEFORE_RESOLVED = "closed_before_resolved"


class Oddity(StrEnum):
    """Real now and then, so shown as a warning."""

    DETECTED_BEFORE_IMPACT = "detected_before_impact"
    MITIGATED_BEFORE_DECLARED = "mitigated_before_declared"
    MITIGATED_AFTER_RESOLVED = "mitigated_after_resolved"
    ACKNOWLEDGED_BEFORE_DETECTED = "acknowledged_before_detected"
    IMPACT_AFTER_DECLARED = "impact_after_declared"
    LONG_UNDETECTED = "long_undetected"


LONG = dt.timedelta(days=1)


def flaws(times: Times, *, at: dt.datetime) -> dict[str, Flaw]:
    """Field -> why it cannot be. `at` is now."""
    found: dict[str, Flaw] = {}
    for name in ("impact_started", "detected", "acknowledged", "mitigated", "resolved", "closed"):
        value: dt.datetime | None = getattr(times, name)
        if value is not None and value > at:
            found[name] = Flaw.FUTURE
        elif value is not None and value < EARLIEST:
            found[name] = Flaw.ANCIENT
    if _before(times.resolved, times.impact_started):
        found.setdefault("resolved", Flaw.RESOLVED_BEFORE_IMPACT)
    if _before(times.mitigated, times.impact_started):
        found.setdefault("mitigated", Flaw.MITIGATED_BEFORE_IMPACT)
    if _before(times.closed, times.resolved):
        found.setdefault("closed", Flaw.CLOSED_BEFORE_RESOLVED)
    return found


def oddities(times: Times) -> tuple[Oddity, ...]:
    pairs = (
        (Oddity.DETECTED_BEFORE_IMPACT, _before(times.detected, times.impact_started)),
        (Oddity.MITIGATED_BEFORE_DECLARED, _before(times.mitigated, times.declared)),
        (Oddity.MITIGATED_AFTER_RESOLVED, _before(times.resolved, times.mitigated)),
        (Oddity.ACKNOWLEDGED_BEFORE_DETECTED, _before(times.acknowledged, times.detected)),
        (Oddity.IMPACT_AFTER_DECLARED, _before(times.declared, times.impact_started)),
        (Oddity.LONG_UNDETECTED, times.time_to_detect is not None and times.time_to_detect > LONG),
    )
    return tuple(oddity for oddity, holds in pairs if holds)


def _before(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    return one is not None and other is not None and one < other
