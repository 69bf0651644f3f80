"""KPI 17: whether tier-1 services can be observed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from relportal.core.models import Lifecycle, LinkKind, Service, ServiceLink
from relportal.core.queries.row_history import rows_at
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Unit
from reports.kpis._base import TIER_1, Frame, Heading
from reports.kpis._shares import Met, ShareKpi
from slo.models import Objective

LINKS = (LinkKind.DASHBOARD, LinkKind.RUNBOOK)


class Observability(ShareKpi):
    key = "observability"
    number = 17
    title = _("Tier-1 services fully observable")
    about = _(
        "Tier-1 services that met every rule at the end of the period: an objective that is measured and alerts, a dashboard, "
        "and a runbook. What each lacks is counted beside it."
    )
    connect = _("Put tier-1 services into the catalogue, with objectives and links.")
    guard = _("Incidents in which telemetry was missing")
    heading = Heading.ENGINEERING
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.95, red=0.85, better=Better.UP)
    tiers = TIER_1
    buts = ("objective", *(kind.value for kind in LINKS))
    met_words = _("meets every rule")
    missed_words = _("lacks something")

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Met]]:
        ends = {period: min(end, frame.at) for period, (_start, end) in frame.bounds.items()}
        instants = set(ends.values())
        services = rows_at(Service, ("tier", "lifecycle"), instants)
        links = rows_at(ServiceLink, ("service_id", "kind"), instants)
        objectives = rows_at(Objective, ("service_id", "retired_at"), instants)
        for period, end in ends.items():
            has: defaultdict[int, set[str]] = defaultdict(set)
            for service, kind in links[end].values():
                has[service].add(kind)
            for service, retired in objectives[end].values():
                if retired is None or retired > end:
                    has[service].add("objective")
            for pk, (_tier, lifecycle) in services[end].items():
                if lifecycle == Lifecycle.RETIRED:
                    continue
                lacks = tuple(rule for rule in self.buts if rule not in has[pk])
                yield Seen(period=period, fact=Met("service", pk, not lacks, lacks), services=(pk,))


PLUGIN = Observability()
