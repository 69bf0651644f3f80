"""What another ladder would change for the services as they are now."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from relportal.core.models import Service
from reports.domain.ladder import Ladder, standing
from reports.queries.ladder.versions import Version, gathered
from reports.queries.ladder.words import level_name


@dataclass(frozen=True, slots=True)
class Moved:
    """A service that would hold another level. `up`: a higher share of the way, or a level of a new name that ranks higher."""

    service: Service
    before: str
    after: str
    up: bool


@dataclass(frozen=True, slots=True)
class Count:
    before: str
    after: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`at_minimum` of how many services hold what their tier asks for, before and after; `asked` likewise."""

    services: int
    moved: tuple[Moved, ...]
    counts: tuple[Count, ...]
    at_minimum: tuple[int, int]
    asked: tuple[int, int]


def preview(version: Version, ladder: Ladder, *, at: dt.datetime) -> Preview:
    """Facts are read anew: the other ladder may ask for some that the one in force does not."""
    found = gathered(at=at)
    services = Service.objects.in_bulk(found.services)
    moved: list[Moved] = []
    met, asked = [0, 0], [0, 0]
    for pk, placed in found.services.items():
        names = []
        ranks = []
        for place, each in enumerate((version.ladder, ladder)):
            readings = found.readings.get(pk, {})
            rank = standing(each, readings, exempt=frozenset(found.exempt.get(pk, {}))).rank
            minimum = each.minimum(placed.tier)
            asked[place] += minimum > 0
            met[place] += 0 < minimum <= rank
            names.append(level_name(each, rank))
            ranks.append(rank)
        if names[0] != names[1]:
            moved.append(Moved(services[pk], names[0], names[1], ranks[1] > ranks[0]))
    counts = Counter((one.before, one.after) for one in moved)
    return Preview(
        services=len(found.services),
        moved=tuple(sorted(moved, key=lambda one: (one.up, one.service.tier, one.service.name))),
        counts=tuple(Count(before, after, n) for (before, after), n in counts.most_common()),
        at_minimum=(met[0], met[1]),
        asked=(asked[0], asked[1]),
    )
