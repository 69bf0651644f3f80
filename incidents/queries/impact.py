"""What an incident cost: minutes, customers, failed requests and error budget, from the counts that the portal has stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from incidents.domain.impact import Reach, Segment, Span, impact_minutes, reach, union
from incidents.models import ImpactSegment, Incident
from relportal.core.models import Service
from relportal.core.money import minute_worth
from slo.domain.grid import DAY_S, HOUR_S, STEP_S, Epochs, epoch, instant
from slo.models import Objective
from slo.queries.cumulative import points
from slo.queries.standing import window_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of an objective's budget lies in the incident. `spent` is the share of the budget of the window that ended with
    the incident; None with a reason where nothing was counted. `widened`: the counts of that time are kept in coarser steps, so
    these are of the span from one row to another."""

    objective_id: int
    objective: str
    bad: float | None
    total: float | None
    spent: float | None
    widened: tuple[dt.datetime, dt.datetime] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """None where it cannot be known; `reasons` says why, by the name of the figure. `cost` is in the company's currency: customer
    minutes at what one is expected to be worth."""

    spans: tuple[Span, ...]
    impact_minutes: float | None
    customer_minutes: float | None
    failed_requests: float | None
    budget_spent: float | None
    cost: float | None
    reach: Reach | None = None
    shares: tuple[Share, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "spans": [[each.start.isoformat(), each.end.isoformat()] for each in self.spans],
            "shares": [
                {
                    "objective": each.objective,
                    "id": each.objective_id,
                    "bad": each.bad,
                    "total": each.total,
                    "spent": each.spent,
                    "widened": [at.isoformat() for at in each.widened] if each.widened else None,
                    "reason": each.reason,
                }
                for each in self.shares
            ],
            "reasons": self.reasons,
        }


def impact_of(incident: Incident, *, at: dt.datetime) -> Impact:
    """Of an incident as it stands at `at`; what still goes on is counted up to then."""
    rows = list(incident.segments.select_related("service", "journey"))
    segments = [_segment(each, at=at) for each in rows]
    spans = union(segments)
    shares = _shares(incident, rows, spans)
    failed = [each.bad for each in _widest(shares) if each.bad is not None]
    spent = [each.spent for each in shares if each.spent is not None]
    reasons = {}
    if not spans:
        reasons["impact_minutes"] = _("Nobody has said yet what was affected.")
    reached = reach(segments)
    customers = reached.best if reached is not None else None
    if customers is None:
        reasons["customer_minutes"] = _("The number of customers of no segment is known.")
    if not failed:
        reasons["failed_requests"] = _("No counts of an affected objective lie inside of the impact.")
    if not spent:
        reasons["budget_spent"] = _("No counts of an affected objective lie inside of the impact.")
    worth = minute_worth()
    if worth is None:
        reasons["cost"] = no_price()
    return Impact(
        spans=spans,
        impact_minutes=impact_minutes(segments),
        customer_minutes=customers,
        reach=reached,
        failed_requests=sum(failed) if failed else None,
        budget_spent=max(spent) if spent else None,
        cost=customers * worth.expected if customers is not None and worth is not None else None,
        shares=shares,
        reasons=reasons,
    )


def no_price() -> str:
    """Why no incident has a cost."""
    return _("No price of a customer minute is set.")


def _segment(row: ImpactSegment, *, at: dt.datetime) -> Segment:
    return Segment(
        start=row.start,
        end=row.end or max(at, row.start),
        of=str(row.service or row.journey),
        customers=row.customers,
        low=row.customers_low,
        high=row.customers_high,
        measured=row.customers_measured,
    )


def affected_services(rows: Sequence[ImpactSegment]) -> list[int]:
    """Ids of the services of segments, and of those of their journeys."""
    services = {each.service_id for each in rows if each.service_id is not None}
    journeys = [each.journey_id for each in rows if each.journey_id is not None]
    services |= set(Service.objects.filter(journeys__in=journeys).values_list("pk", flat=True)) if journeys else set()
    return sorted(services)


