"""One review of a launch: its items by area, what each wants, and what somebody can answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.domain.readiness import Proof
from reports.facts import FACTS
from reports.models import ReadinessAnswer, ReadinessReview, ReadinessVerdict
from reports.queries.ladder.words import amount, rule_words
from reports.queries.readiness.results import CheckLine, ItemLine, kept


@dataclass(frozen=True, slots=True)
class CheckShown:
    """`where` is the address at which the fact is mended, `connect` what to do where nobody knows it."""

    line: CheckLine
    words: str
    reading: str
    where: str
    connect: str


@dataclass(frozen=True, slots=True)
class ItemShown:
    """`version` is that of its answer, 0: there is none."""

    line: ItemLine
    checks: tuple[CheckShown, ...]
    version: int

    @property
    def answerable(self) -> bool:
        return self.line.proof is not Proof.FACT


@dataclass(frozen=True, slots=True)
class Area:
    name: str
    items: tuple[ItemShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewShown:
    """`verdict` as it holds now. `lapsed`: the conditions of its decision have ended, and what they covered is open again."""

    one: ReadinessReview
    verdict: ReadinessVerdict
    areas: tuple[Area, ...]
    blocking: tuple[ItemLine, ...]
    conditions: tuple[ItemLine, ...]
    lapsed: bool

    def item(self, key: str) -> ItemShown | None:
        return next((each for area in self.areas for each in area.items if each.line.key == key), None)


def shown(one: ReadinessReview, *, at: dt.datetime) -> ReviewShown:
    """One statement, for the versions of the answers."""
    lines = kept(one.results)
    versions = dict(ReadinessAnswer.objects.filter(review=one).values_list("item", "version"))
    items = [
        ItemShown(each, tuple(_check(check, one.service.slug) for check in each.checks), versions.get(each.key, 0))
        for each in lines
    ]
    return ReviewShown(
        one=one,
        verdict=one.shown_at(at),
        lapsed=one.verdict_at(at) != one.verdict,
        areas=_areas(items),
        blocking=tuple(each for each in lines if each.blocking),
        conditions=tuple(each for each in lines if each.blocks and not each.blocking),
    )


def _areas(items: Sequence[ItemShown]) -> tuple[Area, ...]:
    return tuple(Area(name, tuple(found)) for name, found in groupby(items, key=lambda each: each.line.area))


def _check(line: CheckLine, slug: str) -> CheckShown:
    key = line.comparison.fact
    fact = FACTS.get(key)
    return CheckShown(
        line=line,
        words=rule_words(line.comparison),
        reading=amount(key, line.reading) if line.reading is not None else "",
        where=fact.where(slug) if fact is not None else "",
        connect=str(fact.connect) if fact is not None else "",
    )
