"""Objectives in the command palette, and what SLO-12 leads to."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from relportal.core import palette, shortlinks
from relportal.core.models import User
from relportal.core.palette import Group, Hit
from slo.models import Band, Objective
from slo.queries.objectives import ObjectiveFilters, objective_rows


def find_objectives(user: User, text: str, limit: int) -> Group:
    """By name, service, team or indicator, worst first."""
    found = objective_rows(user, filters=ObjectiveFilters(text=text.replace("\0", "")), size=limit, at=timezone.now())
    hits = [
        Hit(
            label=str(row.objective),
            url=row.objective.get_absolute_url(),
            hint=row.objective.short_id,
            band=row.status.band,
            word=str(Band(row.status.band).label),
        )
        for row in found.rows
    ]
    return Group(_("Objectives"), hits)


def objective_address(user: User, number: int) -> str | None:
    """Retired ones too: a permalink in an old report still leads somewhere."""
    found = Objective.objects.visible_to(user).filter(pk=number).first()
    return found.get_absolute_url() if found else None


def offer() -> None:
    palette.provide("objectives", find_objectives)
    shortlinks.provide("SLO", objective_address)
