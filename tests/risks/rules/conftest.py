"""What rules find: incidents with ways to fail, promises with measured periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from incidents.models import FailureMode, Incident, Severity
from relportal.core.models import Service
from slo.models import Measurement, Objective
from tests import make

DAY = dt.timedelta(days=1)
Failed = Callable[..., Incident]


@pytest.fixture
def mode(db: None) -> FailureMode:
    return FailureMode.objects.get_or_create(slug="bad-deploy", defaults={"name": "Bad deploy"})[0]


@pytest.fixture
def failed(checkout: Service, mode: FailureMode, at: dt.datetime) -> Failed:
    """An incident of checkout by a bad deploy, SEV-2, so many days ago; what is given wins."""

    def make_one(
        *, days: float = 10, severity: int | None = 2, service: Service | None = None, **fields: Any
    ) -> Incident:
        if severity is not None:
            Severity.objects.get_or_create(level=severity, defaults={"name": f"Level {severity}"})
        row = Incident.objects.create(
            **{"title": "Errors", "declared_at": at - days * DAY, "severity_id": severity, "state": "resolved"} | fields
        )
        row.services.add(service or checkout)
        row.failure_modes.add(mode)
        return row

    return make_one


def promise(service: Service, *, target: str = "0.999", **fields: Any) -> Objective:
    return make.objective(service=service, target=target, **fields)


def measured(objective: Objective, *, end: dt.datetime, bad: dict[str, int], days: int = 200) -> None:
    """1,000 events a day until `end`, of which `bad` are bad on days such as 2026-09-05; everything is covered."""
    rows, spent = [], 0
    for number in range(days + 1):
        instant = (end - (days - number) * DAY).replace(hour=0, minute=0)
        rows.append(
            Measurement(
                series=objective.series, instant=instant, bad=spent, total=1000 * number, covered_s=86_400 * number
            )
        )
        spent += bad.get(f"{instant:%Y-%m-%d}", 0)
    Measurement.objects.bulk_create(rows)
