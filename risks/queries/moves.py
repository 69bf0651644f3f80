"""Which risks moved on the scale since an instant, and from where: told by their dated ratings alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from relportal.core import company
from risks.domain.movement import Moved, Place, movement
from risks.models import RatingKind, RiskRating, RiskState
from risks.models.risk import RiskQuerySet

USUAL: Final = dt.timedelta(days=90)
"""How far back is compared where nobody names a day: about a quarter."""
_PLACE: Final = ("matrix", "likelihood__position", "impact__position", "level__position")


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a risk stood by the rating that was its newest then, in the names of that version of the scale."""

    place: Place
    level: str
    symbol: str
    likelihood: str
    impact: str


@dataclass(frozen=True, slots=True)
class Shift:
    """`before` None: it was not rated yet, or it was closed where it stood."""

    moved: Moved
    before: Stood | None = None


def midnight(day: dt.date) -> dt.datetime:
    """When a day begins for the company."""
    return dt.datetime.combine(day, dt.time(), tzinfo=company.zone())


def usual_day(at: dt.datetime) -> dt.date:
    return company.day(at - USUAL)


def place_of(rating: RiskRating) -> Place:
    """Of a rating with its steps at hand."""
    return Place(rating.matrix_id, rating.likelihood.position, rating.impact.position, rating.level.position)


def shifts(rows: RiskQuerySet, *, since: dt.datetime) -> dict[int, Shift]:
    """Of those risks that are not where they stood at `since`, by id; two statements, whatever the register holds.

    A risk without a rating has no place. What was closed before `since` does not move.
    """
    going_on = ~Q(state=RiskState.CLOSED) & Q(rated_at__gte=since)
    changed = rows.filter(going_on | Q(state=RiskState.CLOSED, closed_at__gte=since)).exclude(current=None).order_by()
    wanted = [f"current__{name}" for name in _PLACE]
    now = {pk: (Place(*place), state) for pk, state, *place in changed.values_list("pk", "state", *wanted)}
    closed = {pk for pk, (_place, state) in now.items() if state == RiskState.CLOSED}
    stood = standings(now.keys() - closed, before=since)
    found = {pk: Shift(Moved.CLOSED) for pk in closed}
    found |= {pk: _shift(stood.get(pk), place) for pk, (place, _state) in now.items() if pk not in closed}
    return {pk: one for pk, one in found.items() if one.moved is not Moved.SAME}


def _shift(before: Stood | None, now: Place) -> Shift:
    return Shift(movement(before.place if before is not None else None, now), before)


def standings(risks: Collection[int], *, before: dt.datetime) -> Mapping[int, Stood]:
    """Where each of them stood right before an instant; those that were not rated yet are missing."""
    rows = RiskRating.objects.filter(risk__in=risks, kind=RatingKind.CURRENT, at__lt=before)
    newest = rows.order_by("risk", "-at", "-pk").distinct("risk")
    names = ("level__name", "level__symbol", "likelihood__name", "impact__name")
    return {
        risk: Stood(Place(matrix, likelihood, impact, level), *words)
        for risk, matrix, likelihood, impact, level, *words in newest.values_list("risk", *_PLACE, *names)
    }
