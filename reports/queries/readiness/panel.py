"""The launches of a service, in a few lines for its own page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from relportal.core.models import Service, User
from relportal.core.permissions import allowed
from reports.queries.readiness.listing import ReadinessFilters, ReadinessRow, found, row_of

SHOWN: Final = 3
OPEN: Final = "readiness.edit"


@dataclass(frozen=True, slots=True)
class LaunchesOf:
    """`all` is the address of the list, where there are more."""

    service: Service
    rows: tuple[ReadinessRow, ...]
    all: str
    may_open: bool


def launches_of(user: User, service: Service, *, at: dt.datetime) -> LaunchesOf | None:
    """None where there are none and the viewer opens none. One statement."""
    rows = found(user, ReadinessFilters(services=(service.slug,)), at=at).defer("results")
    listed = list(rows.order_by("-planned_on", "-pk")[: SHOWN + 1])
    may_open = allowed(user, OPEN, service)
    if not listed and not may_open:
        return None
    more = f"{reverse('reports:readiness-list')}?service={service.slug}" if len(listed) > SHOWN else ""
    return LaunchesOf(service, tuple(row_of(one, at=at) for one in listed[:SHOWN]), more, may_open)
