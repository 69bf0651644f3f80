"""What the register costs at 5,000 risks with five years of ratings: its list and its heat map."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from bench import asked, pages
from bench.report import Report
from incidents.models import FailureMode, Incident
from relportal.core.models import Service, User
from risks.models import (
    GovernanceException,
    Matrix,
    MatrixCell,
    Relation,
    Risk,
    RiskEstimate,
    RiskLink,
    RiskRating,
    RiskService,
    RiskState,
    Treatment,
)

RISKS: Final = 5000
RATINGS: Final = 5
MOST_MS: Final = 60.0
MOST_BYTES: Final = 60_000
DAY: Final = dt.timedelta(days=1)
LISTS: Final = (
    ("register, 50 of 5,000", "/risks/"),
    ("register, filtered and sorted by loss", "/risks/?only=above_appetite&sort=-loss"),
    ("register, found by words", "/risks/?q=node+17"),
    ("heat map of 5,000", "/risks/heat-map/"),
    ("heat map, a team since a year", "/risks/heat-map/?team=team-3&since=365d"),
)


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - the register never asks Prometheus
    pages.peopled()
    filled()
    with asked.reader() as client:
        for name, address in LISTS:
            asked.page(report, client, name, address, most_ms=MOST_MS, most_bytes=MOST_BYTES)


def filled() -> None:
    """The same register in every run: one in twelve is closed, a fifth was rated again within the last quarter."""
    if Risk.objects.count() >= RISKS:
        return
    draw, now = random.Random(7), timezone.now()
    leader = User.objects.get(email="leader@bench.example")
    services, modes = list(Service.objects.order_by("pk")), list(FailureMode.objects.all())
    risks = Risk.objects.bulk_create(
        Risk(
            title=f"Node {number} of the company fails at once",
            cause="There is one node, and nobody has ever replaced it. " * 4,
            event="It fails, or the provider takes it away.",
            consequence="Whoever pays at that moment pays twice, or not at all. " * 4,
            category=draw.choice(modes) if modes else None,
            owner=leader,
            team=services[number % len(services)].team,
            state=RiskState.CLOSED if number % 12 == 0 else RiskState.OPEN,
            closed_at=now - draw.random() * 700 * DAY if number % 12 == 0 else None,
            identified_on=(now - 1800 * DAY).date(),
            created_at=now - 1800 * DAY,
            review_due_on=(now + draw.randint(-20, 200) * DAY).date(),
        )
        for number in range(RISKS)
    )
    RiskService.objects.bulk_create(
        RiskService(risk=row, service=services[(number * 7 + step) % len(services)])
        for number, row in enumerate(risks)
        for step in range(2)
    )
    _rated(risks, draw, now)
    _treated(risks, leader, draw, now)
    # As autovacuum leaves it.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _rated(risks: list[Risk], draw: random.Random, now: dt.datetime) -> None:
    cells = list(MatrixCell.objects.filter(matrix=Matrix.objects.get(state="current")))

    def rating(row: Risk, at: dt.datetime, kind: str = "current") -> RiskRating:
        cell = draw.choice(cells)
        steps: dict[str, Any] = {
            name: getattr(cell, name) for name in ("matrix_id", "likelihood_id", "impact_id", "level_id")
        }
        return RiskRating(risk=row, kind=kind, at=at, reason="As it was judged then", **steps)

    made = []
    for row in risks:
        newest = now - (draw.random() * 90 if draw.random() < 0.2 else 90 + draw.random() * 300) * DAY
        made += [rating(row, newest - step * 300 * DAY) for step in reversed(range(RATINGS))]
        made.append(rating(row, newest, "target"))
    made = RiskRating.objects.bulk_create(made, batch_size=2000)
    estimates = RiskEstimate.objects.bulk_create(
        RiskEstimate(
            risk=row,
            currency="EUR",
            rate_low=0.1,
            rate_high=1.0,
            loss_low=1e3,
            loss_high=1e6,
            reason="A guess",
            at=now,
            seed=1,
            trials=1000,
            expected=draw.random() * 1e6,
            zero_year=0.5,
            p50=1.0,
            p80=1.0,
            p95=1.0,
            p99=1.0,
            standard_error=1.0,
        )
        for row in risks[::2]
    )
    costs = {one.risk_id: one for one in estimates}
    for number, row in enumerate(risks):
        mine = made[number * (RATINGS + 1) : (number + 1) * (RATINGS + 1)]
        row.current, row.target, row.rated_at, row.money = mine[-2], mine[-1], mine[-2].at, costs.get(row.pk)
    Risk.objects.bulk_update(risks, ["current", "target", "rated_at", "money"], batch_size=1000)


def _treated(risks: list[Risk], leader: User, draw: random.Random, now: dt.datetime) -> None:
    Treatment.objects.bulk_create(
        Treatment(risk=row, title="A second node", due_on=(now + draw.randint(-60, 200) * DAY).date(), created_at=now)
        for row in risks[::3]
    )
    incidents = Incident.objects.bulk_create(
        Incident(title=f"Node {number} failed", declared_at=now - number * DAY, state="closed", declared_by=leader)
        for number in range(300)
    )
    RiskLink.objects.bulk_create(
        RiskLink(risk=row, incident=draw.choice(incidents), relation=Relation.MATERIALISED, at=now)
        for row in risks[::15]
    )
    GovernanceException.objects.bulk_create(
        GovernanceException(
            kind="risk",
            title=row.title,
            reason="Until the new site is there",
            risk=row,
            requester=leader,
            state="in_force",
            requested_at=now - 20 * DAY,
            in_force_at=now - 10 * DAY,
            expires_at=now + (20 + number % 60) * DAY,
        )
        for number, row in enumerate(risks[1::25])
    )
