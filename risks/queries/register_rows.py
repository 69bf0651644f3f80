"""The register as a list: one page of risks with what each row says, and what all of it adds up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Count, F, Q, Sum, Window
from django.urls import reverse

from incidents.models import Incident
from relportal.core import company
from relportal.core.models import User
from risks.domain.movement import Moved
from risks.domain.review import Review, standing
from risks.models import Relation, Risk, RiskState, TreatmentState
from risks.models.risk import RiskQuerySet
from risks.queries.moves import Shift, midnight, moved_counts, shifts
from risks.queries.register import RiskFilters, RiskOrder, Trait, condition, found, ordering, since_day
from risks.queries.steps import Steps, StepWord, Stood, steps

PAGE_SIZE: Final = 50
_ROWS: Final = f"""
    SELECT risk.id, risk.title, risk.cause, risk.event, risk.consequence, risk.state, risk.identified_on, risk.rated_at,
        risk.reviewed_at, risk.review_due_on, risk.expected_loss AS expected, risk.loss_currency AS currency,
        ARRAY[risk.level_id, risk.likelihood_id, risk.impact_id] AS now,
        (SELECT confidence FROM risks_riskrating WHERE id = risk.current_id) AS confidence,
        (SELECT ARRAY[level_id, likelihood_id, impact_id] FROM risks_riskrating WHERE id = risk.target_id) AS target,
        (SELECT level_id FROM risks_riskrating WHERE id = risk.after_plan_id) AS after_plan,
        (SELECT ARRAY[slug, name] FROM incidents_failuremode WHERE id = risk.category_id) AS category,
        (SELECT ARRAY[slug, name] FROM core_team WHERE id = risk.team_id) AS team,
        risk.owner_id,
        (SELECT ARRAY[COALESCE(NULLIF(display_name, ''), email), email] FROM core_user WHERE id = risk.owner_id) AS owner,
        (SELECT is_active FROM core_user WHERE id = risk.owner_id) AS owner_active,
        (
            SELECT array_agg(ARRAY[service.slug, service.name] ORDER BY service.name)
            FROM risks_riskservice touched JOIN core_service service ON service.id = touched.service_id
            WHERE touched.risk_id = risk.id
        ) AS services,
        held.id AS exception, held.expires_at AS exception_ends,
        (
            SELECT ARRAY[count(*), count(*) FILTER (WHERE due_on < %(today)s)] FROM risks_treatment
            WHERE risk_id = risk.id AND state IN ('{TreatmentState.PLANNED}', '{TreatmentState.DOING}')
        ) AS treatments,
        EXISTS (SELECT FROM risks_ratingtask WHERE risk_id = risk.id AND done_at IS NULL) AS to_rate,
        (
            SELECT array_agg(incident_id) FROM risks_risklink
            WHERE risk_id = risk.id AND relation = '{Relation.MATERIALISED}'
        ) AS incidents
    FROM risks_risk risk
    LEFT JOIN LATERAL (
        SELECT id, expires_at FROM risks_governanceexception
        WHERE risk_id = risk.id AND action_id IS NULL AND in_force_at <= %(at)s AND expires_at > %(at)s
            AND (ended_at IS NULL OR ended_at > %(at)s)
        ORDER BY expires_at, id LIMIT 1
    ) held ON TRUE
    WHERE risk.id = ANY(%(risks)s)
