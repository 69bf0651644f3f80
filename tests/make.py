"""Typed builders: `make.service()` gives a valid row, every field can be set."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from relportal.core.models import Membership, Role, Service, Team, User
from slo.models import (
    Indicator,
    IndicatorKind,
    IndicatorService,
    MaintenanceWindow,
    Objective,
    Series,
    Source,
    Status,
)

_numbers = itertools.count(1)
PASSWORD = "correct horse battery staple"


def team(**fields: Any) -> Team:
    n = next(_numbers)
    return Team.objects.create(**{"slug": f"team-{n}", "name": f"Team {n}"} | fields)


def user(
    email: str = "",
    *,
    role: Role | None = None,
    team: Team | None = None,
    **fields: Any,
) -> User:
    """A user with at most one role; without a role they are an outsider."""
    email = email or f"person-{next(_numbers)}@example.com"
    made = User.objects.create_user(email, PASSWORD, **{"display_name": email.split("@")[0].title()} | fields)
    if role is not None:
        Membership.objects.create(user=made, role=role, team=team)
    return made


def service(**fields: Any) -> Service:
    n = next(_numbers)
    fields.setdefault("team", None)
    if fields["team"] is None:
        fields["team"] = team()
    return Service.objects.create(**{"slug": f"service-{n}", "name": f"Service {n}", "tier": 1} | fields)


def maintenance(**fields: Any) -> MaintenanceWindow:
    """Two hours, announced a day before; `start` is required."""
    day = dt.timedelta(days=1)
    given = {"title": "Larger disks", "end": fields["start"] + day / 12, "declared_at": fields["start"] - day}
    return MaintenanceWindow.objects.create(**given | fields)


def source(**fields: Any) -> Source:
    n = next(_numbers)
    return Source.objects.create(
        **{
            "slug": f"source-{n}",
            "name": f"Source {n}",
            "kind": "prometheus",
            "url": "http://127.0.0.1:9",
        }
        | fields
    )


def indicator(**fields: Any) -> Indicator:
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "slug": f"indicator-{n}",
        "name": f"Indicator {n}",
        "kind": IndicatorKind.RATIO_GOOD,
        "good": 'http_requests_total{code!~"5.."}',
        "total": "http_requests_total",
    }
    if "source" not in fields:
        fields["source"] = source()
    return Indicator.objects.create(**defaults | fields)


def series(*, indicator: Indicator, service: Service, **fields: Any) -> Series:
    IndicatorService.objects.get_or_create(indicator=indicator, service=service, defaults={"label_value": service.slug})
    return Series.objects.get_or_create(indicator=indicator, service=service, **fields)[0]


def objective(**fields: Any) -> Objective:
    n = next(_numbers)
    fields.setdefault("service", None)
    fields.setdefault("indicator", None)
    fields["service"] = fields["service"] or service()
    fields["indicator"] = fields["indicator"] or indicator()
    counting = {key: fields[key] for key in ("counting", "slice_target") if key in fields}
    fields.setdefault(
        "series",
        series(indicator=fields["indicator"], service=fields["service"], **counting),
    )
    return Objective.objects.create(**{"name": f"Objective {n}", "target": Decimal("0.999")} | fields)


def status(*, objective: Objective, **fields: Any) -> Status:
    """A healthy objective, as of `at` (by default 2026-11-02 12:00 UTC)."""
    at = fields.pop("at", dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC))
    defaults: dict[str, Any] = {
        "at": at,
        "computed_at": at,
        "window_start": at - dt.timedelta(days=30),
        "band": "healthy",
        "bad": 20.0,
        "total": 100_000.0,
        "coverage": 1.0,
        "sli": 0.9998,
        "consumed": 0.2,
        "remaining": 0.8,
        "burn_1h": 0.4,
        "spark": [1.0, 0.9, 0.8],
    }
    return Status.objects.create(objective=objective, **defaults | fields)
