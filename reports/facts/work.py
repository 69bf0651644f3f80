"""What teams tell of their work: whether somebody is on call, and how much of it is toil."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reports.domain.ladder import FactKind
from reports.domain.periods import Cut
from reports.domain.scopes import ScopeKind
from reports.domain.values import Better
from reports.facts._base import Fact, Readings, World
from reports.models import Edition, KpiInput, KpiValue

FRESH: Final = dt.timedelta(days=92)
"""Pages of shifts that ended longer ago say nothing of who is on call now."""
YEAR: Final = 365


def _kpi(key: str) -> str:
    return reverse("reports:kpi", args=[key])


class Work:
    key = "work"
    facts = (
        Fact(
            key="on_call",
            title=_("Somebody is on call"),
            connect=_("Enter the pages of each shift for its team, or attest the rotation."),
            where=lambda _slug: _kpi("page_load"),
            by_hand=YEAR,
        ),
        Fact(
            key="toil",
            title=_("Toil of its team in 28 days"),
            connect=_(
                "Ask the team each week how many hours went into toil: five people or more, 60 % of those asked."
            ),
            kind=FactKind.SHARE,
            better=Better.DOWN,
            where=lambda _slug: _kpi("toil"),
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        told = KpiInput.objects.filter(kpi="page_load", scope=ScopeKind.TEAM, last__gte=world.today - FRESH)
        paged = set(told.values_list("number", flat=True))
        rows = KpiValue.objects.filter(
            kpi="toil", scope=ScopeKind.TEAM, cut=Cut.DAYS_28, edition=Edition.LIVE, value__isnull=False
        )
        judged = rows.filter(lacking="").order_by("first").values_list("number", "value")
        toil = {team: value for team, value in judged if value is not None}
        return {
            "on_call": {pk: 1.0 for pk, one in world.services.items() if one.team in paged},
            "toil": {pk: toil[one.team] for pk, one in world.services.items() if one.team in toil},
        }


PLUGIN = Work()
