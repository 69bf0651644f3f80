"""The life of a report: what follows what, what hinders its publication, and who may approve it.

Draft (numbers move) -> closing (the period is over, late data is waited for) -> frozen (numbers stand, words are written) ->
approved by two -> published (nothing moves) -> discussed -> superseded by a revision.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reports.domain.values import Rag


class ReportState(StrEnum):
    DRAFT = "draft"
    CLOSING = "closing"
    FROZEN = "frozen"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCUSSED = "discussed"
    SUPERSEDED = "superseded"


NEXT: Final[Mapping[ReportState, frozenset[ReportState]]] = {
    ReportState.DRAFT: frozenset({ReportState.CLOSING}),
    ReportState.CLOSING: frozenset({ReportState.FROZEN}),
    # Numbers are computed anew only by a person, with a reason: an incident has become confidential since.
    ReportState.FROZEN: frozenset({ReportState.APPROVED, ReportState.CLOSING}),
    # Words that were approved are opened again only by a person.
    ReportState.APPROVED: frozenset({ReportState.PUBLISHED, ReportState.FROZEN}),
    ReportState.PUBLISHED: frozenset({ReportState.DISCUSSED, ReportState.SUPERSEDED}),
    ReportState.DISCUSSED: frozenset({ReportState.SUPERSEDED}),
    ReportState.SUPERSEDED: frozenset(),
}
MOVING: Final = frozenset({ReportState.DRAFT, ReportState.CLOSING})
"""Numbers are computed anew."""
WRITABLE: Final = MOVING | {ReportState.FROZEN}
"""Words may be written."""
OUT: Final = frozenset({ReportState.PUBLISHED, ReportState.DISCUSSED, ReportState.SUPERSEDED})
"""Nothing moves any more."""
APPROVALS: Final = 2


def follows(before: ReportState, after: ReportState) -> bool:
    return after in NEXT[before]


class Lack(StrEnum):
    """What hinders publication."""

    COMMENT = "comment"
    """An amber or red KPI has no word of its owner."""
    ACTION = "action"
    """It has one, and neither an action that mends it nor an ask for what would."""
    MESSAGE = "message"
    """Nobody has written or taken the message of a page that needs one."""
    CONFIDENTIAL = "confidential"
    """It leads to an incident that is private now."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A KPI of the report: its colour, and what its owner gave."""

    key: str
    rag: Rag
    commented: bool
    mended: bool


@dataclass(frozen=True, slots=True)
class Hindrance:
    """`key` is that of the KPI or of the page, or the short id of the incident."""

    lack: Lack
    key: str


def hindrances(
    judged: Iterable[Judged], *, needed: Iterable[str], said: Collection[str], secret: Iterable[str] = ()
) -> tuple[Hindrance, ...]:
    """`needed` are the pages of the report that need a message, `said` those that have one; `secret` are the incidents that it
    must not lead to. These first, then pages."""
    names = [Hindrance(Lack.CONFIDENTIAL, key) for key in secret]
    pages = [Hindrance(Lack.MESSAGE, key) for key in needed if key not in said]
    kpis = []
    for one in judged:
        if one.rag not in (Rag.AMBER, Rag.RED):
            continue
        if not one.commented:
            kpis.append(Hindrance(Lack.COMMENT, one.key))
        elif not one.mended:
            kpis.append(Hindrance(Lack.ACTION, one.key))
    return (*names, *pages, *kpis)


class Refusal(StrEnum):
    """Why somebody may not approve."""

    AUTHOR = "author"
    TWICE = "twice"
    OTHER = "other"
    """What they read is not what the report says now."""


@dataclass(frozen=True, slots=True)
class Given:
    """An approval: of what, by its hash. One of other content has lapsed."""

    person: int
    sha256: str


def valid(given: Iterable[Given], sha256: str) -> tuple[Given, ...]:
    return tuple(one for one in given if one.sha256 == sha256)


def refusal(person: int, *, authors: Collection[int], given: Iterable[Given], read: str, now: str) -> Refusal | None:
    """`read` and `now` are the hashes of what the person saw and of what the report says."""
    if person in authors:
        return Refusal.AUTHOR
    if read != now:
        return Refusal.OTHER
    return Refusal.TWICE if person in {one.person for one in valid(given, now)} else None


def enough(given: Iterable[Given], sha256: str, *, authors: Collection[int]) -> bool:
    """Two different people, neither of them an author."""
    return len({one.person for one in valid(given, sha256)} - set(authors)) >= APPROVALS