"""  # noqa: S608 -- words of the models
"""One look into an index for each thing that a row says: a join of eight tables takes longer to plan than to run."""


@dataclass(frozen=True, slots=True)
class Named:
    """A team, category or service: its short name and its name."""

    key: str
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Owner:
    """`name` is the e-mail address of whoever has no other."""

    pk: int
    name: str
    email: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Held:
    """An exception that is in force."""

    pk: int
    expires_at: dt.datetime

    @property
    def short_id(self) -> str:
        return f"EXC-{self.pk}"

    @property
    def url(self) -> str:
        return reverse("risks:exception-detail", args=[self.pk])

    @property
    def last_moment(self) -> dt.datetime:
        """As that of GovernanceException."""
        return self.expires_at - dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Tasks:
    """What is to be done about a risk: `pending` treatments, of which `late` should be in place; `to_rate`: by a new scale."""

    pending: int
    late: int
    to_rate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRow:
    """A risk in plain values, so that one that did not change is not drawn again.

    `now` None: nobody has rated it. `shift` None: it did not move. `exception` ends first of those in force. `came_true`: in
    so many incidents that the viewer sees. `expected` is a year's loss in `currency`, None where nobody has estimated it.
    """

    pk: int
    title: str
    cause: str
    event: str
    consequence: str
    state: str
    category: Named | None
    owner: Owner | None
    team: Named | None
    services: tuple[Named, ...]
    now: Stood | None
    confidence: str
    target: Stood | None
    after_plan: StepWord | None
    shift: Shift | None
    expected: float | None
    currency: str
    identified_on: dt.date
    rated_at: dt.datetime | None
    reviewed_at: dt.datetime | None
    review_due_on: dt.date | None
    review: Review
    exception: Held | None
    tasks: Tasks
    came_true: int

    @property
    def short_id(self) -> str:
        return f"RISK-{self.pk}"

    @property
    def url(self) -> str:
        return reverse("risks:detail", args=[self.pk])

    @property
    def is_closed(self) -> bool:
        return self.state == RiskState.CLOSED

    @property
    def above_target(self) -> bool:
        """As Trait.ABOVE_TARGET says it of rows in the database."""
        if self.now is None or self.target is None or self.is_closed:
            return False
        now, target = self.now.place, self.target.place
        return now.matrix == target.matrix and now.weight > target.weight


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
    words = steps()
    matching = found(user, filters, at=at, words=words)
    # Sorting carries ids alone: the rows are as wide as their texts.
    ids, total, page = _page(matching.order_by(*ordering(order)), page, size, whole=filters == RiskFilters())
    since = since_day(filters, at=at)
    rows = rows_of(user, ids, words, since=since, at=at)
    return RiskList(rows, total, page, size, since, tally(user, words, since=since, at=at))


def _page(rows: RiskQuerySet, page: int, size: int | None, *, whole: bool) -> tuple[list[int], int, int]:
    """The ids of a page, how many there are, and which page it is: beyond the last one is the last one.

    The `whole` register stands in the order of an index, so that counting alone has to look at every row; what was searched
    for is counted where it is found.
    """
    if size is None:
        ids = list(rows.values_list("pk", flat=True))
        return ids, len(ids), page
    if whole:
        total = rows.count()
        page = min(page, max(1, -(-total // size)))
        return list(rows.values_list("pk", flat=True)[(page - 1) * size : page * size]), total, page
    counted = rows.values_list("pk", Window(Count("*")))
    listed = list(counted[(page - 1) * size : page * size])
    if not listed and page > 1:
        page = max(1, -(-rows.count() // size))
        listed = list(counted[(page - 1) * size : page * size])
    return [pk for pk, _n in listed], listed[0][1] if listed else 0, page


def rows_of(user: User, ids: Sequence[int], words: Steps, *, since: dt.date, at: dt.datetime) -> tuple[RiskRow, ...]:
    """In the order of `ids`, of risks that the viewer sees; three statements."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"risks": list(ids), "today": company.day(at), "at": at})
        names = [column.name for column in cursor.description or ()]
        rows = {values[0]: dict(zip(names, values, strict=True)) for values in cursor.fetchall()}
    moves = shifts(ids, words, since=midnight(since))
    linked = {pk for row in rows.values() for pk in row["incidents"] or ()}
    seen = (
        set(Incident.objects.visible_to(user).filter(pk__in=linked).values_list("pk", flat=True)) if linked else set()
    )
    today = company.day(at)
    return tuple(_row(rows[pk], words, moves.get(pk), seen, today=today) for pk in ids if pk in rows)


_PLAIN: Final = (
    "title", "cause", "event", "consequence", "state", "identified_on", "rated_at", "reviewed_at", "review_due_on", "expected",
    "currency",
)  # fmt: skip


def _row(row: Mapping[str, Any], words: Steps, shift: Shift | None, seen: set[int], *, today: dt.date) -> RiskRow:
    now = words.stood(*row["now"])
    pending, late = row["treatments"]
    return RiskRow(
        **{name: row[name] for name in _PLAIN},
        pk=row["id"],
        category=Named(*row["category"]) if row["category"] else None,
        owner=Owner(row["owner_id"], row["owner"][0], row["owner"][1], row["owner_active"]) if row["owner"] else None,
        team=Named(*row["team"]) if row["team"] else None,
        services=tuple(Named(*each) for each in row["services"] or ()),
        now=now,
        confidence=row["confidence"] or "",
        target=words.stood(*row["target"]) if row["target"] else None,
        after_plan=words.levels.get(row["after_plan"]),
        shift=shift,
        review=standing(
            due_on=row["review_due_on"],
            rated_on=company.day(row["rated_at"]) if row["rated_at"] is not None else None,
            review_days=now.level.review_days if now is not None else None,
            today=today,
        ),
        exception=Held(row["exception"], row["exception_ends"]) if row["exception"] else None,
        tasks=Tasks(pending, late, row["to_rate"]),
        came_true=len(seen.intersection(row["incidents"] or ())),
    )


def tally(user: User, words: Steps, *, since: dt.date, at: dt.datetime) -> Tally:
    """Two statements: what is counted by currency adds up to all, and what moved."""
    traits = {
        "above": Trait.ABOVE_APPETITE,
        "unplanned": Trait.UNPLANNED,
        "stale": Trait.STALE,
        "to_rate": Trait.TO_RATE,
    }
    counts: dict[str, Any] = {
        name: Count("pk", filter=condition(trait, user, words, at=at)) for name, trait in traits.items()
    }
    counts |= {"alive": Count("pk"), "unrated": Count("pk", filter=Q(level=None))}
    alive = Risk.objects.visible_to(user).alive().order_by().values(currency=F("loss_currency"))
    groups: list[Any] = list(alive.annotate(expected=Sum("expected_loss"), **counts))
    moved: Mapping[Moved, int] = {} if alive.query.is_empty() else moved_counts(since=midnight(since))
    losses = [Loss(one["currency"], one["expected"], one["alive"]) for one in groups if one["currency"]]
    return Tally(
        **{name: sum(one[name] for one in groups) for name in counts},
        moved=moved,
        losses=tuple(sorted(losses, key=lambda one: (-one.n, one.currency))),
    )
