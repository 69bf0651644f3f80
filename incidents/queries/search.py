"""Incidents in the command palette, and what INC-12 leads to; a private one is not there for those outside."""

from __future__ import annotations

from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.queries.listing import IncidentFilters, incident_list
from relportal.core import palette, shortlinks
from relportal.core.models import User
from relportal.core.palette import Group, Hit


def find_incidents(user: User, text: str, limit: int) -> Group:
    """By id, words of the title or a service; what goes on first."""
    found = incident_list(user, filters=IncidentFilters(text=text.replace("\0", "")), size=limit)
    hits = [
        Hit(
            label=each.incident.title,
            url=each.incident.get_absolute_url(),
            hint=each.incident.short_id,
            band="breached" if each.incident.is_ongoing else "no_data",
            word=str(each.incident.get_state_display()),
        )
        for each in found.rows
    ]
    return Group(_("Incidents"), hits)


def incident_address(user: User, number: int) -> str | None:
    found = Incident.objects.visible_to(user).filter(pk=number).first()
    return found.get_absolute_url() if found else None


def offer() -> None:
    palette.provide("incidents", find_incidents)
    shortlinks.provide("INC", incident_address)
