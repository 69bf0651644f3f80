"""When a budget will be used up if the present burn goes on.

Rolling windows forget: errors that leave the window give budget back, so a burn above 1 may never exhaust it soon, and an
exhausted budget recovers by itself. Calendar windows only forget at their end.

Assumed: traffic goes on as over the window so far, and a constant share of it is bad.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from slo.domain.counts import SLACK, Array
from slo.domain.windows import Bounds


class Outlook(StrEnum):
    """EXHAUSTS and RECOVERS come with an instant, the others without."""

    EXHAUSTS = "exhausts"
    NEVER_AT_THIS_RATE = "never_at_this_rate"
    NOT_IN_THIS_PERIOD = "not_in_this_period"
    RECOVERS = "recovers"
    STAYS_EXHAUSTED = "stays_exhausted"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Forecast:
    """`at` is when the budget is used up (EXHAUSTS) or is back at 0 (RECOVERS); None otherwise."""

    outlook: Outlook
    at: dt.datetime | None = None


def rolling_forecast(
    bad: Array, total: Array, *, error_budget: float, burn: float | None, bucket_s: float, at: dt.datetime
) -> Forecast:
    """The forecast of a rolling window.

    `bad` and `total` are what the window holds now in buckets of `bucket_s`, oldest first: the order in which they leave.
    `burn` is the burn rate that goes on; None (no traffic) has no forecast.
    """
    if burn is None or total.sum() <= 0:
        return Forecast(outlook=Outlook.NO_DATA)
    crossing = crossings(
        bad[np.newaxis], total[np.newaxis], error_budget=np.array([error_budget]), burn=np.array([burn])
    )
    buckets = float(crossing.after[0])
    exhausted = bool(crossing.exhausted[0])
    if np.isinf(buckets):
        return Forecast(outlook=Outlook.STAYS_EXHAUSTED if exhausted else Outlook.NEVER_AT_THIS_RATE)
    return Forecast(
        outlook=Outlook.RECOVERS if exhausted else Outlook.EXHAUSTS,
        at=at + dt.timedelta(seconds=round(buckets * bucket_s)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Per objective: is the budget exhausted now, and after how many buckets does that change (inf: never)?"""

    exhausted: NDArray[np.bool_]
    after: Array


def crossings(bad: Array, total: Array, *, error_budget: Array, burn: Array) -> Crossings:
    """Where the overspent budget, bad - eb * total, changes its sign for rolling windows; rows are objectives.

    Between two bucket edges everything leaves and arrives evenly, so the overspending is a straight line there. After a
    whole window nothing old is left and only the burn counts, so there is no crossing later than that. NaN burns give inf.
    """
    eb = error_budget[:, np.newaxis]
    arriving = total.mean(axis=1, keepdims=True) * eb * (burn[:, np.newaxis] - 1)
    held = bad - eb * total
    now = held.sum(axis=1, keepdims=True)
    change = np.cumsum(arriving - held, axis=1)
    over = np.concatenate((now, now + change), axis=1)
    noise = SLACK * eb[:, 0] * total.sum(axis=1)
    exhausted = over[:, 0] > noise
    with np.errstate(invalid="ignore"):
        turned = np.where(exhausted[:, np.newaxis], over <= noise[:, np.newaxis], over > noise[:, np.newaxis])
    edge = turned.argmax(axis=1)
    rows = np.arange(len(bad))
    after = np.full(len(bad), np.inf)
    # Column 0 never turns: it is what `exhausted` was read from.
    hit = rows[turned.any(axis=1)]
    low, high = over[hit, edge[hit] - 1], over[hit, edge[hit]]
    after[hit] = edge[hit] - 1 + np.clip(low / (low - high), 0.0, 1.0)
    return Crossings(exhausted=exhausted, after=after)


def calendar_forecast(remaining: float | None, *, burn: float | None, bounds: Bounds) -> Forecast:
    """The forecast of a calendar period: what is left, linear in time, until the period ends.

    The budget of the period grows with its traffic, so a burn of 1 leaves `remaining` on its way to where it is, a higher
    one uses up elapsed x remaining / (burn - 1) seconds later. NOT_IN_THIS_PERIOD: the period ends first.
    """
    if remaining is None or burn is None:
        return Forecast(outlook=Outlook.NO_DATA)
    exhausted = remaining < -SLACK
    if (burn >= 1) if exhausted else (burn <= 1):
        return Forecast(outlook=Outlook.STAYS_EXHAUSTED if exhausted else Outlook.NEVER_AT_THIS_RATE)
    seconds = max(0.0, bounds.elapsed_s * remaining / (burn - 1))
    if seconds > bounds.left_s:
        return Forecast(outlook=Outlook.STAYS_EXHAUSTED if exhausted else Outlook.NOT_IN_THIS_PERIOD)
    return Forecast(
        outlook=Outlook.RECOVERS if exhausted else Outlook.EXHAUSTS,
        at=bounds.until + dt.timedelta(seconds=round(seconds)),
    )


def of_period(remaining: float, *, bounds: Bounds) -> float:
    """What is left of the whole period's budget if its rest has the traffic of its elapsed part and no failure.

    After 3 of 30 days with 10 minutes of outage at 99.9 %, `remaining` is -131 % (4.3 minutes were earned so far), and of
    the 43.2 minutes of the month 77 % are left.
    """
    return 1 - (1 - remaining) * bounds.elapsed_s / bounds.length_s
