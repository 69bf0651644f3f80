"""Production readiness: items that a launch is asked for, what is said of each, and the verdict.

An item is proved by facts that the portal reads, by an answer, or by evidence of a day that is worth something for a while. What
nobody knows never passes, and what is exempt until a day never counts as a pass: it makes the verdict conditional, and is open
again after that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reports.domain.ladder import Comparison

EXEMPTS: Final = "readiness:"
"""Begins the subject of an exception that exempts from an item; the key of the item follows."""


class Weight(StrEnum):
    BLOCKER = "blocker"
    SHOULD = "should"
    INFO = "info"

    @property
    def rank(self) -> int:
        """The heaviest last."""
        return {"info": 0, "should": 1, "blocker": 2}[self.value]


class Proof(StrEnum):
    FACT = "fact"
    """Its comparisons alone; nobody can answer it, but for saying that it does not apply."""
    ANSWER = "answer"
    EVIDENCE = "evidence"


class Result(StrEnum):
    PASSED = "pass"
    FAILED = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    EXEMPT = "exempt"


SETTLED: Final = frozenset({Result.PASSED, Result.NOT_APPLICABLE})
"""Nothing is to be done about these."""
ANSWERS: Final = (Result.PASSED, Result.FAILED, Result.NOT_APPLICABLE)
"""What a person can say; `EXEMPT` is for an exception to say, and `UNKNOWN` is what holds until somebody says something."""


class Verdict(StrEnum):
    READY = "ready"
    CONDITIONS = "conditions"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`weights`: tier -> how much it matters, see `weight`. `checks` must all be met, besides what is answered. `days`: for how
    long evidence is worth something, its day included. `born_from`: the incident, standard or law that taught it."""

    key: str
    area: str
    text: str
    weights: Mapping[int, Weight]
    proof: Proof = Proof.ANSWER
    checks: tuple[Comparison, ...] = ()
    days: int | None = None
    born_from: str = ""

    def weight(self, tier: int) -> Weight:
        """That of the tier, or of the nearest more critical one that is named; information where none is."""
        named = [one for one in self.weights if one <= tier]
        return self.weights[max(named)] if named else Weight.INFO

    @property
    def answered(self) -> bool:
        """Whether a person has to say something."""
        return self.proof is not Proof.FACT


@dataclass(frozen=True, slots=True)
class Template:
    items: tuple[Item, ...]

    def item(self, key: str) -> Item | None:
        return next((one for one in self.items if one.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`seen_on`: the day of the evidence, None where it has none."""

    result: Result
    reason: str = ""
    seen_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An exception over [`since`, `until`), of the item of that key; empty: of every item of the service."""

    name: str
    since: dt.datetime
    until: dt.datetime
    item: str = ""

    def covers(self, item: str, at: dt.datetime) -> bool:
        return self.item in ("", item) and self.since <= at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`bare` is what it would be without an exemption, `result` what it is. `waiver` None: it is not exempt."""

    item: Item
    weight: Weight
    bare: Result
    waiver: Waiver | None = None

    @property
    def result(self) -> Result:
        return self.bare if self.waiver is None else Result.EXEMPT

    @property
    def open(self) -> bool:
        """Exempt ones are open as well: nothing is mended by an exception."""
        return self.bare not in SETTLED

    @property
    def blocks(self) -> bool:
        return self.open and self.weight is Weight.BLOCKER


@dataclass(frozen=True, slots=True)
class Standing:
    """Every item of the template, in its order."""

    results: tuple[Judged, ...]

    @property
    def verdict(self) -> Verdict:
        blocking = [one for one in self.results if one.blocks]
        if not blocking:
            return Verdict.READY
        return Verdict.CONDITIONS if all(one.waiver for one in blocking) else Verdict.NOT_READY

    @property
    def blocking(self) -> tuple[Judged, ...]:
        """Blockers that nothing covers."""
        return tuple(one for one in self.results if one.blocks and one.waiver is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a service: fact -> what was read (missing or None: unknown), item -> what was answered."""

    readings: Mapping[str, float | None]
    answers: Mapping[str, Answer]
    waivers: Sequence[Waiver] = ()


def standing(template: Template, known: Known, *, tier: int, at: dt.datetime, today: dt.date) -> Standing:
    """`today` is the company's day of `at`."""
    return Standing(tuple(_judged(one, known, tier=tier, at=at, today=today) for one in template.items))


def _judged(item: Item, known: Known, *, tier: int, at: dt.datetime, today: dt.date) -> Judged:
    bare = _bare(item, known, today=today)
    # Of several that cover it, the one that lasts longest tells until when.
    covering = [one for one in known.waivers if bare not in SETTLED and one.covers(item.key, at)]
    waiver = max(covering, key=lambda one: one.until, default=None)
    return Judged(item=item, weight=item.weight(tier), bare=bare, waiver=waiver)


def _bare(item: Item, known: Known, *, today: dt.date) -> Result:
    answer = known.answers.get(item.key)
    if answer is not None and answer.result is Result.NOT_APPLICABLE:
        return Result.NOT_APPLICABLE if answer.reason.strip() else Result.UNKNOWN
    said = [checked(one, known.readings.get(one.fact)) for one in item.checks]
    if item.answered:
        said.append(_answered(item, answer, today=today))
    return _worst(said)


def checked(comparison: Comparison, reading: float | None) -> Result:
    if reading is None:
        return Result.UNKNOWN
    return Result.PASSED if comparison.met(reading) else Result.FAILED


def _answered(item: Item, answer: Answer | None, *, today: dt.date) -> Result:
    if answer is None or answer.result not in ANSWERS:
        return Result.UNKNOWN
    if item.proof is Proof.EVIDENCE and not fresh(item, answer.seen_on, today=today):
        return Result.UNKNOWN
    return answer.result


def fresh(item: Item, seen_on: dt.date | None, *, today: dt.date) -> bool:
    """Whether evidence of that day is worth something today: not without a day, not of the future, not when it is too old."""
    return seen_on is not None and item.days is not None and 0 <= (today - seen_on).days <= item.days


def _worst(said: Sequence[Result]) -> Result:
    """A failure is worse than what nobody knows; nothing said is unknown."""
    if Result.FAILED in said:
        return Result.FAILED
    return Result.UNKNOWN if Result.UNKNOWN in said or not said else Result.PASSED
