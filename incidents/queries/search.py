"""Incidents and actions in the command palette, and what INC-12 and ACT-7 lead to; private ones are not there for outsiders."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import ActionItem, Incident
from incidents.queries.action_items import ActionFilters, ActionOrder, action_rows
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


def find_actions(user: User, text: str, limit: int) -> Group:
    """By id or words; what is not finished first."""
    words = ActionFilters(text=text.replace("\0", ""))
    found = action_rows(user, filters=words, order=ActionOrder(), size=limit, at=timezone.now())
    hits = [
        Hit(
            label=row.item.title,
            url=row.item.get_absolute_url(),
            hint=row.item.short_id,
            band="breached" if row.is_late else "no_data",
            word=_("Overdue") if row.is_late else str(row.item.get_state_display()),
        )
        for row in found.rows
    ]
    return Group(_("Actions"), hits)


def action_address(user: User, number: int) -> str | None:
    found = ActionItem.objects.visible_to(user).filter(pk=number).first()
    return found.get_absolute_url() if found else None


def offer() -> None:
    palette.provide("incidents", find_incidents)
    palette.provide("actions", find_actions)
    shortlinks.provide("ACT", action_address)
    shortlinks.provide("INC", incident_address)
