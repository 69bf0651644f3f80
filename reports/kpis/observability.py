"""KPI 17: whether tier-1 services can be observed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from relportal.core.models import CONFIRMED_FOR, Lifecycle, LinkKind, Service, ServiceLink
from relportal.core.queries.row_history import rows_at
from reports.domain.ladder import EXEMPTS
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Unit, Value, share
from reports.kpis._base import TIER_1, Beside, Frame, Heading, Kpi, Row
from reports.kpis._incidents import seen_incidents
from reports.kpis._objectives import seen_objectives
from risks.domain.exception_states import in_force
from risks.models import ExceptionKind, GovernanceException
from slo.models import BurnRule

UNCONFIRMED: Final = {
    LinkKind.LOGS.value: _("link to logs not confirmed for 180 days"),
    LinkKind.TRACES.value: _("link to traces not confirmed for 180 days"),
    LinkKind.DASHBOARD.value: _("link to a dashboard not confirmed for 180 days"),
    LinkKind.RUNBOOK.value: _("link to a runbook not confirmed for 180 days"),
}
"""What is said where there is a link, of the kinds that are rules."""
RULES: Final = ("objective", "measured", "alert", *UNCONFIRMED)
ON_THE_LADDER: Final = ("slo_count", "burn_alerts", *UNCONFIRMED)
"""The same rules as the ladder calls them."""
BY_CUSTOMERS: Final = ("customer", "third_party")


@dataclass(frozen=True, slots=True)
class Observed:
    """A service at the end of a period. `lacks` are the rules that it did not meet, `stale` those of them to which a link leads
    that nobody confirmed lately. `exempt` is the exception from a standard that was in force, None: it had none."""

    pk: int
    lacks: tuple[str, ...]
    stale: tuple[str, ...] = ()
    exempt: int | None = None

    @property
    def meets(self) -> bool:
        return not self.lacks and self.exempt is None


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
        "alert on its burn; and links to logs, traces, a dashboard and a runbook, each entered or confirmed to work within 180 "
        "days. One from before confirming was kept counts for 180 days from when it was entered. Exempt is not pass: a service "
        "with an exception from a standard in force, of its own or of its whole team, does not count. What each lacks stands "
        "beside, and the share of rules met."
    )
    connect = _("Put tier-1 services into the catalogue, with objectives and links.")
    guard = _("Incidents that no telemetry told of: customers noticed first")
    heading = Heading.ENGINEERING
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.95, red=0.85, better=Better.UP)
    tiers = TIER_1
    definition = 4
    beside = (
        Beside("untold", _("incidents noticed by customers first"), guard=True),
        Beside("rules", _("of all rules met"), Unit.SHARE),
        Beside("exempt", _("exempt from a standard")),
        Beside("stale", _("with a link not confirmed for 180 days")),
        Beside("objective", _("without an objective")),
        Beside("measured", _("without counts of the day before")),
        Beside("alert", _("without an alert")),
        Beside("logs", _("without logs")),
        Beside("traces", _("without traces")),
        Beside("dashboard", _("without a dashboard")),
        Beside("runbook", _("without a runbook")),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Fact]]:
        ends = {period: min(end, frame.at) for period, (_start, end) in frame.bounds.items()}
        instants = set(ends.values())
        services = rows_at(Service, ("tier", "lifecycle", "team_id"), instants)
        links = rows_at(ServiceLink, ("service_id", "kind", "verified_at", "pgh_created_at"), instants)
        promises = _promises(frame)
        exceptions = _exceptions(frame)
        for period, end in ends.items():
            linked, met = _linked(links[end].values(), end=end)
            met |= promises[period]
            held = [one for one in exceptions if in_force(**one.held, at=end)]
            of_services = {one.service: one.pk for one in held if one.service is not None}
            of_teams = {one.team: one.pk for one in held if one.service is None}
            for pk, (_tier, lifecycle, team) in services[end].items():
                if lifecycle == Lifecycle.RETIRED or not frame.concerns(pk):
                    continue
                lacks = tuple(rule for rule in RULES if (pk, rule) not in met)
                stale = tuple(rule for rule in lacks if (pk, rule) in linked)
                exempt = of_services.get(pk, of_teams.get(team))
                yield Seen(period=period, fact=Observed(pk, lacks, stale, exempt), services=(pk,))
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
                "exempt": float(sum(one.exempt is not None for one in mine)),
                "stale": float(sum(bool(one.stale) for one in mine)),
            }
            | {rule: float(sum(rule in one.lacks for one in mine)) for rule in RULES},
        )

    def trend(self, now: Sequence[Fact], before: Sequence[Fact], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_met(now), _met(before))

    def rows(self, fact: Fact) -> Sequence[Row]:
        if isinstance(fact, Missed):
            return ()
        if fact.meets:
            return [Row("service", fact.pk, _("meets every rule"))]
        says = [
            str(UNCONFIRMED[one.name] if one.name in fact.stale else one.label)
            for one in self.beside
            if one.name in fact.lacks
        ]
        if fact.exempt is not None:
            says.append(gettext("exempt by EXC-%(number)s") % {"number": fact.exempt})
        return [Row("service", fact.pk, ", ".join(says), against=True)]


def _linked(links: Iterable[tuple[Any, ...]], *, end: dt.datetime) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """Services and the kinds of their links at `end`: all of them, and those that were confirmed lately enough. What was entered
    before confirming was kept is as old as its newest event."""
    since = end - CONFIRMED_FOR
    every, lately = set(), set()
    for service, kind, verified_at, told_at in links:
        pair = service, kind
        every.add(pair)
        if (verified_at or told_at) >= since:
            lately.add(pair)
    return every, lately


@dataclass(frozen=True, slots=True)
class _Excepted:
    """An exception from a standard. `service` None: it is of all services of the team. `held`: the instants that say when."""

    pk: int
    service: int | None
    team: int | None
    held: dict[str, Any]


def _exceptions(frame: Frame) -> list[_Excepted]:
    """From standards, of services and of whole teams. One from a rule of the ladder that is none of these says nothing about what
    can be observed."""
    rows = GovernanceException.objects.filter(
        Q(service__isnull=False) | Q(team__isnull=False, risk=None, objective=None, action=None),
        kind=ExceptionKind.STANDARD,
        subject_key__in=("", *(f"{EXEMPTS}{rule}" for rule in ON_THE_LADDER)),
        in_force_at__lte=frame.end,
        expires_at__gt=frame.start,
    )
    instants = ("in_force_at", "expires_at", "ended_at")
    return [
        _Excepted(row["pk"], row["service_id"], row["team_id"], {name: row[name] for name in instants})
        for row in rows.order_by("pk").values("pk", "service_id", "team_id", *instants)
    ]


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
    return sum(one.meets for one in mine), len(mine)


PLUGIN = Observability()
