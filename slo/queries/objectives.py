"""The SLO catalog and the page of one objective: every number once, for the page, its CSV and the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy

from relportal.core.models import User
from slo.domain.budget import error_budget
from slo.domain.burn import BURN_WINDOWS_S
from slo.models import Band, BurnAlert, BurnRule, Objective, Series, Status, WindowKind
from slo.queries.catalog_state import BandCounts, whole_budget
from slo.queries.percentiles import Lately, latency_lately

PAGE_SIZE: Final = 50
ALERTS_SHOWN: Final = 20
# No data stands before healthy: nobody knows that it is.
_RANK: Final = Case(
    When(status__band=Band.BREACHED, then=Value(0)),
    When(status__band=Band.AT_RISK, then=Value(1)),
    When(status__band=Band.HEALTHY, then=Value(3)),
    default=Value(2),
    output_field=IntegerField(),
)
_PAGING: Final = Case(
    When(status__firing="page", then=Value(0)),
    When(status__firing="ticket", then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


# Long texts that no list shows.
_UNREAD: Final = (
    "description",
    "service__description",
    *(f"indicator__{name}" for name in ("description", "good", "bad", "total", "histogram", "value")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveFilters:
    """What is let through; an empty field lets everything through. `text` holds words that must all occur."""

    text: str = ""
    tiers: tuple[int, ...] = ()
    teams: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    firing: bool = False
    retired: bool = False

    @property
    def active(self) -> bool:
        return any(bool(getattr(self, field.name)) for field in fields(self))


class ObjectiveSort(StrEnum):
    """What the list is ordered by; `attention` puts the worst first."""

    ATTENTION = "attention"
    NAME = "name"
    SERVICE = "service"
    TIER = "tier"
    TEAM = "team"
    TARGET = "target"
    SLI = "sli"
    REMAINING = "remaining"
    BURN = "burn"
    BURN_6H = "burn_6h"


@dataclass(frozen=True, slots=True)
class ObjectiveOrder:
    by: ObjectiveSort = ObjectiveSort.ATTENTION
    descending: bool = False


# Ties always end at the key, so that a page never repeats or loses a row.
_ORDERS: Final[Mapping[ObjectiveSort, tuple[str, ...]]] = {
    ObjectiveSort.ATTENTION: ("rank", "paging", "status__remaining", "service__tier", "service__name"),
    ObjectiveSort.NAME: ("name", "service__name"),
    ObjectiveSort.SERVICE: ("service__name", "name"),
    ObjectiveSort.TIER: ("service__tier", "service__name"),
    ObjectiveSort.TEAM: ("service__team__name", "service__name"),
    ObjectiveSort.TARGET: ("target", "service__name"),
    ObjectiveSort.SLI: ("status__sli",),
    ObjectiveSort.REMAINING: ("status__remaining",),
    ObjectiveSort.BURN: ("status__burn_1h",),
    ObjectiveSort.BURN_6H: ("status__burn_6h",),
}


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """An objective in a list, with its status as of `status.at`; a status without data has None for each number."""

    objective: Objective
    status: Status

    @property
    def whole(self) -> dt.timedelta:
        """The budget of its whole window as time of full outage."""
        return whole_budget(self.objective.target, self.objective.window, at=self.status.at)


@dataclass(frozen=True, slots=True)
class ObjectiveList:
    """One page; `bands` counts all active objectives, whatever the filters, and `tier_one` those of tier-1 services."""

    rows: tuple[ObjectiveRow, ...]
    total: int
    page: int
    bands: BandCounts
    tier_one: BandCounts
    at: dt.datetime
    size: int | None = PAGE_SIZE

    @property
    def watermark(self) -> dt.datetime | None:
        return max((row.status.at for row in self.rows if row.status.at), default=None)


def status_of(objective: Objective, *, at: dt.datetime) -> Status:
    """The stored status, or one that says that nothing was ever collected."""
    try:
        return objective.status
    except Status.DoesNotExist:
        return Status(objective=objective, computed_at=at, band=Band.NO_DATA, reason="never_collected")


def objective_rows(
    user: User,
    *,
    filters: ObjectiveFilters,
    order: ObjectiveOrder | None = None,
    page: int = 1,
    size: int | None = PAGE_SIZE,
    at: dt.datetime,
) -> ObjectiveList:
    """One page of objectives; `size` None gives all of them. A page beyond the end is the last page."""
    order = order or ObjectiveOrder()
    matching = _matching(filters)
    counts = _counted(user, matching)
    last = max(1, -(-counts.matching // size)) if size else 1
    page = min(max(1, page), last)
    found = _ordered(Objective.objects.visible_to(user).filter(matching), order)
    if size:
        # Thousands are sorted by what decides, and only then the fifty of the page are read whole.
        shown = found.values("pk")[(page - 1) * size : page * size]
        found = _ordered(Objective.objects.filter(pk__in=shown), order)
    found = found.select_related("service__team", "indicator", "status").defer(*_UNREAD)
    rows = tuple(ObjectiveRow(objective, status_of(objective, at=at)) for objective in found)
    return ObjectiveList(rows, counts.matching, page, counts.bands, counts.tier_one, at, size)


def _ordered(rows: QuerySet[Objective], order: ObjectiveOrder) -> QuerySet[Objective]:
    ordering: list[OrderBy | str] = []
    for number, name in enumerate(_ORDERS[order.by]):
        down = order.descending and (number == 0 or order.by is ObjectiveSort.ATTENTION)
        ordering.append(F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True))
    return rows.annotate(rank=_RANK, paging=_PAGING).order_by(*ordering, "pk")


def _matching(filters: ObjectiveFilters) -> Q:
    found = Q(retired_at__isnull=not filters.retired)
    for word in filters.text.replace("\0", " ").split():
        found &= (
            Q(name__icontains=word)
            | Q(service__name__icontains=word)
            | Q(service__slug__icontains=word)
            | Q(service__team__name__icontains=word)
            | Q(indicator__name__icontains=word)
        )
    for lookup, values in (
        ("service__tier__in", filters.tiers),
        ("service__team__slug__in", filters.teams),
        ("indicator__slug__in", filters.indicators),
        ("service__slug__in", filters.services),
        ("window_kind__in", filters.windows),
    ):
        if values:
            found &= Q(**{lookup: values})
    if filters.bands:
        # An objective without a status row has no data.
        unknown = Q(status__isnull=True) if Band.NO_DATA in filters.bands else Q(pk__in=())
        found &= Q(status__band__in=filters.bands) | unknown
    if filters.firing:
        found &= Q(status__isnull=False) & ~Q(status__firing="")
    return found


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many objectives match, and how many active ones are in each band: all, and those of tier-1 services."""

    matching: int
    bands: BandCounts
    tier_one: BandCounts


