"""Two reports side by side: what each told, by KPI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.domain.payload import Payload, Tone, Value
from reports.kpis import KPIS
from reports.kpis._base import Heading
from reports.queries.restated import value_words


@dataclass(frozen=True, slots=True)
class Side:
    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Pair:
    """`alike`: both are of one definition; others are shown and not compared."""

    key: str
    title: str
    heading: Heading
    sides: tuple[Side, Side]
    alike: bool

    @property
    def differs(self) -> bool:
        return self.sides[0] != self.sides[1]


def compared(one: Payload, other: Payload) -> tuple[Pair, ...]:
    """In the order of the KPIs; what only one of both has stands with a dash."""
    values = [{each.code: each for each in payload.values} for payload in (one, other)]
    keys = sorted(
        (key for key in values[0].keys() | values[1].keys() if key in KPIS), key=lambda each: KPIS[each].number
    )
    return tuple(_pair(key, [each.get(key) for each in values]) for key in keys)


def _pair(key: str, found: Sequence[Value | None]) -> Pair:
    kpi = KPIS[key]
    sides = [
        Side(value_words(each, kpi.unit), each.tone) if each is not None else Side("–", Tone.NONE) for each in found
    ]
    versions = {each.version for each in found if each is not None}
    return Pair(key, str(kpi.title), kpi.heading, (sides[0], sides[1]), len(versions) <= 1)
