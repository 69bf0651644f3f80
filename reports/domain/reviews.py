"""When a ritual meets, what its pack is made of, and which service is looked at closely: pure rules."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

EVENING: Final = dt.time(18, 0)
"""When a pack is built, on the day before the meeting."""
MISSED_AFTER: Final = dt.timedelta(days=1)
"""A meeting that nobody has started by then did not take place."""
NEVER_DRAWN_WEEKS: Final = 26
LAST_WEEK: Final = 5


class Cadence(StrEnum):
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`weekday` 0 is Monday; `week` is which of a month's such days (1 to 4, 5: the last), of a monthly one only. A fortnightly
    one meets in the even ISO weeks. `starts` is local time in `zone`."""

    cadence: Cadence
    weekday: int
    starts: dt.time
    zone: str
    week: int = 1

    def after(self, instant: dt.datetime) -> dt.datetime:
        """The first meeting later than `instant`."""
        zone = ZoneInfo(self.zone)
        day = instant.astimezone(zone).date()
        while True:
            if self._meets(day):
                meets = dt.datetime.combine(day, self.starts, tzinfo=zone).astimezone(dt.UTC)
                if meets > instant:
                    return meets
            day += dt.timedelta(days=1)

    def _meets(self, day: dt.date) -> bool:
        if day.weekday() != self.weekday:
            return False
        if self.cadence is Cadence.FORTNIGHTLY:
            return day.isocalendar().week % 2 == 0
        if self.cadence is Cadence.WEEKLY:
            return True
        if self.week == LAST_WEEK:
            return (day + dt.timedelta(days=7)).month != day.month
        return (day.day - 1) // 7 + 1 == self.week

    def pack_due(self, meets: dt.datetime) -> dt.datetime:
        """The evening before a meeting, where the team is."""
        zone = ZoneInfo(self.zone)
        day = meets.astimezone(zone).date() - dt.timedelta(days=1)
        return dt.datetime.combine(day, EVENING, tzinfo=zone).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of a pack: `label` links to `url`; `band` gives its shape, `word` says the band; `says` is the number of it. `alert`
    is the id of one that waits for its verdict, 0: it is of none."""

    label: str
    says: str = ""
    url: str = ""
    band: str = ""
    word: str = ""
    alert: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a pack says of one item of the agenda: `claim` is the answer, `facts` what it rests on, `more` how many are not
    listed, and `url` leads to all of them."""

    claim: str
    facts: tuple[Fact, ...] = ()
    more: int = 0
    url: str = ""
    band: str = ""

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def block_from(stored: Mapping[str, Any]) -> Block:
    """As it was stored."""
    facts = tuple(Fact(**each) for each in stored.get("facts", ()))
    return Block(**{name: value for name, value in stored.items() if name != "facts"}, facts=facts)


def at_most(facts: Sequence[Fact], most: int) -> tuple[tuple[Fact, ...], int]:
    """The first of them, and how many are left out."""
    return tuple(facts[:most]), max(0, len(facts) - most)


def draw(weeks: Mapping[int, float], *, seed: str) -> int | None:
    """Which service is looked at closely: key -> weeks since it was last drawn, which is its chance. The same for the same
    seed; None of nothing, or where all were drawn just now."""
    chances = [(key, max(0.0, weight)) for key, weight in sorted(weeks.items())]
    total = sum(weight for _key, weight in chances)
    if total <= 0:
        return None
    digest = hashlib.sha256(seed.encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64 * total
    for key, weight in chances:
        if place < weight:
            return key
        place -= weight
    return max(key for key, weight in chances if weight > 0)


class ItemState(StrEnum):
    OPEN = "open"
    DONE = "done"
    CARRIED = "carried"
    """Not reached: it comes first the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """A line of the agenda of a ritual: `key` of what builds its facts, or "topic" for one that has none."""

    key: str
    minutes: int
    title: str = ""


TOPIC: Final = "topic"
MOST_ITEMS: Final = 30
MOST_MINUTES: Final = 120


class AgendaFlaw(StrEnum):
    EMPTY = "empty"
    TOO_MANY = "too_many"
    UNKNOWN = "unknown"
    TWICE = "twice"
    MINUTES = "minutes"
    NO_TITLE = "no_title"


def agenda_flaws(items: Sequence[Agenda], *, known: Iterable[str]) -> tuple[AgendaFlaw, ...]:
    keys = [each.key for each in items if each.key != TOPIC]
    found = {
        AgendaFlaw.EMPTY: not items,
        AgendaFlaw.TOO_MANY: len(items) > MOST_ITEMS,
        AgendaFlaw.UNKNOWN: not set(keys) <= set(known),
        AgendaFlaw.TWICE: len(set(keys)) < len(keys),
        AgendaFlaw.MINUTES: any(not 1 <= each.minutes <= MOST_MINUTES for each in items),
        AgendaFlaw.NO_TITLE: any(each.key == TOPIC and not each.title.strip() for each in items),
    }
    return tuple(flaw for flaw, is_there in found.items() if is_there)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A ritual that ships: what `name` it gets, when it meets, and its agenda as (key, minutes)."""

    key: str
    cadence: Cadence
    weekday: int
    items: tuple[tuple[str, int], ...]
    starts: dt.time = field(default=dt.time(10, 0))

    @property
    def minutes(self) -> int:
        return sum(minutes for _key, minutes in self.items)


TEMPLATES: Final = (
    Template(
        key="reliability",
        cadence=Cadence.WEEKLY,
        weekday=1,
        items=(
            ("carry_over", 5), ("slo_health", 10), ("budget_burn", 5), ("incidents", 10), ("overdue", 10), ("risks", 5),
            ("exceptions", 4), ("launches", 3), ("noisy_alerts", 4), ("deploys", 4), ("deep_dive", 10), ("kpi_movers", 3),
            ("asks", 2),
        ),
    ),
    Template(
        key="incidents",
        cadence=Cadence.WEEKLY,
        weekday=2,
        items=(("carry_over", 5), ("postmortem_queue", 15), ("similar", 15), ("blockers", 10)),
    ),
    Template(
        key="alerts",
        cadence=Cadence.WEEKLY,
        weekday=3,
        items=(("carry_over", 5), ("noisy_alerts", 10), ("unjudged", 10), ("delete_candidates", 5)),
    ),
    Template(
        key="council",
        cadence=Cadence.MONTHLY,
        weekday=3,
        items=(("carry_over", 5), ("objectives_due", 15), ("never_missed", 10), ("always_missed", 15), ("loosened", 10)),
    ),
)  # fmt: skip
