"""Two years of a company's life: counters of its objectives, maintenance, incidents and what came of them, alerts, deploys and
entries."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from bench import pages
from incidents.models import (
    ActionItem,
    Alert,
    Deploy,
    Detection,
    FailureMode,
    ImpactFigures,
    Incident,
    IncidentDetection,
    IncidentService,
    Integration,
    Moment,
    Postmortem,
    Suspect,
    SuspectVerdict,
    TimeMark,
    TimeSource,
)
from relportal.core.models import Service, Team, User
from relportal.core.queries.history import tracked_models
from reports.models import KpiInput, KpiValue
from slo.models import MaintenanceWindow

DAYS: Final = 800
INCIDENTS: Final = 2000
DEPLOYS: Final = 200_000
ALERTS: Final = 100_000
DAY: Final = dt.timedelta(days=1)
_COUNTED: Final = """
    INSERT INTO slo_measurement (series_id, instant, bad, total, covered_s, via)
    SELECT series.id, %(start)s::timestamptz + day * interval '1 day', day * (0.4 + series.id %% 97 / 90.0), day * 1000.0,
           day * 86400.0, 1
    FROM slo_series series CROSS JOIN generate_series(0, %(days)s) day
"""


def forgotten() -> None:
    """What an earlier run left: rows that were truncated with their services still stand in the histories that triggers keep."""
    events = [
        tracked_models()[name]._meta.db_table for name in ("service", "servicelink", "journeyservice", "objective")
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"TRUNCATE {', '.join(events)}, slo_measurement, slo_maintenancewindow, incidents_incident,"
            " incidents_integration CASCADE"
        )
    KpiValue.objects.all().delete()
    KpiInput.objects.all().delete()


def told() -> None:
    """The same life in every run; one of today stays as it is."""
    newest = Alert.objects.aggregate(newest=Max("started_at"))["newest"]
    if newest is not None and newest > timezone.now() - DAY and Deploy.objects.count() == DEPLOYS:
        return
    forgotten()
    pages.peopled()
    lived()


def lived() -> None:
    draw, now = random.Random(11), timezone.now()
    services = list(Service.objects.order_by("pk"))
    with connection.cursor() as cursor:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        cursor.execute(_COUNTED, {"start": midnight - DAYS * DAY, "days": DAYS})
    _maintained(services, midnight)
    deploys = _shipped(services, draw, now)
    incidents = _failed(services, draw, now)
    _learnt(incidents, draw, now)
    _rang(services, incidents, draw, now)
    Suspect.objects.bulk_create(
        (
            Suspect(incident=row, deploy=draw.choice(deploys), verdict=SuspectVerdict.CAUSE, at=now)
            for row in incidents[::3]
        ),
        ignore_conflicts=True,
    )
    _entered(now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _maintained(services: list[Service], midnight: dt.datetime) -> None:
    """Two hours every four weeks of each service, on its own day."""
    MaintenanceWindow.objects.bulk_create(
        (
            MaintenanceWindow(
                service=service, title="Patches", start=start, end=start + DAY / 12, declared_at=start - 7 * DAY
            )
            for number, service in enumerate(services)
            for back in range(number % 28, DAYS, 28)
            for start in (midnight - back * DAY,)
        ),
        batch_size=5000,
    )


def _shipped(services: list[Service], draw: random.Random, now: dt.datetime) -> list[Deploy]:
    return Deploy.objects.bulk_create(
        (
            Deploy(
                service=services[number % len(services)],
                key=str(number),
                started_at=now - draw.random() * DAYS * DAY,
                state="failed" if number % 40 == 0 else "succeeded",
                is_rollback=number % 33 == 0,
            )
            for number in range(DEPLOYS)
        ),
        batch_size=5000,
    )


def _failed(services: list[Service], draw: random.Random, now: dt.datetime) -> list[Incident]:
    leader, modes = User.objects.get(email="leader@bench.example"), list(FailureMode.objects.all())
    rows = Incident.objects.bulk_create(
        Incident(
            title=f"Something failed, number {number}",
            declared_at=now - draw.random() * DAYS * DAY,
            state="closed",
            severity_id=draw.choice((0, 1, 1, 2, 2, 2, 3, 3, 3, 4)),
            team=services[number % len(services)].team,
            declared_by=leader,
        )
        for number in range(INCIDENTS)
    )
    IncidentService.objects.bulk_create(
        IncidentService(incident=row, service=services[(number * 7 + step * 11) % len(services)])
        for number, row in enumerate(rows)
        for step in range(2)
    )
    IncidentDetection.objects.bulk_create(
        IncidentDetection(incident=row, by=draw.choice(Detection.values)) for row in rows
    )
    TimeMark.objects.bulk_create(
        TimeMark(
            incident=row,
            moment=moment,
            at=row.declared_at + dt.timedelta(minutes=after * (0.5 + draw.random())),
            source=TimeSource.PERSON,
            recorded_at=now + DAY,
        )
        for row in rows
        for moment, after in (
            (Moment.IMPACT_STARTED, -10),
            (Moment.DETECTED, -4),
            (Moment.MITIGATED, 20),
            (Moment.RESOLVED, 50),
        )
    )
    ImpactFigures.objects.bulk_create(
        ImpactFigures(incident=row, computed_at=now, impact_minutes=60, customer_minutes=draw.random() * 1e5)
        for row in rows
    )
    if modes:
        through = Incident.failure_modes.through
        through._default_manager.bulk_create(
            through(incident_id=row.pk, failuremode_id=draw.choice(modes).pk) for row in rows[::2]
        )
    return rows


def _learnt(incidents: list[Incident], draw: random.Random, now: dt.datetime) -> None:
    Postmortem.objects.bulk_create(
        Postmortem(
            incident=row,
            state="published",
            created_at=row.declared_at,
            published_at=row.declared_at + draw.random() * 8 * DAY,
        )
        for row in incidents
        if row.severity_id is not None and row.severity_id < 3
    )
    promised = [(row, row.declared_at.date() + draw.randint(10, 40) * DAY) for row in incidents for _each in range(2)]
    ActionItem.objects.bulk_create(
        ActionItem(
            incident=row,
            title="Do it better",
            team=row.team,
            due_on=due,
            first_due_on=due,
            created_at=row.declared_at,
            state="done" if done else "open",
            done_at=row.declared_at + draw.random() * 40 * DAY if done else None,
        )
        for row, due in promised
        for done in (draw.random() < 0.8,)
    )
    _unused = now


def _rang(services: list[Service], incidents: list[Incident], draw: random.Random, now: dt.datetime) -> None:
    tool = Integration.objects.create(slug="bench", name="Bench", kind="generic", created_at=now)
    Alert.objects.bulk_create(
        (
            Alert(
                integration=tool,
                fingerprint=str(number),
                name=f"Alert {number % 300}",
                service=services[number % len(services)],
                incident=draw.choice(incidents) if number % 5 == 0 else None,
                verdict=draw.choice(("actionable", "noise", "")),
                started_at=at,
                first_received_at=at,
                last_received_at=at,
            )
            for number in range(ALERTS)
            for at in (now - draw.random() * DAYS * DAY,)
        ),
        batch_size=5000,
    )


def _entered(now: dt.datetime) -> None:
    rows = []
    for team in Team.objects.order_by("pk"):
        for week in range(DAYS // 7):
            last = now.date() - week * 7 * DAY
            numbers = {
                "toil": {"toil_h": 40, "work_h": 200, "answered": 6, "asked": 7},
                "page_load": {"pages": 9, "shifts": 7, "nights": 7, "quiet_nights": 3},
                "cost_efficiency": {"cost": 1000 + week, "requests": 1e7},
            }
            rows += [
                KpiInput(kpi=kpi, first=last - 6 * DAY, last=last, scope="team", number=team.pk, numbers=given, at=now)
                for kpi, given in numbers.items()
            ]
    KpiInput.objects.bulk_create(rows, batch_size=5000)
