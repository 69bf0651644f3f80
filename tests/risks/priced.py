"""Incidents that cost something, and estimates made from ranges."""

from __future__ import annotations

import datetime as dt
from typing import Any

from incidents.models import ImpactFigures, Incident
from relportal.core.models import Service, User
from risks.actions.estimates import Estimated, estimate
from risks.models import Risk, RiskEstimate

DAY = dt.timedelta(days=1)
RANGES = {"rate_low": 0.2, "rate_high": 2.0, "loss_low": 20_000.0, "loss_high": 400_000.0}


def given(**changed: Any) -> Estimated:
    return Estimated(**({"unit": "money", "reason": "Two near misses, and what an hour brings in"} | RANGES | changed))


def estimated(by: User, risk: Risk, *, at: dt.datetime, **changed: Any) -> RiskEstimate:
    row = estimate(by, risk, given(**changed), at=at)
    risk.refresh_from_db()
    return row


def cost_us(service: Service, *, at: dt.datetime, minutes: float | None) -> Incident:
    """An incident of the service; `minutes` of its customers, None: nobody knows."""
    row = Incident.objects.create(title="Sessions lost", declared_at=at, state="closed")
    row.services.add(service)
    ImpactFigures.objects.create(incident=row, computed_at=at, customer_minutes=minutes)
    return row
