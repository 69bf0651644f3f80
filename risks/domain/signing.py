"""Who may sign the next step of an exception: its role or a delegate of it, never the requester, nobody twice.

People are their ids. The requester neither signs nor is signed for, and so reaches no step through a delegate or for somebody
who has delegated to them. Whoever signed a step, for themselves or through somebody, has no part in another one of that path.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Step:
    """`by` None: nobody has decided it. `on_behalf_of` None: they signed for themselves."""

    approver: str
    by: int | None = None
    on_behalf_of: int | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """`steps` in the order in which they are signed."""

    requester: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Mandate:
    """`delegate` may sign for `person` on the days from `starts_on` to `ends_on`, both included, unless it was revoked."""

    person: int
    delegate: int
    starts_on: dt.date
    ends_on: dt.date
    revoked_on: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return self.revoked_on is None and self.starts_on <= day <= self.ends_on


class Denial(StrEnum):
    """Why somebody cannot sign the next step; the first that applies, in this order."""

    NO_STEP = "no step"
    REQUESTER = "requester"
    TWICE = "twice"
    FOR_REQUESTER = "for requester"
    FOR_SIGNED = "for someone who signed"
    ENDED = "delegation ended"
    REVOKED = "delegation revoked"
    NOT_YET = "delegation not begun"
    NO_ROLE = "no role"


@dataclass(frozen=True, slots=True)
class Ruling:
    """Exactly one of the two is set: for whom they may sign (themselves or those who delegated), or why they may not.

    `mandate` is the delegation that does not hold, where that is the reason.
    """

    principals: tuple[int, ...] = ()
    denial: Denial | None = None
    mandate: Mandate | None = None


def pending(steps: Sequence[Step]) -> int | None:
    """The index of the step that is to be decided; None when all are signed, or one was refused."""
    for number, step in enumerate(steps):
        if step.refused:
            return None
        if step.by is None:
            return number
    return None


def complete(steps: Sequence[Step]) -> bool:
    """Whether every step is signed; a path without a step is never complete."""
    return bool(steps) and all(step.by is not None and not step.refused for step in steps)


def spent(path: Path) -> frozenset[int]:
    """Who has had their part in it: nobody of them signs again, and nobody signs for them."""
    parts = {part for step in path.steps for part in (step.by, step.on_behalf_of) if part is not None}
    return frozenset(parts)


def ruling(path: Path, signer: int, *, holders: Collection[int], mandates: Iterable[Mandate], day: dt.date) -> Ruling:
    """Whether `signer` may decide the next step on `day`, and for whom; `holders` have the role that this step asks for."""
    if pending(path.steps) is None:
        return Ruling(denial=Denial.NO_STEP)
    if signer == path.requester:
        return Ruling(denial=Denial.REQUESTER)
    gone = spent(path)
    if signer in gone:
        return Ruling(denial=Denial.TWICE)
    given = [one for one in mandates if one.delegate == signer and one.person in holders]
    able = {one.person for one in given if one.holds(day)} - gone - {path.requester}
    own = (signer,) if signer in holders else ()
    principals = (*own, *sorted(able - {signer}))
    return Ruling(principals=principals) if principals else _denied(path, given, gone, day)


def _denied(path: Path, given: Sequence[Mandate], gone: frozenset[int], day: dt.date) -> Ruling:
    holding = [one for one in given if one.holds(day)]
    if any(one.person == path.requester for one in holding):
        return Ruling(denial=Denial.FOR_REQUESTER)
    if any(one.person in gone for one in holding):
        return Ruling(denial=Denial.FOR_SIGNED)
    if not given:
        return Ruling(denial=Denial.NO_ROLE)
    latest = max(given, key=lambda one: (one.ends_on, one.starts_on))
    if latest.revoked_on is not None:
        return Ruling(denial=Denial.REVOKED, mandate=latest)
    return Ruling(denial=Denial.NOT_YET if day < latest.starts_on else Denial.ENDED, mandate=latest)


def signers(
    path: Path, *, holders: Collection[int], mandates: Collection[Mandate], day: dt.date
) -> dict[int, tuple[int, ...]]:
    """Everybody who may decide the next step on `day`, each with those for whom; empty: nobody can."""
    asked = {*holders, *(one.delegate for one in mandates)}
    found = {one: ruling(path, one, holders=holders, mandates=mandates, day=day).principals for one in sorted(asked)}
    return {one: principals for one, principals in found.items() if principals}
