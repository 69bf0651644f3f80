"""A risk about which everything is said: ratings of each kind, treatments, reviews, links that cost something."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from incidents.actions.action_items import Promised, promise
from incidents.models import FailureMode, ImpactFigures, Incident, Severity
from relportal.core.models import Journey, Service, User
from risks.actions.links import link
from risks.actions.milestones import add_milestone, tick_milestone
from risks.actions.ratings import Rated, rate
from risks.actions.risks import Given, create, review
from risks.actions.treatments import Planned, add_treatment, move_treatment
from risks.models import RatingKind, Relation, Risk
from tests import make

DAY = dt.timedelta(days=1)


def full_risk(owner: User, service: Service, *, at: dt.datetime) -> Risk:
    """Written down two years before `at`; it came true twice since."""
    begun = at - 700 * DAY
    mode = FailureMode.objects.get_or_create(slug="single-point", defaults={"name": "Single point of failure"})[0]
    journey = Journey.objects.get_or_create(slug="buy-a-ticket", defaults={"name": "Buy a ticket"})[0]
    rated = Rated(
        likelihood="unlikely", columns={"minutes": "major", "data": "moderate"}, reason="One node, never seen to fail"
    )
    given = Given(
        title="All sessions are lost at once",
        cause="Sessions live on a single cache node without a replica.",
        event="The node fails, or is replaced by the provider.",
        consequence="Everybody is signed out in the middle of paying, and the sign-in service is overrun.",
        category=mode,
        owner=owner,
        services=[service],
        journeys=[journey],
        identified_on=begun.date(),
        rated=rated,
    )
    risk = create(owner, given, at=begun)
    incidents = [_came_true(owner, risk, service, at=at - days * DAY) for days in (420, 30)]
    later = replace(
        rated, likelihood="likely", columns={"minutes": "major", "money": "serious"}, confidence="high",
        reason=f"It came true again: {incidents[-1].short_id}",
    )  # fmt: skip
    rate(owner, risk, later, at=at - 25 * DAY)
    rate(
        owner,
        risk,
        replace(later, kind=RatingKind.INHERENT, likelihood="frequent", reason="Without anything"),
        at=at - 25 * DAY,
    )
    rate(
        owner,
        risk,
        replace(rated, kind=RatingKind.TARGET, likelihood="rare", columns={"minutes": "moderate"}),
        at=at - 24 * DAY,
    )
    after = replace(
        rated, kind=RatingKind.AFTER_PLAN, columns={"minutes": "serious"}, confidence="low", reason="By design"
    )
    rate(owner, risk, after, at=at - 24 * DAY)
    _treated(owner, risk, at=at - 24 * DAY)
    review(owner, risk, note="Looked at it with the platform team: the replica is ordered.", at=at - 5 * DAY)
    objective = make.objective(name="Availability", service=service)
    make.status(objective=objective, band="at_risk", remaining=0.12)
    link(owner, risk, relation=Relation.EVIDENCE, objective=objective, at=at)
    action = promise(owner, Promised(title="Alert when the replica lags", service=service), at=at)
    link(owner, risk, relation=Relation.TREATS, action=action, note="Tells before it is late", at=at)
    risk.refresh_from_db()
    return risk


def _came_true(owner: User, risk: Risk, service: Service, *, at: dt.datetime) -> Incident:
    worst = Severity.objects.filter(level=1).first()
    incident = Incident.objects.create(title="Everybody signed out", declared_at=at, state="closed", severity=worst)
    incident.services.add(service)
    share = {
        "objective": f"{service}: Availability",
        "id": 1,
        "bad": 10.0,
        "total": 100.0,
        "spent": 0.205,
        "widened": None,
        "reason": "",
    }
    ImpactFigures.objects.create(
        incident=incident, computed_at=at, impact_minutes=47.0, customer_minutes=212_000.0, budget_spent=0.205,
        explained={"spans": [], "shares": [share], "reasons": {}},
    )  # fmt: skip
    link(owner, risk, relation=Relation.MATERIALISED, incident=incident, at=at)
    return incident


def _treated(owner: User, risk: Risk, *, at: dt.datetime) -> None:
    planned = Planned(
        title="A replica with automatic failover",
        expected_effect="Rare instead of likely: one node alone no longer takes sessions with it.",
        description="Ordered with the next hardware. **Failover is drilled** before it counts.",
        effort_days=12,
        due_on=(at + 60 * DAY).date(),
    )
    row = add_treatment(owner, risk, planned, at=at)
    move_treatment(owner, row, "doing", at=at)
    first = add_milestone(owner, row, title="Replica is ordered", due_on=(at + 5 * DAY).date(), at=at)
    tick_milestone(owner, first, done=True, at=at + 4 * DAY)
    add_milestone(owner, row, title="Failover is drilled once in production", due_on=(at + 20 * DAY).date(), at=at)
    add_milestone(owner, row, title="Clients survive a failover", due_on=(at + 50 * DAY).date(), at=at)
    done = add_treatment(
        owner, risk, Planned(title="Sessions are written to the database as well", strategy="avoid"), at=at
    )
    move_treatment(owner, done, "done", at=at)
    dropped = add_treatment(owner, risk, Planned(title="Insure against it", strategy="transfer"), at=at)
    move_treatment(owner, dropped, "dropped", reason="No insurer takes it", at=at)
