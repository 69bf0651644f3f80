"""Which risks moved on the scale since an instant, and from where: told by their dated ratings alone.

The database tells it as `domain.movement` does, so that of a register of thousands only what is shown leaves it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from relportal.core import company
from risks.domain.movement import Moved
from risks.models import RiskState
from risks.queries.steps import Steps, Stood

USUAL: Final = dt.timedelta(days=90)
"""How far back is compared where nobody names a day: about a quarter."""

BEFORE: Final = f"""
    LEFT JOIN LATERAL (
        SELECT rating.matrix_id, rating.rank, rating.level_id, rating.likelihood_id, rating.impact_id
        FROM risks_riskrating rating
        WHERE rating.risk_id = risk.id AND rating.kind = 'current' AND rating.at < %(since)s
            AND risk.rated_at >= %(since)s AND risk.state <> '{RiskState.CLOSED}'
        ORDER BY rating.at DESC, rating.id DESC
        LIMIT 1
    ) before ON TRUE
"""  # noqa: S608 -- words of the models, here and below
"""Joins to a `risk` that was rated since then the rating that held right before: one look into an index."""
MOVED: Final = f"""
    CASE
        WHEN risk.level_id IS NULL THEN NULL
        WHEN risk.state = '{RiskState.CLOSED}' THEN CASE WHEN risk.closed_at >= %(since)s THEN '{Moved.CLOSED}' END
        WHEN risk.rated_at < %(since)s THEN NULL
        WHEN before.rank IS NULL THEN '{Moved.NEW}'
        WHEN before.matrix_id <> risk.matrix_id THEN '{Moved.RESCALED}'
        WHEN before.rank < risk.rank THEN '{Moved.WORSE}'
        WHEN before.rank > risk.rank THEN '{Moved.BETTER}'
    END
"""
"""How a `risk` moved against what is `before`, or NULL: what has no rating has no place, what was closed earlier stays."""
_SHIFTS: Final = f"""
    SELECT risk.id, {MOVED} AS moved, before.level_id, before.likelihood_id, before.impact_id
    FROM (
        SELECT risk.*, level.matrix_id FROM risks_risk risk JOIN risks_risklevel level ON level.id = risk.level_id
        WHERE risk.rated_at >= %(since)s OR risk.closed_at >= %(since)s
    ) risk {BEFORE}
"""  # noqa: S608
_OF: Final = f"{_SHIFTS} WHERE risk.id = ANY(%(risks)s)"
_IN: Final = f"SELECT id FROM ({_SHIFTS}) shifts WHERE moved = ANY(%(kinds)s)"  # noqa: S608
_COUNTS: Final = f"SELECT moved, count(*) FROM ({_SHIFTS}) shifts GROUP BY moved"  # noqa: S608


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


def shifts(risks: Collection[int], steps: Steps, *, since: dt.datetime) -> dict[int, Shift]:
    """Of those of `risks` (ids) that are not where they stood at `since`; one statement."""
    return {
        pk: Shift(Moved(moved), steps.stood(*before))
        for pk, moved, *before in _asked(_OF, since=since, risks=list(risks))
        if moved is not None
    }


def moving(kinds: Collection[Moved], *, since: dt.datetime) -> list[int]:
    """The ids of all risks that moved in one of these ways; one statement."""
    return [pk for (pk,) in _asked(_IN, since=since, kinds=[one.value for one in kinds])]


def moved_counts(*, since: dt.datetime) -> Mapping[Moved, int]:
    """How many of the whole register moved in which way; one statement."""
    return {Moved(moved): n for moved, n in _asked(_COUNTS, since=since) if moved is not None}


def _asked(statement: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
