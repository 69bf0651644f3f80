"""Whether the alerts of a service mean something to do, as KPI 11 counts it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from relportal.core import company
from reports.domain.ladder import FactKind
from reports.domain.periods import Calendar, Cut
from reports.facts._base import Fact, Readings, World, listed
from reports.kpis import KPIS
from reports.kpis._base import Frame


class Alerts:
    key = "alerts"
    facts = (
        Fact(
            key="actionability",
            title=_("Alerts of 90 days that were actionable"),
            connect=_("Connect the tool that sends its alerts, and judge at least 60 % of those that rang."),
            kind=FactKind.SHARE,
            where=listed("incidents:alert-list"),
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        kpi = KPIS["alert_quality"]
        frame = Frame([Calendar().period(Cut.DAYS_90, world.today)], zone=company.zone(), at=world.at)
        facts: defaultdict[int, list[Any]] = defaultdict(list)
        for seen in kpi.seen(frame):
            for pk in seen.services:
                facts[pk].append(seen.fact)
        values = {pk: kpi.value(each) for pk, each in facts.items()}
        least = kpi.lines.min_coverage if kpi.lines is not None else 0.0
        return {
            "actionability": {
                pk: one.value
                for pk, one in values.items()
                if one.value is not None and (one.coverage or 0.0) >= (least or 0.0)
            }
        }


PLUGIN = Alerts()
