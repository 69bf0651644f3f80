"""The risks of a service, a journey, an objective, an incident or a team, and the worst of all, as other pages show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from incidents.models import Incident
from relportal.core.models import User
from risks.models import Risk, RiskLink
from risks.queries.moves import Shift, midnight, shifts, usual_day
from risks.queries.register import RiskOrder, ordering
from risks.queries.register_rows import Tally, tally
from risks.queries.register_words import claim
from risks.queries.steps import steps

SHOWN: Final = 5
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """`words` say how it belongs to the page; `shift` None: it did not move, or the page does not say."""

    risk: Risk
    words: str = ""
    shift: Shift | None = None


@dataclass(frozen=True, slots=True)
class RisksOf:
    """The worst first. `all` leads to the list of all of them, empty where they all stand here; `create` to a new one."""

    lines: tuple[Line, ...]
    all: str = ""
    create: str = ""


@dataclass(frozen=True, slots=True)
class Top:
    """`claim` is the title of the register's list, of the same figures; movement is against 90 days ago."""

    claim: str
    tally: Tally
    lines: tuple[Line, ...]


def risks_of(user: User, of: Q, *, all_of_them: str = "", create: str = "") -> RisksOf | None:
    """Those that are not closed, in one statement; without a list of `all_of_them` at most MOST, else SHOWN.

    None: there is none, and the viewer may not write one down.
    """
    most = SHOWN if all_of_them else MOST
    rows = _worst(user, of, most + 1)
    if not rows and not create:
        return None
    lines = tuple(Line(row) for row in rows[:most])
    return RisksOf(lines, all_of_them if len(rows) > most else "", create)


def risks_of_incident(user: User, incident: Incident, *, create: str) -> RisksOf | None:
    """Closed ones, too: how it came true stays true."""
    seen = Risk.objects.visible_to(user)
    links = RiskLink.objects.filter(incident=incident, risk__in=seen).select_related(
        "risk__owner", "risk__current__level"
    )
    lines = tuple(Line(one.risk, one.get_relation_display()) for one in links.order_by("-at", "-pk"))
    return RisksOf(lines, create=create) if lines or create else None


def top_risks(user: User, *, at: dt.datetime) -> Top | None:
    """None where nothing can happen; else five statements, whatever the register holds."""
    rows = _worst(user, Q(), SHOWN)
    if not rows:
        return None
    words, since = steps(), usual_day(at)
    counted = tally(user, words, since=since, at=at)
    moves = shifts([row.pk for row in rows], words, since=midnight(since))
    return Top(claim(counted), counted, tuple(Line(row, shift=moves.get(row.pk)) for row in rows))


def _worst(user: User, of: Q, most: int) -> list[Risk]:
    rows = Risk.objects.visible_to(user).alive().filter(of).select_related("owner", "current__level")
    return list(rows.order_by(*ordering(RiskOrder()))[:most])
