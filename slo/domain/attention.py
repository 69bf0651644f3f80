"""Who needs attention first, and why.

The order is lexicographic, not a score: someone is being woken now; a promise is broken; something burns by daylight; the
budget will be used up soon; little is left; nobody knows. Within one of these, the more important tier stands first, then
the smaller budget. Healthy objectives are left out.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from slo.domain.bands import AT_RISK_BELOW, NOISE
from slo.domain.budget import NoDataReason
from slo.domain.burn import Severity

SOON = dt.timedelta(days=3)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Standing(Generic[Key]):
    """How an objective stands. `tier` 1 is the most important; `reason` says why there are no numbers."""

    key: Key
    tier: int
    remaining: float | None = None
    firing: Severity | None = None
    burn: float | None = None
    exhausted_at: dt.datetime | None = None
    reason: NoDataReason | None = None


@dataclass(frozen=True, slots=True)
class Burning:
    severity: Severity
    burn: float | None


@dataclass(frozen=True, slots=True)
class Overspent:
    """`remaining` is below 0."""

    remaining: float


@dataclass(frozen=True, slots=True)
class ExhaustsSoon:
    exhausted_at: dt.datetime


@dataclass(frozen=True, slots=True)
class LittleLeft:
    remaining: float


@dataclass(frozen=True, slots=True)
class Unknown:
    reason: NoDataReason


Reason = Burning | Overspent | ExhaustsSoon | LittleLeft | Unknown


@dataclass(frozen=True, slots=True)
class Attention(Generic[Key]):
    """`reasons` are in the order in which they count; there is at least one."""

    standing: Standing[Key]
    reasons: tuple[Reason, ...]


def attention(standings: Iterable[Standing[Key]], *, at: dt.datetime) -> tuple[Attention[Key], ...]:
    """Those that need attention, worst first; equal ones stay in the order in which they came."""
    needy = []
    for standing in standings:
        reasons = _reasons(standing, at=at)
        if reasons:
            needy.append(Attention(standing=standing, reasons=reasons))
    return tuple(sorted(needy, key=_rank))


def _reasons(standing: Standing[Key], *, at: dt.datetime) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if standing.firing is not None:
        reasons.append(Burning(severity=standing.firing, burn=standing.burn))
    if standing.reason is not None or standing.remaining is None:
        reasons.append(Unknown(reason=standing.reason or NoDataReason.NEVER_COLLECTED))
        return tuple(reasons)
    overspent = standing.remaining < -NOISE
    if overspent:
        reasons.append(Overspent(remaining=standing.remaining))
    elif standing.exhausted_at is not None and standing.exhausted_at - at <= SOON:
        reasons.append(ExhaustsSoon(exhausted_at=standing.exhausted_at))
    if not overspent and standing.remaining < AT_RISK_BELOW:
        reasons.append(LittleLeft(remaining=standing.remaining))
    return tuple(sorted(reasons, key=_urgency))


def _urgency(reason: Reason) -> int:
    match reason:
        case Burning(severity=Severity.PAGE):
            return 0
        case Overspent():
            return 1
        case Burning():
            return 2
        case ExhaustsSoon():
            return 3
        case LittleLeft():
            return 4
    # Unknown: a known trouble stands before a possible one.
    return 5


def _rank(each: Attention[Key]) -> tuple[int, int, float]:
    left = each.standing.remaining
    return _urgency(each.reasons[0]), each.standing.tier, math.inf if left is None else left