def _shares(incident: Incident, rows: Sequence[ImpactSegment], spans: tuple[Span, ...]) -> tuple[Share, ...]:
    """Of the linked objectives; where none is linked, of all objectives of the affected services."""
    if not spans:
        return ()
    linked = list(incident.objectives.select_related("service", "series"))
    if not linked:
        found = Objective.objects.active().filter(service__in=affected_services(rows))
        linked = list(found.select_related("service", "series").order_by("pk"))
    return tuple(_share(each, spans) for each in linked)


def _share(objective: Objective, spans: tuple[Span, ...]) -> Share:
    start, end = spans[0].start, spans[-1].end
    window = window_of(objective.window_kind, objective.window_days, objective.window_zone).bounds(end)
    edges = [(_floor(each.start), _ceil(each.end)) for each in spans]
    later = {_ceil(each.end, to_s=step) for each in spans for step in (HOUR_S, DAY_S)}
    wanted = sorted({epoch(window.start), _ceil(end), *(edge for pair in edges for edge in pair), *later})
    found = points(np.array([objective.series_id], np.int64), wanted)
    begun = objective.series.started_at
    if begun is None or begun > start or np.isnan(found.bad).any():
        return _unmeasured(objective)
    where = {instant: place for place, instant in enumerate(wanted)}
    kept = _kept(edges, where, found.at[0])

    def between(values: np.ndarray, low: int, high: int) -> float:
        return float(values[0, high] - values[0, low])

    bad = sum(between(found.bad, low, high) for low, high in kept)
    total = sum(between(found.total, low, high) for low, high in kept)
    whole = between(found.total, where[epoch(window.start)], max(where[_ceil(end)], kept[-1][1]))
    allowed = whole * float(1 - objective.target)
    first, last = int(found.at[0, kept[0][0]]), int(found.at[0, kept[-1][1]])
    return Share(
        objective_id=objective.pk,
        objective=str(objective),
        bad=bad,
        total=total,
        spent=bad / allowed if allowed > 0 else None,
        widened=(instant(first), instant(last)) if first < edges[0][0] or last > edges[-1][1] else None,
        reason="" if allowed > 0 else _("There was no traffic."),
    )


def _unmeasured(objective: Objective) -> Share:
    reason = _("It was not measured then.")
    return Share(objective_id=objective.pk, objective=str(objective), bad=None, total=None, spent=None, reason=reason)


def _kept(edges: Sequence[tuple[int, int]], where: Mapping[int, int], at: Epochs) -> list[tuple[int, int]]:
    """Places of the rows around each edge. Old counts are kept by the hour or the day: an incident inside of one hour lies
    between two rows that are further apart, and is counted with all of it rather than with nothing. Overlaps become one."""
    kept: list[tuple[int, int]] = []
    for low, high in edges:
        ends = (high, _up(high, HOUR_S), _up(high, DAY_S))
        last = next((where[each] for each in ends if at[where[each]] >= high), where[high])
        if kept and at[where[low]] <= at[kept[-1][1]]:
            kept[-1] = (kept[-1][0], max(kept[-1][1], last, key=lambda place: int(at[place])))
        else:
            kept.append((where[low], last))
    return kept


def _widest(shares: Sequence[Share]) -> list[Share]:
    """One share of each service, the one with most bad events: two objectives of one service count the same requests."""
    best: dict[str, Share] = {}
    services = dict(
        Objective.objects.filter(pk__in=[each.objective_id for each in shares]).values_list("pk", "service_id")
    )
    for each in shares:
        key = str(services.get(each.objective_id))
        if each.bad is not None and (key not in best or each.bad > (best[key].bad or 0)):
            best[key] = each
    return list(best.values())


def _floor(at: dt.datetime) -> int:
    return epoch(at) // STEP_S * STEP_S


def _ceil(at: dt.datetime, *, to_s: int = STEP_S) -> int:
    """On the 5-minute grid first, so that what is rounded up from there on is the same."""
    return _up(_up(epoch(at), STEP_S), to_s)


def _up(seconds: int, to_s: int) -> int:
    return -(-seconds // to_s) * to_s
