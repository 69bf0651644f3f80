"""The rows behind a value: what was counted, and as what, of those that the reader may see."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse

from incidents.models import ActionItem, Alert, Deploy, Incident
from incidents.queries.alerts import alerts_visible_to
from incidents.queries.suspects import deploys_visible_to
from relportal.core import company
from relportal.core.models import Service, User
from reports.domain.periods import Period
from reports.domain.scopes import Scope, grouped
from reports.kpis._base import AnyKpi, Frame, Row, Words
from reports.models import KpiInput
from reports.queries.places import places
from slo.models import Objective

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Shown:
    label: str
    url: str
    says: Words


@dataclass(frozen=True, slots=True)
class BehindValue:
    """`hidden` rows count in the figure and are not the reader's to see; `more` were cut off."""

    rows: tuple[Shown, ...]
    hidden: int
    more: int


def behind_value(user: User, kpi: AnyKpi, scope: Scope, period: Period, *, at: dt.datetime) -> BehindValue:
    """As known now: of a closed period, a restated value is the one that these rows give."""
    frame = Frame([period], zone=company.zone(), at=at)
    placed = places({period: min(frame.bounds[period][1], at)})
    facts = grouped(kpi.seen(frame), placed, tiers=kpi.tiers).get(period, {}).get(scope, [])
    rows = [row for fact in facts for row in kpi.rows(fact)]
    labels = _labels(user, rows)
    shown = [Shown(*labels[row.kind, row.pk], row.says) for row in rows if (row.kind, row.pk) in labels]
    return BehindValue(tuple(shown[:MOST]), len(rows) - len(shown), max(0, len(shown) - MOST))


def _labels(user: User, rows: Iterable[Row]) -> dict[tuple[str, int], tuple[str, str]]:
    """(kind, id) -> (label, address) of what the reader may see; one statement a kind."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.kind].add(row.pk)
    found = {}
    for kind, ids in wanted.items():
        for one in VISIBLE[kind](user).filter(pk__in=ids):
            found[kind, one.pk] = (str(one), _address(one))
    return found


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
