"""Which risks of the register are asked for, and in which order: the list, the heat map, their files and the API ask here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import Case, DateTimeField, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.lookups import LessThan

from incidents.models import Incident
from relportal.core import company
from relportal.core.models import User
from risks.domain.movement import Moved
from risks.domain.review import CYCLES
from risks.models import (
    GovernanceException,
    RatingTask,
    Relation,
    Risk,
    RiskLink,
    RiskService,
    RiskState,
    Strategy,
    Treatment,
    TreatmentState,
)
from risks.models.risk import RiskQuerySet
from risks.queries.moves import midnight, moving, usual_day
from risks.queries.steps import Steps, steps

ALIVE: Final = "alive"
"""The word of a filter for all that is not closed."""
ME: Final = "me"
NOBODY: Final = "none"
UNRATED: Final = "none"


class Trait(StrEnum):
    """What a risk can be asked for besides its fields; several at once must all hold. A closed risk has the last one only.

    STALE: its review is overdue, or its rating older than two of its reviews. ABOVE_TARGET compares ratings of one version of
    the scale. UNPLANNED stands above appetite, is not accepted, and nothing but accepting it is planned or done.
    """

    ABOVE_APPETITE = "above_appetite"
    UNPLANNED = "unplanned"
    ABOVE_TARGET = "above_target"
    STALE = "stale"
    TO_RATE = "to_rate"
    EXCEPTED = "excepted"
    UNOWNED = "unowned"
    MATERIALISED = "materialised"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFilters:
    """Empty: not filtered by. `states` may hold ALIVE, `levels` (keys) UNRATED, `owners` ids, ME, or NOBODY: none that is active.

    `cell` holds the keys of likelihood and impact, of ratings by the version in force. `moved` is against where a risk stood
    when the day `since` began; None: 90 days ago.
    """

    text: str = ""
    states: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    traits: tuple[Trait, ...] = ()
    moved: tuple[Moved, ...] = ()
    cell: tuple[str, str] | None = None
    since: dt.date | None = None


class RiskSort(StrEnum):
    LEVEL = "level"
    ID = "id"
    TITLE = "title"
    OWNER = "owner"
    TEAM = "team"
    LOSS = "loss"
    REVIEW = "review"
    RATED = "rated"


@dataclass(frozen=True, slots=True)
class RiskOrder:
    sort: RiskSort = RiskSort.LEVEL
    descending: bool = True


def since_day(filters: RiskFilters, *, at: dt.datetime) -> dt.date:
    return filters.since or usual_day(at)


def found(user: User, filters: RiskFilters, *, at: dt.datetime, words: Steps | None = None) -> RiskQuerySet:
    """All that match, each once, in no order. `words` None: the steps of the scale are asked for if they are needed."""
    rows = _worded(Risk.objects.visible_to(user), filters.text)
    if filters.states:
        alive = Q(state__in=(RiskState.OPEN, RiskState.ACCEPTED)) if ALIVE in filters.states else Q()
        rows = rows.filter(Q(state__in=filters.states) | alive)
    if filters.levels:
        unrated = Q(level=None) if UNRATED in filters.levels else Q()
        rows = rows.filter(Q(level__key__in=filters.levels) | unrated)
    if filters.services:
        touched = RiskService.objects.filter(service__slug__in=filters.services)
        rows = rows.filter(pk__in=touched.values("risk"))
    if filters.owners:
        rows = rows.filter(_owned(user, filters.owners))
    if filters.cell is not None:
        likelihood, impact = filters.cell
        rows = rows.filter(level__matrix__state="current", likelihood__key=likelihood, impact__key=impact)
    if words is None and Trait.STALE in filters.traits:
        words = steps()
    for trait in filters.traits:
        rows = rows.filter(condition(trait, user, words or Steps(), at=at))
    if filters.moved:
        rows = rows.filter(pk__in=moving(filters.moved, since=midnight(since_day(filters, at=at))))
    simple: Mapping[str, object] = {"category__slug__in": filters.categories, "team__slug__in": filters.teams}
    return rows.filter(**{name: value for name, value in simple.items() if value})


def _worded(rows: RiskQuerySet, text: str) -> RiskQuerySet:
    for word in text.split():
        # One join, however many the words are: what lacks the first is not looked through for the next.
        named = Q(words__text__contains=word.lower())
        named |= Q(owner__in=User.objects.filter(display_name__icontains=word))
        number = word.upper().removeprefix("RISK-")
        short = number.isascii() and number.isdigit() and len(number) < 15
        rows = rows.filter(named | Q(pk=int(number)) if short else named)
    return rows


def _owned(user: User, owners: tuple[str, ...]) -> Q:
    numbers = [int(one) for one in owners if one not in (ME, NOBODY)]
    wanted = Q(owner__in=[*numbers, user.pk] if ME in owners else numbers)
    return wanted | _UNOWNED if NOBODY in owners else wanted


_UNOWNED: Final = Q(owner=None) | Q(owner__is_active=False)
_ABOVE: Final = Q(level__needs_plan=True)
_ABOVE_TARGET: Final = Q(level__matrix=F("target__matrix")) & (
    Q(level__position__gt=F("target__level__position"))
    | Q(
        level__position=F("target__level__position"),
        likelihood__position__gt=F("target__likelihood__position")
        + F("target__impact__position")
        - F("impact__position"),
    )
)


def condition(trait: Trait, user: User, words: Steps, *, at: dt.datetime) -> Q:
    """The risks with this trait; `words` are for STALE alone. Private incidents tell nothing to whoever may not see them."""
    alive = ~Q(state=RiskState.CLOSED)
    if trait is Trait.MATERIALISED:
        return Q(Exists(_came_true(user)))
    if trait is Trait.UNPLANNED:
        return Q(state=RiskState.OPEN) & _ABOVE & ~Q(pk__in=_planned())
    if trait is Trait.EXCEPTED:
        held = GovernanceException.objects.visible_to(user).in_force(at)
        return alive & Q(pk__in=held.filter(risk__isnull=False).values("risk"))
    if trait is Trait.TO_RATE:
        return alive & Q(pk__in=RatingTask.objects.filter(done_at=None).values("risk"))
    plain = {
        Trait.ABOVE_APPETITE: _ABOVE,
        Trait.ABOVE_TARGET: _ABOVE_TARGET,
        Trait.STALE: _stale(words, company.day(at)),
        Trait.UNOWNED: _UNOWNED,
    }
    return alive & plain[trait]


def _came_true(user: User) -> Any:
    seen = Incident.objects.visible_to(user)
    return RiskLink.objects.filter(risk=OuterRef("pk"), relation=Relation.MATERIALISED, incident__in=seen)


def _planned() -> Any:
    rows = Treatment.objects.exclude(strategy=Strategy.ACCEPT).exclude(state=TreatmentState.DROPPED)
    return rows.order_by().values("risk")


def _stale(words: Steps, today: dt.date) -> Q:
    """As `review.standing` says it of one risk."""
    oldest = [
        When(level=pk, then=Value(midnight(today - dt.timedelta(days=CYCLES * one.review_days))))
        for pk, one in words.levels.items()
    ]
    overdue = Q(review_due_on__lt=today)
    return overdue | Q(LessThan(F("rated_at"), Case(*oldest, output_field=DateTimeField()))) if oldest else overdue


def ordering(order: RiskOrder) -> tuple[OrderBy | Case, ...]:
    """What is closed stands last; within a level what lies further up in the grid is first, then what costs more."""
    over = Case(When(state=RiskState.CLOSED, then=Value(1)), default=Value(0), output_field=IntegerField())
    columns: dict[RiskSort, tuple[Any, ...]] = {
        RiskSort.LEVEL: (F("rank"),),
        RiskSort.ID: (F("pk"),),
        RiskSort.TITLE: (F("title"),),
        RiskSort.OWNER: (F("owner__display_name"),),
        RiskSort.TEAM: (F("team__name"),),
        RiskSort.LOSS: (F("expected_loss"),),
        RiskSort.REVIEW: (F("review_due_on"),),
        RiskSort.RATED: (F("rated_at"),),
    }
    found = [OrderBy(one, descending=order.descending, nulls_last=True) for one in columns[order.sort]]
    if order.sort is RiskSort.LEVEL:
        found.append(OrderBy(F("expected_loss"), descending=order.descending, nulls_last=True))
    return (OrderBy(over), *found, F("pk").desc())
