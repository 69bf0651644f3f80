"""The register as a list: one page of risks with what each row says, and what all of it adds up to."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from incidents.models import Incident
from relportal.core import company
from relportal.core.models import Service, User
from risks.domain.movement import Moved
from risks.domain.review import Review
from risks.models import (
    GovernanceException,
    RatingTask,
    Relation,
    Risk,
    RiskLink,
    Treatment,
    TreatmentState,
)
from risks.queries.moves import Shift, place_of
from risks.queries.next_steps import review_standing
from risks.queries.register import (
    RiskFilters,
    RiskOrder,
    Trait,
    condition,
    found,
    moved_since,
    ordering,
    since_day,
)

PAGE_SIZE: Final = 50
_ALONG: Final = (
    "category", "owner", "team", "money", "current__matrix", "current__level", "current__likelihood", "current__impact",
    "target__level", "target__likelihood", "target__impact", "after_plan__level",
)  # fmt: skip
_PENDING: Final = (TreatmentState.PLANNED, TreatmentState.DOING)


@dataclass(frozen=True, slots=True)
class Tasks:
    """What is to be done about a risk: `pending` treatments, of which `late` should be in place; `to_rate`: by a new scale."""

    pending: int
    late: int
    to_rate: bool


@dataclass(frozen=True, slots=True)
class RiskRow:
    """`shift` None: it did not move. `exception` ends first of those in force. `came_true`: in so many incidents that the
    viewer sees."""

    risk: Risk
    services: tuple[Service, ...]
    shift: Shift | None
    review: Review
    above_target: bool
    exception: GovernanceException | None
    tasks: Tasks
    came_true: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What `n` risks are expected to cost in a year together, in one currency. Means add up, whatever depends on what."""

    currency: str
    expected: float
    n: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Of all that the viewer sees and that is not closed. `losses`: of most risks first."""

    alive: int
    above: int
    unplanned: int
    stale: int
    unrated: int
    to_rate: int
    moved: Mapping[Moved, int]
    losses: tuple[Loss, ...]

    @property
    def worse(self) -> int:
        return self.moved.get(Moved.WORSE, 0)

    @property
    def better(self) -> int:
        return self.moved.get(Moved.BETTER, 0)


@dataclass(frozen=True, slots=True)
class RiskList:
    """`since` is the day against which movement is told."""

    rows: tuple[RiskRow, ...]
    total: int
    page: int
    size: int | None
    since: dt.date
    tally: Tally


def risk_rows(
    user: User,
    *,
    filters: RiskFilters,
    order: RiskOrder,
    at: dt.datetime,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> RiskList:
    """One page; `size` None: everything, for a file."""
    moves = moved_since(user, filters, at=at)
    matching = found(user, filters, at=at, moves=moves)
    total = matching.count()
    page = max(1, min(page, -(-total // size))) if size and total else 1
    # Sorting carries ids alone: the rows are as wide as their texts.
    ordered = matching.order_by(*ordering(order)).values_list("pk", flat=True)
    ids = list(ordered[(page - 1) * size : page * size] if size else ordered)
    rows = rows_of(user, ids, moves=moves, at=at)
    return RiskList(rows, total, page, size, since_day(filters, at=at), tally(user, moves, at=at))


def rows_of(user: User, ids: Sequence[int], *, moves: Mapping[int, Shift], at: dt.datetime) -> tuple[RiskRow, ...]:
    """In the order of `ids`, of risks that the viewer sees; three statements."""
    asked = Risk.objects.filter(pk__in=ids).select_related(*_ALONG).annotate(**_counts(user, at=at))
    named = Prefetch("services", Service.objects.order_by("name"))
    rows = {row.pk: row for row in asked.prefetch_related(named)}
    held = GovernanceException.objects.visible_to(user).in_force(at).filter(risk__in=ids).order_by("-expires_at", "-pk")
    exceptions = {one.risk_id: one for one in held}
    return tuple(_row(rows[pk], moves.get(pk), exceptions.get(pk), at=at) for pk in ids if pk in rows)


def _row(risk: Any, shift: Shift | None, exception: GovernanceException | None, *, at: dt.datetime) -> RiskRow:
    return RiskRow(
        risk=risk,
        services=tuple(risk.services.all()),
        shift=shift,
        review=review_standing(risk, at=at),
        above_target=not risk.is_closed and above_target(risk),
        exception=exception,
        tasks=Tasks(risk.pending, risk.late, risk.to_rate),
        came_true=risk.came_true,
    )


def above_target(risk: Risk) -> bool:
    """As Trait.ABOVE_TARGET says it of rows."""
    if risk.current is None or risk.target is None or risk.current.matrix_id != risk.target.matrix_id:
        return False
    return place_of(risk.current).weight > place_of(risk.target).weight


def _counts(user: User, *, at: dt.datetime) -> dict[str, Any]:
    seen = Incident.objects.visible_to(user)
    pending = Treatment.objects.filter(state__in=_PENDING)
    return {
        "came_true": _number(RiskLink.objects.filter(relation=Relation.MATERIALISED, incident__in=seen)),
        "pending": _number(pending),
        "late": _number(pending.filter(due_on__lt=company.day(at))),
        "to_rate": Exists(RatingTask.objects.filter(risk=OuterRef("pk"), done_at=None)),
    }


def _number(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.filter(risk=OuterRef("pk")).order_by().values("risk").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def tally(user: User, moves: Mapping[int, Shift], *, at: dt.datetime) -> Tally:
    """Two statements."""
    alive = Risk.objects.visible_to(user).alive().order_by()
    traits = {
        "above": Trait.ABOVE_APPETITE,
        "unplanned": Trait.UNPLANNED,
        "stale": Trait.STALE,
        "to_rate": Trait.TO_RATE,
    }
    counts: dict[str, Any] = {name: Count("pk", filter=condition(trait, user, at=at)) for name, trait in traits.items()}
    counted = alive.aggregate(alive=Count("pk"), unrated=Count("pk", filter=Q(current=None)), **counts)
    costly = alive.filter(money__isnull=False).values(currency=F("money__currency"))
    losses = costly.annotate(expected=Sum("money__expected"), n=Count("pk")).order_by("-n", "currency")
    moved = Counter(one.moved for one in moves.values())
    return Tally(**counted, moved=moved, losses=tuple(Loss(**one) for one in losses))
