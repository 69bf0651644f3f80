"""What the command palette and the search page find in the catalog."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from relportal.core import palette
from relportal.core.models import Journey, User
from relportal.core.palette import Group, Hit
from slo.models import Band
from slo.queries.catalog import Order, ServiceFilters, ServiceSort, service_rows


def find_services(user: User, text: str, limit: int) -> Group:
    """By name, short name, alias or team, tier 1 first."""
    found = service_rows(
        user, filters=ServiceFilters(text=text), order=Order(ServiceSort.TIER), size=limit, at=timezone.now()
    )
    hits = [
        Hit(
            label=row.name,
            url=reverse("slo:service-detail", args=[row.slug]),
            hint=row.team_name or "",
            band=row.band.value,
            word=str(Band(row.band.value).label),
        )
        for row in found.rows
    ]
    return Group(_("Services"), hits)


def find_journeys(user: User, text: str, limit: int) -> Group:
    journeys = Journey.objects.filter(name__icontains=text.replace("\0", ""))[:limit] if user.roles else []
    hits = [Hit(label=one.name, url=one.get_absolute_url(), icon="route") for one in journeys]
    return Group(_("Journeys"), hits)


def offer() -> None:
    palette.provide("services", find_services)
    palette.provide("journeys", find_journeys)
