"""The register as a list: one page of risks with what each row says, and what all of it adds up to."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce
from django.urls import reverse

from incidents.models import Incident
from relportal.core import company
from relportal.core.models import User
from risks.domain.movement import Moved
from risks.domain.review import Review, standing
from risks.models import (
    GovernanceException,
    RatingTask,
    Relation,
    Risk,
    RiskLink,
    RiskService,
    RiskState,
    Treatment,
    TreatmentState,
)
from risks.queries.moves import Shift
from risks.queries.register import Known, RiskFilters, RiskOrder, Trait, condition, found, known, ordering, since_day
from risks.queries.steps import StepWord, Stood

PAGE_SIZE: Final = 50
_FIELDS: Final = (
    "pk", "title", "cause", "event", "consequence", "state", "identified_on", "rated_at", "reviewed_at", "review_due_on",
)  # fmt: skip
_ALONG: Final = {
    "category_key": "category__slug",
    "category_name": "category__name",
    "team_key": "team__slug",
    "team_name": "team__name",
    "owner_name": "owner__display_name",
    "owner_email": "owner__email",
    "owner_active": "owner__is_active",
    "confidence": "current__confidence",
    "after_plan_level": "after_plan__level_id",
    "expected": "money__expected",
    "currency": "money__currency",
}
_STANDS: Final = {
    "now": ("level_id", "likelihood_id", "impact_id"),
    "target": ("target__level_id", "target__likelihood_id", "target__impact_id"),
}
_PENDING: Final = (TreatmentState.PLANNED, TreatmentState.DOING)


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
    about = known(user, filters, at=at)
    matching = found(user, filters, at=at, about=about)
    # Sorting carries ids alone, the rows are as wide as their texts; and all are counted where one page of them is found.
    ordered = matching.order_by(*ordering(order)).values_list("pk", Window(Count("*")))
    listed = list(ordered[(page - 1) * size : page * size] if size else ordered)
    if not listed and size and page > 1:
        # Beyond the last page is the last page.
        page = max(1, -(-matching.count() // size))
        listed = list(ordered[(page - 1) * size : page * size])
    ids, total = [pk for pk, _n in listed], listed[0][1] if listed else 0
    rows = rows_of(user, ids, about, at=at)
    return RiskList(rows, total, page, size, since_day(filters, at=at), tally(user, about, at=at))


def rows_of(user: User, ids: Sequence[int], about: Known, *, at: dt.datetime) -> tuple[RiskRow, ...]:
    """In the order of `ids`, of risks that the viewer sees; three statements."""
    names = [*_FIELDS, *(name for names in _STANDS.values() for name in names), "owner_id"]
    asked = Risk.objects.visible_to(user).filter(pk__in=ids).order_by()
    given = asked.values(*names, **{name: F(path) for name, path in _ALONG.items()}, **_counts(user, at=at))
    rows = {row["pk"]: row for row in given}
    services: dict[int, list[Named]] = defaultdict(list)
    touched = RiskService.objects.filter(risk__in=ids).order_by("service__name")
    for pk, *words in touched.values_list("risk_id", "service__slug", "service__name"):
        services[pk].append(Named(*words))
    held = GovernanceException.objects.visible_to(user).in_force(at).filter(risk__in=ids).order_by("-expires_at", "-pk")
    exceptions = {risk: Held(pk, ends) for risk, pk, ends in held.values_list("risk_id", "pk", "expires_at")}
    today = company.day(at)
    return tuple(
        _row(rows[pk], about, services.get(pk, ()), exceptions.get(pk), today=today) for pk in ids if pk in rows
    )


def _row(
    row: Mapping[str, Any], about: Known, services: Sequence[Named], exception: Held | None, *, today: dt.date
) -> RiskRow:
    now, target = (about.steps.stood(*(row[name] for name in names)) for names in _STANDS.values())
    owner = row["owner_id"]
    return RiskRow(
        **{name: row[name] for name in _FIELDS},
        category=_named(row, "category"),
        owner=Owner(owner, row["owner_name"] or row["owner_email"], row["owner_email"], row["owner_active"])
        if owner is not None
        else None,
        team=_named(row, "team"),
        services=tuple(services),
        now=now,
        confidence=row["confidence"] or "",
        target=target,
        after_plan=about.steps.levels.get(row["after_plan_level"]),
        shift=about.moves.get(row["pk"]),
        expected=row["expected"],
        currency=row["currency"] or "",
        review=standing(
            due_on=row["review_due_on"],
            rated_on=company.day(row["rated_at"]) if row["rated_at"] is not None else None,
            review_days=now.level.review_days if now is not None else None,
            today=today,
        ),
        exception=exception,
        tasks=Tasks(row["pending"], row["late"], row["to_rate"]),
        came_true=row["came_true"],
    )


def _named(row: Mapping[str, Any], what: str) -> Named | None:
    key = row[f"{what}_key"]
    return Named(key, row[f"{what}_name"]) if key is not None else None


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


def tally(user: User, about: Known, *, at: dt.datetime) -> Tally:
    """One statement: what is counted by currency adds up to all."""
    traits = {
        "above": Trait.ABOVE_APPETITE,
        "unplanned": Trait.UNPLANNED,
        "stale": Trait.STALE,
        "to_rate": Trait.TO_RATE,
    }
    counts: dict[str, Any] = {
        name: Count("pk", filter=condition(trait, user, about.steps, at=at)) for name, trait in traits.items()
    }
    counts |= {"alive": Count("pk"), "unrated": Count("pk", filter=Q(level=None))}
    alive = Risk.objects.visible_to(user).alive().order_by().values(currency=F("money__currency"))
    groups: list[Any] = list(alive.annotate(expected=Sum("money__expected"), **counts))
    losses = [Loss(one["currency"], one["expected"], one["alive"]) for one in groups if one["currency"] is not None]
    return Tally(
        **{name: sum(one[name] for one in groups) for name in counts},
        moved=Counter(one.moved for one in about.moves.values()),
        losses=tuple(sorted(losses, key=lambda one: (-one.n, one.currency))),
    )
