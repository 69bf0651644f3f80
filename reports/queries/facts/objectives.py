"""What objectives kept in the quarter, the one before and each month; and who spent their budgets."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from django.urls import reverse

from incidents.models import COUNTED_KINDS, NOT_COUNTED, ImpactSegment, Suspect, SuspectVerdict
from relportal.core.models import Journey
from relportal.core.queries.row_history import rows_at
from reports.domain.periods import Period
from reports.domain.spending import Spell, Spender, disjoint
from reports.kpis._base import Frame
from reports.kpis._objectives import Kept, seen_objectives
from reports.kpis._planned import windows_within
from reports.queries.facts.frame import Asked
from slo.domain.budget import error_budget
from slo.domain.grid import STEP_S, epoch
from slo.models import Objective
from slo.queries.cumulative import points

MOST_SPELLS: Final = 400
"""Of one objective; the rest of a quarter with more counts as background, and the page says so."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Parts of the whole budget of the period (1 = all of it), disjoint: inside incidents that a deploy caused, inside other
    incidents, inside announced maintenance, and everything else."""

    deploys: float
    incidents: float
    maintenance: float
    background: float

    @property
    def total(self) -> float:
        return self.deploys + self.incidents + self.maintenance + self.background


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An objective in the period; `months` as long as those of the report, None where nothing is known. `loosened_from` is the
    target at the start of the period where it was higher."""

    pk: int
    name: str
    service: str
    path: str
    tier: int | None
    target: Decimal
    now: Kept
    before: Kept | None
    months: tuple[float | None, ...]
    spent: Spent | None
    loosened_from: Decimal | None
    tightened_from: Decimal | None


@dataclass(frozen=True, slots=True)
class JourneyStanding:
    """How many objectives of its services were met, of those that are known, and the names of those that were missed."""

    name: str
    path: str
    met: int
    known: int
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stood:
    """An objective in the quarter before."""

    pk: int
    name: str
    path: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class ObjectiveFacts:
    """`promises` by tier, the most of its budget spent first. `before` are those of the scope in the quarter before, also where
    they are promised no longer, or the service has left the scope."""

    promises: tuple[Promise, ...]
    before: tuple[Stood, ...]
    journeys: tuple[JourneyStanding, ...]
    cut_off: bool


def objective_facts(asked: Asked) -> ObjectiveFacts:
    frame = Frame([asked.before, asked.period, *asked.months], zone=asked.frame.zone, at=asked.at)
    seen: defaultdict[int, dict[Period, Kept]] = defaultdict(dict)
    for each in seen_objectives(frame):
        seen[each.fact.pk][each.period] = each.fact
    placed = asked.places[asked.period]
    kept = {
        pk: found
        for pk, found in seen.items()
        if asked.period in found and asked.mine(asked.period, services=(found[asked.period].service,))
    }
    stood = {
        pk: found[asked.before]
        for pk, found in seen.items()
        if asked.before in found and asked.mine(asked.before, services=(found[asked.before].service,))
    }
    rows = Objective.objects.select_related("service").in_bulk(list(kept.keys() | stood.keys()))
    was = rows_at(Objective, ("target",), [asked.start])[asked.start] if kept else {}
    spent, cut_off = _spent(asked, {pk: (rows[pk], found[asked.period]) for pk, found in kept.items() if pk in rows})
    promises = []
    for pk, found in kept.items():
        row = rows.get(pk)
        if row is None:
            continue
        place = placed.get(row.service_id)
        promises.append(
            _promise(
                asked, row, found, tier=place.tier if place is not None else None, spent=spent.get(pk), was=was.get(pk)
            )
        )
    promises.sort(
        key=lambda one: (one.tier or 9, -(one.now.consumed if one.now.consumed is not None else -1), one.name)
    )
    before = tuple(
        Stood(pk, f"{rows[pk].service.name}: {rows[pk].name}", reverse("slo:objective-detail", args=[pk]), each)
        for pk, each in sorted(stood.items())
        if pk in rows
    )
    return ObjectiveFacts(tuple(promises), before, _journeys(asked, promises, rows), cut_off)


