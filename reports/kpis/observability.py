"""KPI 17: whether tier-1 services can be observed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from relportal.core.models import Lifecycle, LinkKind, Service, ServiceLink
from relportal.core.queries.row_history import rows_at
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Unit, Value, share
from reports.kpis._base import TIER_1, Beside, Frame, Heading, Kpi, Row
from reports.kpis._incidents import seen_incidents
from reports.kpis._objectives import seen_objectives
from slo.models import BurnRule

LINKS = (LinkKind.DASHBOARD, LinkKind.RUNBOOK)
RULES = ("objective", "measured", "alert", *(kind.value for kind in LINKS))
BY_CUSTOMERS = ("customer", "third_party")


@dataclass(frozen=True, slots=True)
class Observed:
    """A service at the end of a period; `lacks` are the rules that it did not meet."""

    pk: int
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """An incident, and whether nothing here had noticed it before a customer did."""

    by_customers: bool


Fact = Observed | Missed


class Observability(Kpi[Fact]):
    key = "observability"
    number = 17
    title = _("Tier-1 services fully observable")
    about = _(
        "Tier-1 services that met every rule at the end of the period: an objective, measured within the day before, with an "
        "alert on its burn, a dashboard, and a runbook. What each lacks is counted beside it, and how many of all rules are met."
    )
    connect = _("Put tier-1 services into the catalogue, with objectives and links.")
    guard = _("Incidents that no telemetry told of: customers noticed first")
    heading = Heading.ENGINEERING
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.95, red=0.85, better=Better.UP)
    tiers = TIER_1
    definition = 2
    beside = (
        Beside("untold", _("incidents noticed by customers first"), guard=True),
        Beside("rules", _("of all rules met"), Unit.SHARE),
        Beside("objective", _("without an objective")),
        Beside("measured", _("without counts of the day before")),
        Beside("alert", _("without an alert")),
        Beside("dashboard", _("without a dashboard")),
        Beside("runbook", _("without a runbook")),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Fact]]:
        ends = {period: min(end, frame.at) for period, (_start, end) in frame.bounds.items()}
        instants = set(ends.values())
        services = rows_at(Service, ("tier", "lifecycle"), instants)
        links = rows_at(ServiceLink, ("service_id", "kind"), instants)
        promises = _promises(frame)
        for period, end in ends.items():
            has: defaultdict[int, set[str]] = defaultdict(set)
            for service, kind in links[end].values():
                has[service].add(kind)
            for service, rule in promises[period]:
                has[service].add(rule)
            for pk, (_tier, lifecycle) in services[end].items():
                if lifecycle == Lifecycle.RETIRED or not frame.concerns(pk):
                    continue
                lacks = tuple(rule for rule in RULES if rule not in has[pk])
                yield Seen(period=period, fact=Observed(pk, lacks), services=(pk,))
        for seen in seen_incidents(frame):
            missed = Missed(seen.fact.detected_by in BY_CUSTOMERS)
            yield Seen(period=seen.period, fact=missed, services=seen.services, team=seen.team)

    def value(self, facts: Sequence[Fact]) -> Value:
        mine = _observed(facts)
        lacking = sum(len(one.lacks) for one in mine)
        return share(
            *_met(facts),
            parts={
                "untold": float(sum(one.by_customers for one in facts if isinstance(one, Missed))),
                "rules": 1 - lacking / (len(RULES) * len(mine)) if mine else None,
            }
            | {rule: float(sum(rule in one.lacks for one in mine)) for rule in RULES},
        )

    def trend(self, now: Sequence[Fact], before: Sequence[Fact], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_met(now), _met(before))

    def rows(self, fact: Fact) -> Sequence[Row]:
        if isinstance(fact, Missed):
            return ()
        if not fact.lacks:
            return [Row("service", fact.pk, _("meets every rule"))]
        lacks = ", ".join(str(one.label) for one in self.beside if one.name in fact.lacks)
        return [Row("service", fact.pk, lacks, against=True)]


def _promises(frame: Frame) -> dict[Period, set[tuple[int, str]]]:
    """Services and the rules that one of their objectives meets, at the end of each period. Alerts are as they are set now: their
    history is not kept."""
    alerting = set(BurnRule.objects.values_list("objective_id", flat=True))
    found: defaultdict[Period, set[tuple[int, str]]] = defaultdict(set)
    for seen in frame.once(seen_objectives, lambda: seen_objectives(frame)):
        fact = seen.fact
        rules = {"objective": True, "measured": fact.fresh, "alert": fact.pk in alerting}
        found[seen.period].update((fact.service, rule) for rule, meets in rules.items() if meets)
    return found


def _observed(facts: Sequence[Fact]) -> list[Observed]:
    return [one for one in facts if isinstance(one, Observed)]


def _met(facts: Sequence[Fact]) -> tuple[int, int]:
    mine = _observed(facts)
    return sum(not one.lacks for one in mine), len(mine)


PLUGIN = Observability()
