"""Alerts for tests, and a small company: Checkout calls Payments, which calls the Ledger; Mail stands alone."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any, Self

from incidents.actions.alerts import Arrived, take_alerts
from incidents.actions.reported import note_alerts
from incidents.models import Alert, Integration
from incidents.queries.service_names import ServiceNames
from incidents.webhooks._base import ToldAlert
from relportal.core.models import Dependency, Service, Team
from tests import make

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
_numbers = itertools.count(1)


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


@dataclass(frozen=True, slots=True)
class Company:
    checkout: Service
    payments: Service
    ledger: Service
    mail: Service

    @classmethod
    def found(cls, team: Team | None = None) -> Self:
        rows = {
            slug: make.service(slug=slug, name=slug.title(), team=team)
            for slug in ("checkout", "payments", "ledger", "mail")
        }
        for one, other in (("checkout", "payments"), ("payments", "ledger")):
            Dependency.objects.create(service=rows[one], depends_on=rows[other])
        return cls(**rows)


def integration() -> Integration:
    found = Integration.objects.filter(slug="main").first()
    return found or Integration.objects.create(slug="main", name="Main", kind="alertmanager", created_at=AT)


def alert(service: Service | None = None, started: dt.datetime = AT, **fields: Any) -> Alert:
    """Firing; of its own name and fingerprint unless told otherwise."""
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "integration": integration(),
        "fingerprint": f"print-{n}",
        "name": f"Alert{n}",
        "service": service,
        "started_at": started,
        "first_received_at": started,
        "last_received_at": started,
    }
    return Alert.objects.create(**defaults | fields)


def comes_in(
    service: Service, started: dt.datetime = AT, *, name: str = "HighErrors", ended: dt.datetime | None = None
) -> Alert:
    """As a delivery brings it, in time."""
    told = ToldAlert(
        name=name,
        fingerprint=name,
        services=(service.slug,),
        started=started,
        ended=ended,
        over=ended is not None,
    )
    received = ended or started
    taken = take_alerts(integration(), [Arrived(told, received)], names=ServiceNames.load())
    note_alerts(taken, at=received)
    return Alert.objects.get(fingerprint=name, started_at=started)
