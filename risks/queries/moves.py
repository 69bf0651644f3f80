"""Which risks moved on the scale since an instant, and from where: told by their dated ratings alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Func, OuterRef, Q, Subquery

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
    """Of those risks that are not where they stood at `since`, by id; one statement, whatever the register holds.

    A risk without a rating has no place. What was closed before `since` does not move.
    """
    going_on = ~Q(state=RiskState.CLOSED) & Q(rated_at__gte=since)
    changed = rows.filter(going_on | Q(state=RiskState.CLOSED, closed_at__gte=since)).exclude(level=None).order_by()
    listed = changed.annotate(before=_before(since)).values_list(
        "pk", "state", "level_id", "likelihood_id", "impact_id", "before"
    )
    # Thousands of risks moved between a few dozen places.
    known: dict[tuple[object, ...], Shift | None] = {}
    found = {}
    for pk, state, level, likelihood, impact, before in listed:
        key = (state, level, likelihood, impact, *(before or ()))
        if key not in known:
            left = steps.stood(*before) if before else None
            known[key] = _shift(left, steps.stood(level, likelihood, impact), closed=state == RiskState.CLOSED)
        shift = known[key]
        if shift is not None:
            found[pk] = shift
    return found


def _shift(before: Stood | None, now: Stood | None, *, closed: bool) -> Shift | None:
    """None where it stands as it stood."""
    if closed:
        return Shift(Moved.CLOSED)
    if before is None or now is None:
        return Shift(Moved.NEW)
    moved = movement(before.place, now.place)
    return None if moved is Moved.SAME else Shift(moved, before)


def _before(since: dt.datetime) -> Subquery:
    """Level, likelihood and impact of the rating that held right before an instant; NULL where there was none.

    One look into the index for each risk that moved.
    """
    rows = RiskRating.objects.filter(risk=OuterRef("pk"), kind=RatingKind.CURRENT, at__lt=since).order_by("-at", "-pk")
    place = Func(
        "level_id",
        "likelihood_id",
        "impact_id",
        function="ARRAY",
        template="%(function)s[%(expressions)s]",
        output_field=ArrayField(BigIntegerField()),
    )
    return Subquery(rows.annotate(place=place).values("place")[:1], output_field=ArrayField(BigIntegerField()))
