"""What a risk is linked to, and what it has cost: the incidents in which it came true, against minutes, customers and budgets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from incidents.models import COUNTED_KINDS, NOT_COUNTED, ActionItem, Incident
from relportal.core import company
from relportal.core.models import User
from risks.models import Relation, Risk, RiskLink
from slo.models import Band, Objective


@dataclass(frozen=True, slots=True)
class Spent:
    """`share` of the budget of its window, summed over incidents; each is measured against the window that ended with it."""

    objective_id: int
    objective: str
    share: float

    @property
    def url(self) -> str:
        return reverse("slo:objective-detail", args=[self.objective_id])


@dataclass(frozen=True, slots=True)
class IncidentLink:
    """None where it is not known. `counts`: it came true in it, and it counts in figures."""

    link: RiskLink
    incident: Incident
    counts: bool
    impact_minutes: float | None
    customer_minutes: float | None
    spent: tuple[Spent, ...]


@dataclass(frozen=True, slots=True)
class ObjectiveLink:
    """`remaining` of its budget, None where nothing is known."""

    link: RiskLink
    objective: Objective
    band: str
    remaining: float | None


@dataclass(frozen=True, slots=True)
class ActionLink:
    link: RiskLink
    action: ActionItem
    late_days: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Of the incidents in which it came true. Minutes are None where no incident says any; `silent` of the `n` say none."""

    n: int
    first: dt.datetime | None
    last: dt.datetime | None
    impact_minutes: float | None
    customer_minutes: float | None
    silent: int
    spent: tuple[Spent, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """What the reader may not see is not in it, and counted nowhere."""

    incidents: tuple[IncidentLink, ...]
    objectives: tuple[ObjectiveLink, ...]
    actions: tuple[ActionLink, ...]
    cost: Cost


def links(user: User, risk: Risk, *, at: dt.datetime) -> Links:
    """What the reader may see of it; four statements, whatever the number."""
    rows = list(
        risk.links.select_related("incident__figures", "incident__severity", "objective__status", "objective__service")
    )
    seen = Incident.objects.visible_to(user).filter(risk_links__risk=risk)
    visible = set(seen.values_list("pk", flat=True))
    acting = ActionItem.objects.visible_to(user).filter(risk_links__risk=risk).select_related("owner", "team")
    actions = {each.pk: each for each in acting}
    incidents = tuple(_incident(row, row.incident) for row in rows if row.incident and row.incident.pk in visible)
    return Links(
        incidents,
        tuple(_objective(row, row.objective) for row in rows if row.objective is not None),
        tuple(
            ActionLink(row, actions[row.action_id], _late(actions[row.action_id], at=at))
            for row in rows
            if row.action_id in actions
        ),
        cost_of(incidents),
    )


def cost_of(rows: Iterable[IncidentLink]) -> Cost:
    counted = [each for each in rows if each.counts]
    began = sorted(each.incident.declared_at for each in counted)
    minutes = [each.impact_minutes for each in counted if each.impact_minutes is not None]
    customers = [each.customer_minutes for each in counted if each.customer_minutes is not None]
    return Cost(
        n=len(counted),
        first=began[0] if began else None,
        last=began[-1] if began else None,
        impact_minutes=sum(minutes) if minutes else None,
        customer_minutes=sum(customers) if customers else None,
        silent=len(counted) - len(minutes),
        spent=_summed(share for each in counted for share in each.spent),
    )


def _incident(row: RiskLink, incident: Incident) -> IncidentLink:
    figures = getattr(incident, "figures", None)
    came_true = row.relation == Relation.MATERIALISED
    counts = came_true and incident.kind in COUNTED_KINDS and incident.state not in NOT_COUNTED
    shares = figures.explained.get("shares", []) if figures is not None else []
    return IncidentLink(
        row,
        incident,
        counts,
        figures.impact_minutes if figures is not None else None,
        figures.customer_minutes if figures is not None else None,
        tuple(Spent(each["id"], each["objective"], each["spent"]) for each in shares if each["spent"] is not None),
    )


def _objective(row: RiskLink, objective: Objective) -> ObjectiveLink:
    """One that was never computed has no status yet."""
    status = getattr(objective, "status", None)
    return ObjectiveLink(
        row,
        objective,
        status.band if status is not None else Band.NO_DATA,
        status.remaining if status is not None else None,
    )


def _summed(shares: Iterable[Spent]) -> tuple[Spent, ...]:
    """By objective, the most first; called as the newest incident called it."""
    found: dict[int, Spent] = {}
    for one in shares:
        so_far = found.get(one.objective_id)
        found[one.objective_id] = Spent(one.objective_id, one.objective, one.share + (so_far.share if so_far else 0.0))
    return tuple(sorted(found.values(), key=lambda one: (-one.share, one.objective)))


def _late(item: ActionItem, *, at: dt.datetime) -> int:
    return max(0, (company.day(at) - item.due_on).days) if item.is_unfinished else 0
