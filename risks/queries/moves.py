"""Which risks moved on the scale since an instant, and from where: told by their dated ratings alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from relportal.core import company
from risks.domain.movement import Moved, movement
from risks.models import RatingKind, RiskRating, RiskState
from risks.models.risk import RiskQuerySet
from risks.queries.steps import Steps, Stood

USUAL: Final = dt.timedelta(days=90)
"""How far back is compared where nobody names a day: about a quarter."""


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


def shifts(rows: RiskQuerySet, steps: Steps, *, since: dt.datetime) -> dict[int, Shift]:
    """Of those risks that are not where they stood at `since`, by id; two statements, whatever the register holds.

    A risk without a rating has no place. What was closed before `since` does not move.
    """
    going_on = ~Q(state=RiskState.CLOSED) & Q(rated_at__gte=since)
    changed = rows.filter(going_on | Q(state=RiskState.CLOSED, closed_at__gte=since)).exclude(level=None).order_by()
    listed = list(changed.values_list("pk", "state", "level_id", "likelihood_id", "impact_id"))
    before = standings([pk for pk, state, *_ids in listed if state != RiskState.CLOSED], steps, before=since)
    found = {}
    for pk, state, *ids in listed:
        if state == RiskState.CLOSED:
            found[pk] = Shift(Moved.CLOSED)
        elif (now := steps.stood(*ids)) is not None and (shift := _shift(before.get(pk), now)) is not None:
            found[pk] = shift
    return found


def _shift(before: Stood | None, now: Stood) -> Shift | None:
    """None where it stands as it stood."""
    if before is None:
        return Shift(Moved.NEW)
    moved = movement(before.place, now.place)
    return None if moved is Moved.SAME else Shift(moved, before)


def standings(risks: Collection[int], steps: Steps, *, before: dt.datetime) -> dict[int, Stood]:
    """Where each of them stood right before an instant; those that were not rated yet are missing."""
    rows = RiskRating.objects.filter(risk__in=risks, kind=RatingKind.CURRENT, at__lt=before)
    newest = rows.order_by("risk_id", "-at", "-pk").distinct("risk_id")
    found = {}
    for risk, *ids in newest.values_list("risk_id", "level_id", "likelihood_id", "impact_id"):
        stood = steps.stood(*ids)
        if stood is not None:
            found[risk] = stood
    return found
