"""How often changes fail: each deploy counts once, however many incidents it caused and however often it was rolled back.

Source: KPI 9 (change failure rate) and 10 (rollback rate).
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

import numpy as np

ROLLBACK_WITHIN: Final = dt.timedelta(hours=24)
Z95: Final = 1.959963984540054


class Failure(StrEnum):
    """Why a deploy counts as failed."""

    CAUSE = "cause"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A deploy into production. `finished` None: nobody said that it ended."""

    key: int
    service: int
    started: dt.datetime
    finished: dt.datetime | None = None
    failed: bool = False
    is_rollback: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """`k` of `n` with its 95 % interval by Wilson; all None when there is nothing to divide by."""

    k: int
    n: int

    @property
    def value(self) -> float | None:
        return self.k / self.n if self.n else None

    @property
    def low(self) -> float | None:
        return wilson(self.k, self.n)[0] if self.n else None

    @property
    def high(self) -> float | None:
        return wilson(self.k, self.n)[1] if self.n else None


def wilson(k: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share. Source: Wilson 1927, without correction for continuity."""
    centre, half = (k + Z95**2 / 2) / (n + Z95**2), Z95 / (n + Z95**2) * sqrt(k * (n - k) / n + Z95**2 / 4)
    return (0.0 if k == 0 else max(0.0, centre - half), 1.0 if k == n else min(1.0, centre + half))


@dataclass(frozen=True, slots=True)
class Lead:
    """Hours from the end of a deploy to the impact that it caused, 0 where it was still going on; None without any.
    `unknown` are causes whose deploy has no end, or whose incident no begin."""

    n: int
    unknown: int
    median_h: float | None = None
    p90_h: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`failures` are distinct deploys, `by` counts each under every reason that it has. `rollbacks` and `unfinished` are
    among `failures.n`."""

    failures: Share
    rolled_back: Share
    by: Mapping[Failure, int]
    lead: Lead
    rollbacks: int
    unfinished: int


def rolled_back(shipped: Iterable[Shipped]) -> frozenset[int]:
    """The deploys that a rollback took back: the one of the same service before it, begun at most 24 hours earlier. A second
    rollback names the same one again, so that it counts once."""
    forward: dict[int, list[tuple[dt.datetime, int]]] = defaultdict(list)
    back: list[Shipped] = []
    for each in shipped:
        if each.is_rollback:
            back.append(each)
        else:
            forward[each.service].append((each.started, each.key))
    for rows in forward.values():
        rows.sort()
    found = set()
    for each in back:
        rows = forward[each.service]
        at = bisect_left(rows, (each.started, -1))
        if at and each.started - rows[at - 1][0] <= ROLLBACK_WITHIN:
            found.add(rows[at - 1][1])
    return frozenset(found)


def failures(
    shipped: Iterable[Shipped], *, taken_back: frozenset[int], causes: Mapping[int, dt.datetime | None]
) -> dict[int, tuple[Failure, ...]]:
    """Deploy -> why it failed; those that went well are not in it."""
    found = {}
    for each in shipped:
        holds = (
            (Failure.CAUSE, each.key in causes),
            (Failure.FAILED, each.failed),
            (Failure.ROLLED_BACK, each.key in taken_back),
        )
        if why := tuple(kind for kind, true in holds if true):
            found[each.key] = why
    return found


def changes(
    shipped: Sequence[Shipped],
    start: dt.datetime,
    end: dt.datetime,
    *,
    causes: Mapping[int, dt.datetime | None],
) -> Changes:
    """Of the deploys that began in [start, end). `shipped` should reach 24 hours beyond `end`, for rollbacks of the last ones;
    `causes` maps a marked cause to the first impact that it had (None: unknown when)."""
    once = {each.key: each for each in shipped}
    taken_back = rolled_back(once.values())
    inside = [each for each in once.values() if start <= each.started < end]
    return summed(inside, taken_back=taken_back, causes=causes)


def summed(
    inside: Sequence[Shipped], *, taken_back: frozenset[int], causes: Mapping[int, dt.datetime | None]
) -> Changes:
    """As `changes`, for deploys that were chosen already."""
    found = failures(inside, taken_back=taken_back, causes=causes)
    by = {kind: sum(kind in why for why in found.values()) for kind in Failure}
    return Changes(
        failures=Share(len(found), len(inside)),
        rolled_back=Share(by[Failure.ROLLED_BACK], len(inside)),
        by=by,
        lead=_lead([each for each in inside if each.key in causes], causes),
        rollbacks=sum(each.is_rollback for each in inside),
        unfinished=sum(each.finished is None for each in inside),
    )


def by_service(
    shipped: Sequence[Shipped],
    start: dt.datetime,
    end: dt.datetime,
    *,
    causes: Mapping[int, dt.datetime | None],
) -> dict[int, Changes]:
    """As `changes`, for each service that had a deploy in [start, end)."""
    groups: dict[int, list[Shipped]] = defaultdict(list)
    once = {each.key: each for each in shipped}
    taken_back = rolled_back(once.values())
    for each in once.values():
        if start <= each.started < end:
            groups[each.service].append(each)
    return {service: summed(rows, taken_back=taken_back, causes=causes) for service, rows in groups.items()}


def _lead(caused: Sequence[Shipped], causes: Mapping[int, dt.datetime | None]) -> Lead:
    hours = []
    for each in caused:
        begun = causes[each.key]
        if begun is not None and each.finished is not None:
            hours.append(max(0.0, (begun - each.finished).total_seconds() / 3600))
    if not hours:
        return Lead(0, len(caused))
    median, p90 = np.percentile(hours, [50, 90])
    return Lead(len(hours), len(caused) - len(hours), float(median), float(p90))
