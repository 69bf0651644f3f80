"""What may be claimed of services that were seen to recover, or were not: nothing that is old, partial or unmeasured is called
met, and each of those is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Seen(StrEnum):
    """PARTLY: one objective was met and another not measured. UNMEASURED: only talked about, or without an objective."""

    HOLDS = "holds"
    FAILED = "failed"
    PARTLY = "partly"
    STALE = "stale"
    UNMEASURED = "unmeasured"
    NEVER = "never"


class Claim(StrEnum):
    NOBODY = "nobody"
    """There is no service that it could be of."""
    NONE = "none"
    SOME = "some"
    ALL = "all"


class Next(StrEnum):
    MEND = "mend"
    TEST = "test"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Service:
    """`by_hand`: somebody attested it, and no test is recorded."""

    name: str
    seen: Seen
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`by_hand` counts those of `met` that were attested. The others are names, in the order given: `open` is what was met in
    part, is stale, or was not tested or measured."""

    n: int
    met: int
    by_hand: int
    failed: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def claim(self) -> Claim:
        if not self.n:
            return Claim.NOBODY
        if not self.met:
            return Claim.NONE
        return Claim.ALL if self.met == self.n else Claim.SOME

    @property
    def next(self) -> Next:
        """What has to be done first."""
        if self.failed:
            return Next.MEND
        return Next.TEST if self.open else Next.KEEP


def told(services: Sequence[Service]) -> Told:
    met = [one for one in services if one.seen is Seen.HOLDS]
    return Told(
        n=len(services),
        met=len(met),
        by_hand=sum(one.by_hand for one in met),
        failed=tuple(one.name for one in services if one.seen is Seen.FAILED),
        open=tuple(one.name for one in services if one.seen not in (Seen.HOLDS, Seen.FAILED)),
    )
