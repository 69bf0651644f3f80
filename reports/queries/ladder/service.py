"""One service on the ladder: its level, what each rule says and how it is mended, and how it came there. From stored rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from relportal.core.models import Service
from reports.domain.ladder import Ladder, Rule, Verdict
from reports.domain.ladder_text import from_json
from reports.facts import FACTS
from reports.facts._base import Fact
from reports.models import Attestation, RuleResult, ServiceLevel
from reports.queries.ladder.versions import Version, current
from reports.queries.ladder.words import level_name, rule_words


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """`result` None: nobody has looked. `where` is the address at which it is mended; `attested` is the newest attestation."""

    rule: Rule
    fact: Fact | None
    words: str
    result: RuleResult | None
    where: str
    attested: Attestation | None = None

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.result.verdict) if self.result is not None else Verdict.UNKNOWN

    @property
    def reading(self) -> float | None:
        return self.result.reading if self.result is not None else None

    @property
    def by_hand(self) -> bool:
        return self.fact is not None and self.fact.by_hand is not None


@dataclass(frozen=True, slots=True)
class LevelGroup:
    rank: int
    name: str
    lines: tuple[RuleLine, ...]

    @property
    def open(self) -> int:
        """How many of its rules are not passed."""
        return sum(line.verdict is not Verdict.PASSED for line in self.lines)


@dataclass(frozen=True, slots=True)
class Held:
    """A level over time; `until` None: still. `name` is of the ladder that was in force then. `because`: the rules that a service
    which fell did not pass any more at that instant, in words."""

    rank: int
    name: str
    since: dt.datetime
    until: dt.datetime | None
    fell: bool
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnLadder:
    """`level` None: nobody has looked yet. `groups` from the lowest level up; `history` the newest first."""

    version: Version
    level: ServiceLevel | None
    groups: tuple[LevelGroup, ...]
    history: tuple[Held, ...]

    @property
    def next(self) -> LevelGroup | None:
        """The level above the one held; None at the top."""
        held = self.level.rank if self.level is not None else 0
        return self.groups[held] if held < len(self.groups) else None

    @property
    def held_since(self) -> dt.datetime | None:
        return self.history[0].since if self.history else None


def on_ladder(service: Service) -> OnLadder:
    """Six statements."""
    version = current()
    rows = list(ServiceLevel.objects.filter(service=service).select_related("ladder").order_by("since"))
    results = RuleResult.objects.filter(service=service, until=None).select_related("exception")
    kept = {row.rule: row for row in results}
    attested: dict[str, Attestation] = {}
    for row in Attestation.objects.filter(service=service).select_related("by").order_by("on", "pk"):
        attested[row.fact] = row
    level = rows[-1] if rows and rows[-1].until is None else None
    return OnLadder(
        version=version,
        level=level,
        groups=_groups(version.ladder, service, kept, attested),
        history=_history(service, rows),
    )


def _groups(
    ladder: Ladder, service: Service, kept: Mapping[str, RuleResult], attested: Mapping[str, Attestation]
) -> tuple[LevelGroup, ...]:
    return tuple(
        LevelGroup(
            rank,
            level.name,
            tuple(
                RuleLine(
                    rule=rule,
                    fact=FACTS.get(rule.fact),
                    words=rule_words(rule),
                    result=kept.get(rule.key),
                    where=mended_at(rule, service.slug),
                    attested=attested.get(rule.fact),
                )
                for rule in ladder.of_level(level.key)
            ),
        )
        for rank, level in enumerate(ladder.levels, 1)
    )


def mended_at(rule: Rule, slug: str) -> str:
    """The address at which it is mended: that of the rule, or of its fact."""
    if rule.link:
        return rule.link.replace("{service}", slug)
    fact = FACTS.get(rule.fact)
    return fact.where(slug) if fact is not None else ""


def _history(service: Service, rows: Sequence[ServiceLevel]) -> tuple[Held, ...]:
    """Rows of one level after each other are one; a gap (the service was retired) parts them."""
    ladders = {row.ladder_id: from_json(row.ladder.content) for row in rows}
    spans: list[list[ServiceLevel]] = []
    for row in rows:
        joined = spans and spans[-1][-1].until == row.since and spans[-1][-1].rank == row.rank
        if joined:
            spans[-1].append(row)
        else:
            spans.append([row])
    lost = _lost(service, [span[0].since for span in spans[1:]])
    found = []
    for place, span in enumerate(spans):
        first, last = span[0], span[-1]
        before = spans[place - 1][-1].rank if place else 0
        fell = place > 0 and first.rank < before
        ladder = ladders[last.ladder_id]
        because = tuple(_rule(ladder, key) for key in lost.get(first.since, ())) if fell else ()
        found.append(Held(first.rank, level_name(ladder, first.rank), first.since, last.until, fell, because))
    return tuple(reversed(found))


def _lost(service: Service, instants: Sequence[dt.datetime]) -> dict[dt.datetime, list[str]]:
    """Instant -> the rules that stopped being passed then."""
    rows = RuleResult.objects.filter(service=service, verdict=Verdict.PASSED, until__in=instants)
    ended = rows.order_by("until", "rule").values_list("until", "rule")
    return {at: [rule for _at, rule in group] for at, group in groupby(ended, key=lambda row: row[0]) if at is not None}


def _rule(ladder: Ladder, key: str) -> str:
    rule = next((one for one in ladder.rules if one.key == key), None)
    return rule_words(rule) if rule is not None else key
