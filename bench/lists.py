"""What the lists of incidents, postmortems, actions, alerts and deploys cost, at two years of a large company."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Final

from django.db import connection
from django.utils import timezone

from bench import asked, pages
from bench.report import Report
from incidents.models import (
    ActionItem,
    Alert,
    Deploy,
    ImpactFigures,
    Incident,
    IncidentService,
    Integration,
    Postmortem,
    PostmortemSection,
    Severity,
)
from relportal.core.models import Service, Team, User

INCIDENTS: Final = 1000
ACTIONS: Final = 2000
POSTMORTEMS: Final = 500
ALERTS: Final = 20_000
DEPLOYS: Final = 20_000
LISTS: Final = (
    ("incidents, 50 of 1,000", "/incidents/"),
    ("actions, 50 of 2,000", "/actions/"),
    ("actions, board", "/actions/board/"),
    ("postmortems, found by words among 500", "/postmortems/?q=certificate"),
    ("alerts, 50 of 20,000", "/alerts/"),
    ("deploys, 50 of 20,000", "/deploys/"),
    ("analytics of a year", "/incidents/analytics/?period=365d"),
)
SLOWEST_MS: Final = {"analytics of a year": 600.0}
USUAL_MS: Final = 60.0
MOST_BYTES: Final = 40_000


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - pages never ask Prometheus
    pages.peopled()
    filled()
    with asked.reader() as client:
        for name, address in LISTS:
            asked.page(report, client, name, address, most_ms=SLOWEST_MS.get(name, USUAL_MS), most_bytes=MOST_BYTES)


def filled() -> None:
    """Two years of incidents with what followed; again and again the same."""
    if Incident.objects.count() >= INCIDENTS:
        return
    draw, now = random.Random(7), timezone.now()
    services = list(Service.objects.order_by("pk")[:200])
    team, leader = Team.objects.first(), User.objects.get(email="leader@bench.example")
    severities = list(Severity.objects.order_by("level"))
    past = [now - dt.timedelta(days=730) * draw.random() for _each in range(INCIDENTS)]
    rows = Incident.objects.bulk_create(
        Incident(
            title=f"Requests of service {number} fail",
            declared_at=at,
            state="closed",
            severity=draw.choice(severities),
            team=team,
            declared_by=leader,
        )
        for number, at in enumerate(past)
    )
    IncidentService.objects.bulk_create(IncidentService(incident=row, service=draw.choice(services)) for row in rows)
    ImpactFigures.objects.bulk_create(
        ImpactFigures(incident=row, computed_at=now, impact_minutes=draw.random() * 120, budget_spent=draw.random())
        for row in rows
    )
    _followed(rows, leader, draw, now)
    _told(services, draw, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _followed(rows: list[Incident], leader: User, draw: random.Random, now: dt.datetime) -> None:
    written = Postmortem.objects.bulk_create(
        Postmortem(
            incident=row, state="published", owner=leader, created_at=row.declared_at, published_at=row.declared_at
        )
        for row in rows[:POSTMORTEMS]
    )
    words = ("certificate", "deploy", "capacity", "network", "partner")
    PostmortemSection.objects.bulk_create(
        PostmortemSection(postmortem=row, kind=kind, text=f"The {draw.choice(words)} was not what we thought. " * 30)
        for row, kind in itertools.product(written, ("summary", "causes"))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE incidents_postmortem p SET search = to_tsvector('english', s.text) "
            "FROM incidents_postmortemsection s WHERE s.postmortem_id = p.id AND s.kind = 'causes'"
        )
    today = now.date()
    days = [today + dt.timedelta(days=draw.randint(-600, 60)) for _each in range(ACTIONS)]
    ActionItem.objects.bulk_create(
        ActionItem(
            incident=draw.choice(rows),
            title=f"Promise {number}",
            owner=leader,
            due_on=day,
            first_due_on=day,
            created_at=now - dt.timedelta(days=700),
            state="open" if day > today - dt.timedelta(days=20) else "done",
            done_at=None if day > today - dt.timedelta(days=20) else now,
        )
        for number, day in enumerate(days)
    )


def _told(services: list[Service], draw: random.Random, now: dt.datetime) -> None:
    tool, _new = Integration.objects.get_or_create(
        slug="bench-lists", defaults={"name": "Bench", "kind": "alertmanager", "created_at": now}
    )
    begun = [now - dt.timedelta(days=90) * draw.random() for _each in range(ALERTS)]
    Alert.objects.bulk_create(
        (
            Alert(
                integration=tool,
                fingerprint=f"{number:x}",
                name=f"Rule {number % 50}",
                service=draw.choice(services),
                started_at=at,
                ended_at=None if number % 400 == 0 else at + dt.timedelta(minutes=9),
                first_received_at=at,
                last_received_at=at,
            )
            for number, at in enumerate(begun)
        ),
        batch_size=2000,
    )
    Deploy.objects.bulk_create(
        (
            Deploy(
                service=draw.choice(services),
                key=f"run-{number}",
                revision=f"{draw.getrandbits(40):x}",
                size=draw.randint(1, 900),
                is_rollback=number % 30 == 0,
                started_at=at - dt.timedelta(minutes=5),
                finished_at=at,
            )
            for number, at in enumerate(begun[:DEPLOYS])
        ),
        batch_size=2000,
    )
