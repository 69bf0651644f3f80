"""What a service promises, whether someone is woken when it is not kept, and how often it was kept."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from reports.domain.ladder import FactKind
from reports.domain.periods import Cut
from reports.domain.scopes import ScopeKind
from reports.facts._base import QUARTERS, Fact, Readings, World, listed, service
from reports.models import Edition, KpiValue
from slo.models import Objective


class Objectives:
    key = "objectives"
    facts = (
        Fact(
            key="slo_count",
            title=_("Active objectives"),
            connect=_("The portal always knows."),
            kind=FactKind.COUNT,
            where=listed("slo:objective-list"),
        ),
        Fact(
            key="burn_alerts",
            title=_("Objectives that alert on burn"),
            connect=_("The portal always knows."),
            kind=FactKind.COUNT,
            where=listed("slo:objective-list"),
        ),
        Fact(
            key="quarters_met",
            title=_("Quarters of the last four in which every objective was met"),
            connect=_("Connect the source of its indicators: all of the last four quarters must be measured."),
            kind=FactKind.COUNT,
            most=QUARTERS,
            where=service,
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        active = Objective.objects.active()
        alerting = active.filter(burn_rules__isnull=False).values_list("service_id", "pk").distinct()
        promised = Counter(active.values_list("service_id", flat=True))
        woken = Counter(service for service, _pk in alerting)
        return {
            "slo_count": {pk: float(promised[pk]) for pk in world.services},
            "burn_alerts": {pk: float(woken[pk]) for pk in world.services},
            "quarters_met": _quarters(world),
        }


def _quarters(world: World) -> Readings:
    """By the figure that scorecards show: of a closed quarter as it was closed. Unknown where one of them has none."""
    rows = KpiValue.objects.filter(
        kpi="slo_attainment", scope=ScopeKind.SERVICE, cut=Cut.QUARTER, first__in=world.quarters
    ).values_list("number", "first", "edition", "value")
    shown: dict[tuple[int, dt.date], float | None] = {}
    # A closed value replaces the live one.
    for number, first, _edition, value in sorted(rows, key=lambda row: row[2] == Edition.CLOSED):
        shown[number, first] = value
    found = {}
    for pk in world.services:
        values = [shown.get((pk, first)) for first in world.quarters]
        if all(value is not None for value in values):
            found[pk] = float(sum(value is not None and value >= 1 for value in values))
    return found


PLUGIN = Objectives()
