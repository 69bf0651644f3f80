"""How many incidents failed in a way that had failed before (KPI 16), and which ways repeat."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from incidents.domain.repeats import YEAR, Failed, repeated
from incidents.domain.statistics import Interval, share_interval
from incidents.queries.behind import Behind, Scope, behind
from relportal.core import company
from relportal.core.models import User

SEVERITIES: Final = (0, 1, 2)
"""Lesser ones are too many, and too unevenly declared, to say how well is learnt."""


EVERYTHING: Final = Scope()


@dataclass(frozen=True, slots=True)
class Repeat:
    """An incident, and the last one before it that failed in the same way."""

    incident: Behind
    before: Behind


@dataclass(frozen=True, slots=True)
class ModeCount:
    """A failure mode: how many incidents of the period had it, and which of them repeated an earlier one, the newest first.

    `url` leads to the list of all `n`, where the period is one of whole days.
    """

    slug: str
    name: str
    n: int
    repeats: tuple[Repeat, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Repeats:
    """Of the SEV-0 to SEV-2 incidents that count and that the viewer sees: `repeated` of `n` had a failure mode that another one
    had had in the 12 months before. `unclassified` of `n` have none; they count as no repeats, so that many of them hide repeats.

    `share` and `interval` (Wilson, 95 %) are None of no incident at all. `worst` is the number of repeats of SEV-0 and SEV-1.
    """

    n: int
    repeated: int
    unclassified: int
    worst: int
    share: float | None
    interval: Interval | None
    modes: tuple[ModeCount, ...]


def repeats(user: User, start: dt.datetime, end: dt.datetime, *, scope: Scope = EVERYTHING) -> Repeats:
    """Of those that began in [start, end) and are in the scope. The modes that repeated most come first."""
    levels = tuple(level for level in SEVERITIES if not scope.severities or level in scope.severities)
    rows = behind(user, replace(scope, severities=levels), start=start - YEAR, end=end) if levels else ()
    by_key = {one.pk: one for one in rows}
    found = repeated(Failed(one.pk, one.began, frozenset(slug for slug, _name in one.failure_modes)) for one in rows)
    mine = [one for one in rows if one.began >= start]
    again = [one for one in mine if one.pk in found]
    names: dict[str, str] = {}
    counts: defaultdict[str, int] = defaultdict(int)
    by_mode: defaultdict[str, list[Repeat]] = defaultdict(list)
    for one in mine:
        for slug, name in one.failure_modes:
            names[slug] = name
            counts[slug] += 1
            if slug in found.get(one.pk, {}):
                by_mode[slug].append(Repeat(one, by_key[found[one.pk][slug]]))
    modes = [
        ModeCount(slug, names[slug], n, tuple(by_mode[slug]), list_address(slug, start, end))
        for slug, n in counts.items()
    ]
    return Repeats(
        n=len(mine),
        repeated=len(again),
        unclassified=sum(not one.failure_modes for one in mine),
        worst=sum(one.severity in (0, 1) for one in again),
        share=len(again) / len(mine) if mine else None,
        interval=share_interval(len(again), len(mine)),
        modes=tuple(sorted(modes, key=lambda one: (-len(one.repeats), -one.n, one.name))),
    )


def list_address(mode: str, start: dt.datetime, end: dt.datetime) -> str:
    """Of the list of the incidents that are counted for a failure mode."""
    last = (end - dt.timedelta.resolution).astimezone(company.zone()).date()
    parts = [
        *(("severity", str(level)) for level in SEVERITIES),
        ("mode", mode),
        ("counted", "1"),
        ("began_since", str(start.astimezone(company.zone()).date())),
        ("began_until", str(last)),
    ]
    return f"{reverse('incidents:list')}?{urlencode(parts)}"
