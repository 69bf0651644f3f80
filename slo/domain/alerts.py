"""The life of a burn alert: nothing -> firing -> resolved, one history row for each firing.

There is no hysteresis beyond the two windows: an alert fires at the first instant at which both exceed, and resolves at the
first measured instant at which one does not. The long window keeps a short spike from firing, and the short one ends an
alert within its own length after the failure ends. A failure that stays near the threshold may fire again; each firing is
a row. While measurements are missing the state is frozen: an alert neither fires nor resolves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from slo.domain.burn import Decision, Verdict


class Change(StrEnum):
    FIRED = "fired"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert: from `fired_at` until `resolved_at` (None while it fires).

    `burn_long` and `burn_short` are the burns at which it fired, `peak_burn` the highest long-window burn since.
    """

    fired_at: dt.datetime
    burn_long: float
    burn_short: float
    peak_burn: float
    resolved_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`firing` is the alert after the step, also when it was just resolved; None when there is and was none."""

    firing: Firing | None
    change: Change | None = None


def advance(firing: Firing | None, *, decision: Decision, at: dt.datetime) -> Step:
    """What a decision at `at` makes of the alert that fires now, if any.

    Deciding twice at one instant changes nothing the second time.
    """
    if decision.verdict is Verdict.FROZEN:
        return Step(firing=firing)
    fires = decision.verdict is Verdict.FIRES
    long, short = decision.burn_long or 0.0, decision.burn_short or 0.0
    if firing is None:
        if not fires:
            return Step(firing=None)
        return Step(firing=Firing(fired_at=at, burn_long=long, burn_short=short, peak_burn=long), change=Change.FIRED)
    if fires:
        return Step(firing=replace(firing, peak_burn=max(firing.peak_burn, long)))
    return Step(firing=replace(firing, resolved_at=at), change=Change.RESOLVED)


@dataclass(frozen=True, slots=True)
class Moment:
    at: dt.datetime
    decision: Decision


def history(moments: Iterable[Moment], *, firing: Firing | None = None) -> tuple[Firing, ...]:
    """The alerts that a run of decisions makes, oldest first; the last one may still fire. `firing` fired before them."""
    closed = []
    for moment in moments:
        step = advance(firing, decision=moment.decision, at=moment.at)
        firing = step.firing
        if step.change is Change.RESOLVED and firing is not None:
            closed.append(firing)
            firing = None
    return (*closed, firing) if firing is not None else tuple(closed)
