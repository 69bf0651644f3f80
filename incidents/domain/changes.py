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

MENDED_WITHIN: Final = dt.timedelta(hours=24)
"""A rollback or a hotfix that begins later is of something else."""


class Failure(StrEnum):
    """Why a deploy counts as failed."""

    CAUSE = "cause"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    HOTFIXED = "hotfixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A deploy into production. `finished` None: nobody said that it ended. `automatic` is who rolled back, a machine or a
    person, None: nobody said. `is_hotfix`: it went out to mend the one before it; a rollback is none."""

    key: int
    service: int
    started: dt.datetime
    finished: dt.datetime | None = None
    failed: bool = False
    is_rollback: bool = False
    automatic: bool | None = None
    is_hotfix: bool = False


@dataclass(frozen=True, slots=True)
class Back:
    """How a deploy was taken back: seconds after it had begun, by a machine or by a person (None: nobody said)."""

    after_s: float
    automatic: bool | None = None


@dataclass(frozen=True, slots=True)
class Mended:
    """Deploys that were taken back, and those that a hotfix had to follow."""

    back: Mapping[int, Back]
    hotfixed: frozenset[int]


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


def mended(shipped: Iterable[Shipped]) -> Mended:
    """What a rollback or a hotfix names: the deploy of the same service before it, begun at most 24 hours earlier. A rollback is
    never named. A second one names the same deploy again, and the first counts."""
    forward: dict[int, list[tuple[dt.datetime, int]]] = defaultdict(list)
    later: list[Shipped] = []
    for each in shipped:
        if not each.is_rollback:
            forward[each.service].append((each.started, each.key))
        if each.is_rollback or each.is_hotfix:
            later.append(each)
    for rows in forward.values():
        rows.sort()
    back: dict[int, Back] = {}
    hotfixed: set[int] = set()
    for each in sorted(later, key=lambda one: one.started):
        rows = forward[each.service]
        at = bisect_left(rows, (each.started, each.key if each.is_hotfix else -1))
        if not at or each.started - rows[at - 1][0] > MENDED_WITHIN:
            continue
        began, named = rows[at - 1]
        if each.is_rollback:
            back.setdefault(named, Back((each.started - began).total_seconds(), each.automatic))
        else:
            hotfixed.add(named)
    return Mended(back, frozenset(hotfixed))


def failures(
    shipped: Iterable[Shipped], *, mended: Mended, causes: Mapping[int, dt.datetime | None]
) -> dict[int, tuple[Failure, ...]]:
    """Deploy -> why it failed; those that went well are not in it."""
    found = {}
    for each in shipped:
        holds = (
            (Failure.CAUSE, each.key in causes),
            (Failure.FAILED, each.failed),
            (Failure.ROLLED_BACK, each.key in mended.back),
            (Failure.HOTFIXED, each.key in mended.hotfixed),
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
    """Of the deploys that began in [start, end). `shipped` should reach 24 hours beyond `end`, for rollbacks and hotfixes of the
    last ones; `causes` maps a marked cause to the first impact that it had (None: unknown when)."""
    once = {each.key: each for each in shipped}
    inside = [each for each in once.values() if start <= each.started < end]
    return summed(inside, mended=mended(once.values()), causes=causes)


def summed(inside: Sequence[Shipped], *, mended: Mended, causes: Mapping[int, dt.datetime | None]) -> Changes:
    """As `changes`, for deploys that were chosen already."""
    found = failures(inside, mended=mended, causes=causes)
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
    repaired = mended(once.values())
    for each in once.values():
        if start <= each.started < end:
            groups[each.service].append(each)
    return {service: summed(rows, mended=repaired, causes=causes) for service, rows in groups.items()}


def _lead(caused: Sequence[Shipped], causes: Mapping[int, dt.datetime | None]) -> Distribution:
    return distribution([_seconds(each.finished, causes[each.key]) for each in caused])


def _seconds(finished: dt.datetime | None, begun: dt.datetime | None) -> float | None:
    return None if finished is None or begun is None else max(0.0, (begun - finished).total_seconds())
