"""The incidents of eight quarters as a report tells them. What is confidential counts and has no name."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.models import ActionItem, ActionState, Detection, Incident
from incidents.queries.behind import Behind, Scope, behind
from relportal.core.models import Service, Team
from reports.domain.periods import Period
from reports.queries.facts.frame import Asked


@dataclass(frozen=True, slots=True)
class Fix:
    """What was promised after an incident, as of the end of the period. `next` is the unfinished action due first, empty where
    there is none."""

    done: int = 0
    promised: int = 0
    next: str = ""
    next_path: str = ""
    due_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """None: not known. A confidential one has no path, services, team or modes. `share` is the part of users affected."""

    pk: int
    label: str
    title: str
    path: str
    period: Period
    began: dt.datetime
    severity: int | None
    impact_minutes: float | None
    customer_minutes: float | None
    budget_spent: float | None
    detected_by: str
    restored_s: float | None
    services: tuple[str, ...]
    modes: tuple[tuple[str, str], ...]
    confidential: bool
    fix: Fix = field(default_factory=Fix)

    @property
    def grave(self) -> bool:
        return self.severity in (0, 1)


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """By period, the newest first in each; `since` is the first period of which anything is known (None: of none)."""

    by_period: Mapping[Period, tuple[Happened, ...]]
    since: Period | None

    def of(self, period: Period) -> tuple[Happened, ...]:
        return self.by_period.get(period, ())

    def counts(self, period: Period) -> Counter[int | None]:
        return Counter(one.severity for one in self.of(period))


def incident_facts(asked: Asked) -> IncidentFacts:
    rows = behind(None, Scope(), start=asked.frame.bounds[asked.quarters[0]][0], end=asked.until)
    services = dict(Service.objects.values_list("slug", "pk"))
    teams = dict(Team.objects.values_list("slug", "pk"))
    hidden = set(Incident.objects.filter(is_private=True).values_list("pk", flat=True))
    mine = []
    for one in rows:
        period = next((each for each in asked.frame.of(one.began) if each in asked.places), None)
        named = tuple(services[slug] for slug, _name in one.services)
        if period is not None and asked.mine(period, services=named, team=teams.get(one.team)):
            mine.append((period, one))
    fixes = _fixes({one.pk for period, one in mine if period == asked.period and one.pk not in hidden}, asked)
    by_period: defaultdict[Period, list[Happened]] = defaultdict(list)
    for period, one in mine:
        by_period[period].append(_told(one, period, hidden=hidden, fix=fixes.get(one.pk, Fix())))
    known = sorted(by_period)
    return IncidentFacts({period: tuple(found) for period, found in by_period.items()}, known[0] if known else None)


def _told(one: Behind, period: Period, *, hidden: Collection[int], fix: Fix) -> Happened:
    confidential = one.pk in hidden
    restored = one.times.time_to_resolve
    return Happened(
        pk=one.pk,
        label=_("Confidential") if confidential else one.short_id,
        title=_("A confidential incident") if confidential else one.title,
        path="" if confidential else reverse("incidents:detail", args=[one.pk]),
        period=period,
        began=one.began,
        severity=one.severity,
        impact_minutes=one.impact_minutes,
        customer_minutes=one.customer_minutes,
        budget_spent=one.budget_spent,
        detected_by=one.detected_by,
        restored_s=restored.total_seconds() if restored is not None else None,
        services=() if confidential else tuple(name for _slug, name in one.services),
        modes=() if confidential else one.failure_modes,
        confidential=confidential,
        fix=fix,
    )


def _fixes(pks: Collection[int], asked: Asked) -> dict[int, Fix]:
    promised: defaultdict[int, list[ActionItem]] = defaultdict(list)
    for row in ActionItem.objects.filter(incident__in=pks).exclude(state=ActionState.DROPPED).order_by("due_on", "pk"):
        promised[row.incident_id or 0].append(row)
    found = {}
    for pk, rows in promised.items():
        open_ = [row for row in rows if not (row.done_at is not None and row.done_at <= asked.at)]
        first = open_[0] if open_ else None
        found[pk] = Fix(
            done=len(rows) - len(open_),
            promised=len(rows),
            next=str(first) if first is not None else "",
            next_path=first.get_absolute_url() if first is not None else "",
            due_on=first.due_on if first is not None else None,
        )
    return found


def detection_words() -> dict[str, str]:
    return {value: str(label) for value, label in Detection.choices}
