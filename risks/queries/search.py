"""Risks in the command palette, and what RISK-12 leads to."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from relportal.core import palette, shortlinks
from relportal.core.models import User
from relportal.core.palette import Group, Hit
from risks.models import Risk
from risks.queries.register import RiskFilters, RiskOrder, found, ordering


def find_risks(user: User, text: str, limit: int) -> Group:
    """By id, words or owner; the worst first, what is closed last."""
    rows = found(user, RiskFilters(text=text.replace("\0", "")), at=timezone.now()).order_by(*ordering(RiskOrder()))
    return Group(_("Risks"), [_hit(row) for row in rows.select_related("level")[:limit]])


def _hit(row: Risk) -> Hit:
    level = row.level
    return Hit(
        label=row.title,
        url=row.get_absolute_url(),
        hint=row.short_id,
        band="no_data" if row.is_closed or level is None else level.symbol,
        word=row.get_state_display() if row.is_closed else level.name if level is not None else _("Not rated"),
    )


def risk_address(user: User, number: int) -> str | None:
    found = Risk.objects.visible_to(user).filter(pk=number).first()
    return found.get_absolute_url() if found else None


def offer() -> None:
    palette.provide("risks", find_risks)
    shortlinks.provide("RISK", risk_address)
