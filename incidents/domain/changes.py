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
from typing import Final

from incidents.domain.statistics import Distribution, Interval, distribution, share_interval

ROLLBACK_WITHIN: Final = dt.timedelta(hours=24)


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
    """`k` of `n`; None when there is nothing to divide by."""

    k: int
    n: int

    @property
    def value(self) -> float | None:
        return self.k / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        return share_interval(self.k, self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`failures` are distinct deploys, `by` counts each under every reason that it has. `rollbacks` and `unfinished` are
    among `failures.n`. `lead` is from the end of a deploy to the impact that it caused, 0 where it was still going on; missing
    are causes whose deploy has no end, or whose incident no begin."""

    failures: Share
    rolled_back: Share
    by: Mapping[Failure, int]
    lead: Distribution
    rollbacks: int
    unfinished: int


def rolled_back(shipped: Iterable[Shipped]) -> frozenset[int]:
    """The deploys that a rollback took back."""
    return frozenset(taken_back_after(shipped))


def taken_back_after(shipped: Iterable[Shipped]) -> dict[int, float]:
    """Deploy -> the seconds until a rollback of the same service took it back: the one before the rollback, begun at most 24
    hours earlier. A second rollback names the same one again, and the first counts."""
    forward: dict[int, list[tuple[dt.datetime, int]]] = defaultdict(list)
    back: list[Shipped] = []
    for each in shipped:
        if each.is_rollback:
            back.append(each)
        else:
            forward[each.service].append((each.started, each.key))
    for rows in forward.values():
        rows.sort()
    found: dict[int, float] = {}
    for each in sorted(back, key=lambda one: one.started):
        rows = forward[each.service]
        at = bisect_left(rows, (each.started, -1))
        if at and each.started - rows[at - 1][0] <= ROLLBACK_WITHIN:
            found.setdefault(rows[at - 1][1], (each.started - rows[at - 1][0]).total_seconds())
    return found


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


def _lead(caused: Sequence[Shipped], causes: Mapping[int, dt.datetime | None]) -> Distribution:
    return distribution([_seconds(each.finished, causes[each.key]) for each in caused])


def _seconds(finished: dt.datetime | None, begun: dt.datetime | None) -> float | None:
    return None if finished is None or begun is None else max(0.0, (begun - finished).total_seconds())