def _promise(
    asked: Asked,
    row: Objective,
    found: Mapping[Period, Kept],
    *,
    tier: int | None,
    spent: Spent | None,
    was: tuple[Decimal] | None,
) -> Promise:
    now = found[asked.period]
    before = was[0] if was is not None else now.target
    return Promise(
        pk=row.pk,
        name=row.name,
        service=row.service.name,
        path=reverse("slo:objective-detail", args=[row.pk]),
        tier=tier,
        target=now.target,
        now=now,
        before=found.get(asked.before),
        months=tuple(found[each].sli if each in found else None for each in asked.months),
        spent=spent,
        loosened_from=before if before > now.target else None,
        tightened_from=before if before < now.target else None,
    )


def _spent(asked: Asked, kept: Mapping[int, tuple[Objective, Kept]]) -> tuple[dict[int, Spent], bool]:
    """Of those of which something is known; one statement for the counts at the ends of all spells."""
    known = {pk: pair for pk, pair in kept.items() if pair[1].is_known}
    if not known:
        return {}, False
    spells, cut_off = _spells(asked, {row.service_id for row, _kept in known.values()})
    ends = sorted({end for rows in spells.values() for one in rows for end in (one.start, one.end)})
    if not ends:
        return {pk: Spent(0.0, 0.0, 0.0, each.consumed or 0.0) for pk, (_row, each) in known.items()}, cut_off
    instants = np.array(ends, np.int64)
    series = np.unique(np.array([row.series_id for row, _kept in known.values()], np.int64))
    bad = points(series, instants).bad
    found = {}
    for pk, (row, each) in known.items():
        line = bad[int(np.searchsorted(series, row.series_id))]
        sums = dict.fromkeys(Spender, 0.0)
        for one in spells.get(row.service_id, ()):
            low, high = np.searchsorted(instants, [one.start, one.end])
            sums[one.by] += float(np.nan_to_num(line[high] - line[low]))
        whole = error_budget(each.target) * each.total
        deploys, others, planned = (sums[by] / whole for by in Spender)
        found[pk] = Spent(deploys, others, planned, max(0.0, (each.consumed or 0.0) - deploys - others - planned))
    return found, cut_off


def _spells(asked: Asked, services: Collection[int]) -> tuple[dict[int, tuple[Spell, ...]], bool]:
    """When incidents or maintenance affected each service in the period, on the grid of the counts."""
    segments = ImpactSegment.objects.filter(
        service__in=list(services), start__lt=asked.until, incident__kind__in=COUNTED_KINDS
    ).exclude(incident__state__in=NOT_COUNTED)
    caused = set(Suspect.objects.filter(verdict=SuspectVerdict.CAUSE).values_list("incident_id", flat=True))
    rows: defaultdict[int, list[Spell]] = defaultdict(list)
    for service, incident, start, end in segments.values_list("service_id", "incident_id", "start", "end"):
        low, high = _on_grid(max(start, asked.start)), _on_grid(min(end or asked.until, asked.until), up=True)
        if low < high:
            rows[service].append(Spell(low, high, Spender.DEPLOY if incident in caused else Spender.INCIDENT))
    for (_period, service), spans in windows_within({asked.period: (asked.start, asked.until)}, services).items():
        rows[service] += [Spell(one.start, one.end, Spender.MAINTENANCE) for one in spans]
    cut_off = any(len(each) > MOST_SPELLS for each in rows.values())
    return {service: disjoint(each[:MOST_SPELLS]) for service, each in rows.items()}, cut_off


def _on_grid(at: dt.datetime, *, up: bool = False) -> int:
    return (epoch(at) + (STEP_S - 1 if up else 0)) // STEP_S * STEP_S


def _journeys(asked: Asked, promises: Sequence[Promise], rows: Mapping[int, Objective]) -> tuple[JourneyStanding, ...]:
    placed = asked.places[asked.period]
    names = {row.pk: row for row in Journey.objects.order_by("name")}
    by_journey: defaultdict[int, list[Promise]] = defaultdict(list)
    for one in promises:
        place = placed.get(rows[one.pk].service_id)
        for journey in place.journeys if place is not None else ():
            by_journey[journey].append(one)
    return tuple(
        JourneyStanding(
            row.name,
            reverse("slo:journey-detail", args=[row.slug]),
            sum(one.now.met for one in by_journey[pk]),
            sum(one.now.is_known for one in by_journey[pk]),
            tuple(one.name for one in by_journey[pk] if one.now.is_known and not one.now.met),
        )
        for pk, row in names.items()
        if by_journey[pk]
    )
