"""Integrations for tests, what is sent to them, and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.urls import reverse

from incidents.actions.deliveries import drain
from incidents.actions.integrations import IntegrationFields, create_integration
from incidents.models import Alert, Delivery, Integration
from relportal.core.permissions import SYSTEM
from tests.incidents.webhooks import payloads
from tests.incidents.webhooks.payloads import AT, SECRET


def integration(kind: str, **fields: Any) -> Integration:
    given = IntegrationFields(name=fields.pop("name", kind.title()), **fields)
    return create_integration(SYSTEM, slug=kind, kind=kind, fields=given, secret=SECRET, at=AT).integration


def send(row: Integration, body: bytes, headers: dict[str, str]) -> Any:
    path = reverse("incidents:hook", args=[row.slug])
    return Client().post(path, body, content_type="application/json", headers=headers)


def told(row: Integration, payload: Any, *, at: dt.datetime = AT) -> Delivery:
    """A delivery that came at `at` and was read."""
    from incidents.actions.deliveries import receive

    got = receive(row, payloads.bearer(), payloads.raw(payload), at=at)
    drain(at=at)
    got.delivery.refresh_from_db()
    return got.delivery


def fired(row: Integration) -> list[tuple[dt.datetime, dt.datetime | None]]:
    return list(Alert.objects.filter(integration=row).order_by("started_at").values_list("started_at", "ended_at"))