def _counted(user: User, matching: Q) -> _Counts:
    """All in one statement, because each page of the list asks for all of it."""
    active = Q(retired_at=None)
    found = (
        Objective.objects.visible_to(user)
        .values("status__band")
        .annotate(
            all=Count("pk", filter=active),
            first=Count("pk", filter=active & Q(service__tier=1)),
            matching=Count("pk", filter=matching),
        )
        .order_by()
    )
    every: dict[str, int] = dict.fromkeys(Band.values, 0)
    first = dict(every)
    total = 0
    for row in found:
        band = row["status__band"] or Band.NO_DATA.value
        every[band] += row["all"]
        first[band] += row["first"]
        total += row["matching"]
    return _Counts(total, BandCounts(**every), BandCounts(**first))


@dataclass(frozen=True, slots=True)
class BurnLine:
    """A look-back: its burn (None: not enough measured, or no traffic), and the rules that watch it with their factors."""

    name: str
    seconds: int
    burn: float | None
    rules: tuple[BurnRule, ...]

    @property
    def over(self) -> bool:
        """Whether some rule's long window stands above its factor here."""
        return self.burn is not None and any(
            rule.long_s == self.seconds and self.burn > rule.factor for rule in self.rules
        )


@dataclass(frozen=True, slots=True)
class ObjectivePage:
    """What is known of one objective at `at`. `generations` are its earlier series, newest first;
    `latency` are the percentiles of a latency objective."""

    objective: Objective
    status: Status
    burns: tuple[BurnLine, ...]
    rules: tuple[BurnRule, ...]
    alerts: tuple[BurnAlert, ...]
    generations: tuple[Series, ...]
    at: dt.datetime
    latency: Lately | None = None

    @property
    def whole(self) -> dt.timedelta:
        return whole_budget(self.objective.target, self.objective.window, at=self.status.at)

    @property
    def error_budget(self) -> float:
        return error_budget(self.objective.target)

    @property
    def allowed_bad(self) -> float | None:
        """Events (or slices) that may be bad at the window's traffic so far."""
        return None if self.status.total is None else self.error_budget * self.status.total


def objective_page(user: User, pk: int, *, at: dt.datetime) -> ObjectivePage | None:
    """None when there is no such objective, or the viewer may not see it."""
    objective = (
        Objective.objects.visible_to(user)
        .select_related("service__team", "indicator__source", "indicator__state", "status", "series")
        .filter(pk=pk)
        .first()
    )
    if objective is None:
        return None
    rules = tuple(objective.burn_rules.order_by("long_s"))
    status = status_of(objective, at=at)
    burns = tuple(
        BurnLine(
            name=name,
            seconds=seconds,
            burn=getattr(status, f"burn_{name}"),
            rules=tuple(rule for rule in rules if seconds in (rule.long_s, rule.short_s)),
        )
        for name, seconds in BURN_WINDOWS_S.items()
    )
    older = Series.objects.filter(indicator=objective.indicator, service=objective.service).exclude(
        pk=objective.series_id
    )
    return ObjectivePage(
        objective=objective,
        status=status,
        burns=burns,
        rules=rules,
        alerts=tuple(
            objective.burn_alerts.order_by(F("resolved_at").desc(nulls_first=True), "-fired_at")[:ALERTS_SHOWN]
        ),
        generations=tuple(older.exclude(started_at=None).order_by("-generation", "counting")[:10]),
        at=at,
        latency=latency_lately(objective, at=at),
    )


def window_words(objective: Objective) -> tuple[str, str]:
    """(kind label, detail): what a page prints of a window."""
    if objective.window_kind == WindowKind.ROLLING:
        return (f"{objective.window_days} d", "")
    return (str(objective.get_window_kind_display()), objective.window_zone)
