"""The rows behind a value: what was counted, and as what, of those that the reader may see."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats

from incidents.models import ActionItem, Alert, Deploy, Incident
from incidents.queries.alerts import alerts_visible_to
from incidents.queries.suspects import deploys_visible_to
from relportal.core import company
from relportal.core.models import Service, User
from reports.domain.periods import Period
from reports.domain.scopes import Place, Scope, ScopeKind, grouped
from reports.kpis._base import AnyKpi, Frame, Row, Words
from reports.models import KpiInput
from reports.queries.places import places
from reports.queries.scopes import names_of
from slo.models import Objective

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """`against`: one of those that a reader looks for, such as an objective that was missed."""

    kind: str
    label: str
    url: str
    says: Words
    against: bool


@dataclass(frozen=True, slots=True)
class BehindValue:
    """`rows` are those of a page; `hidden` more count in the figure and are not the reader's to see."""

    rows: tuple[Shown, ...]
    page: Page[Row]
    against: int
    hidden: int


def behind_value(
    user: User,
    kpi: AnyKpi,
    of: tuple[Scope, Period],
    *,
    at: dt.datetime,
    page: int | str = 1,
    size: int | None = PAGE_SIZE,
) -> BehindValue:
    """As known now: of a closed period, a restated value is the one that these rows give. Those that a reader looks for come
    first. `size` None: all on one page, for a CSV."""
    scope, period = of
    end = min(period.bounds(company.zone())[1], at)
    placed = places({period: end})
    frame = Frame([period], zone=company.zone(), at=at, services=_services(scope, placed[period]))
    facts = grouped(kpi.seen(frame), placed, tiers=kpi.tiers).get(period, {}).get(scope, [])
    rows = sorted((row for fact in facts for row in kpi.rows(fact)), key=_last)
    seen = _visible(user, rows)
    mine = [row for row in rows if row.pk in seen[row.kind]]
    found = Paginator(mine, size or max(1, len(mine))).get_page(page)
    labels = _labels(user, found.object_list)
    shown = [
        Shown(row.kind, *labels[row.kind, row.pk], row.says, row.against)
        for row in found.object_list
        if (row.kind, row.pk) in labels
    ]
    return BehindValue(tuple(shown), found, sum(row.against for row in mine), len(rows) - len(mine))


def _last(row: Row) -> bool:
    return not row.against


def _services(scope: Scope, placed: Mapping[int, Place]) -> frozenset[int] | None:
    """Which services the scope is of; None: of all."""
    if scope.kind is ScopeKind.COMPANY:
        return None
    within: dict[ScopeKind, Callable[[int, Place], bool]] = {
        ScopeKind.SERVICE: lambda pk, _place: pk == scope.number,
        ScopeKind.TIER: lambda _pk, place: place.tier == scope.number,
        ScopeKind.TEAM: lambda _pk, place: place.team == scope.number,
        ScopeKind.JOURNEY: lambda _pk, place: scope.number in place.journeys,
    }
    return frozenset(pk for pk, place in placed.items() if within[scope.kind](pk, place))


def _by_kind(rows: Iterable[Row]) -> dict[str, set[int]]:
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.kind].add(row.pk)
    return wanted


def _visible(user: User, rows: Sequence[Row]) -> dict[str, frozenset[int]]:
    """One statement a kind."""
    return {
        kind: frozenset(VISIBLE[kind](user).filter(pk__in=ids).order_by().values_list("pk", flat=True))
        for kind, ids in _by_kind(rows).items()
    }


def _labels(user: User, rows: Iterable[Row]) -> dict[tuple[str, int], tuple[str, str]]:
    """(kind, id) -> (label, address); one statement a kind."""
    found = [(kind, one) for kind, ids in _by_kind(rows).items() for one in VISIBLE[kind](user).filter(pk__in=ids)]
    scopes = names_of((one.scope, one.number) for _kind, one in found if isinstance(one, KpiInput))
    return {(kind, one.pk): (_label(one, scopes), _address(one)) for kind, one in found}


def _label(one: Any, scopes: Mapping[tuple[str, int], str]) -> str:
    if not isinstance(one, KpiInput):
        return str(one)
    days = f"{formats.date_format(one.first, 'j M Y')} – {formats.date_format(one.last, 'j M Y')}"
    of = scopes.get((one.scope, one.number))
    return f"{of}, {days}" if of else days


def _address(one: Any) -> str:
    if isinstance(one, Alert):
        return f"{reverse('incidents:alert-list')}?q={one.name}"
    if isinstance(one, KpiInput):
        return f"{reverse('reports:kpi', args=[one.kpi])}#inputs"
    if isinstance(one, Deploy):
        return reverse("incidents:deploy-detail", args=[one.pk])
    return str(one.get_absolute_url())


VISIBLE: Final[dict[str, Callable[[User], QuerySet[Any]]]] = {
    "incident": Incident.objects.visible_to,
    "action": ActionItem.objects.visible_to,
    "objective": lambda user: Objective.objects.visible_to(user).select_related("service"),
    "service": Service.objects.visible_to,
    "deploy": lambda user: deploys_visible_to(user).select_related("service"),
    "alert": alerts_visible_to,
    "kpi_input": lambda _user: KpiInput.objects.all(),
}
