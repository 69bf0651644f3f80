"""Exceptions in the command palette, and what EXC-12 leads to."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from relportal.core import palette, shortlinks
from relportal.core.models import User
from relportal.core.palette import Group, Hit
from risks.models import GovernanceException
from risks.queries.exceptions.listing import ExceptionFilters, ExceptionOrder, exception_rows


def find_exceptions(user: User, text: str, limit: int) -> Group:
    """By id, words or requester; what waits and what is in force first."""
    words = ExceptionFilters(text=text.replace("\0", ""))
    found = exception_rows(user, filters=words, order=ExceptionOrder(), size=limit, at=timezone.now())
    hits = [
        Hit(
            label=row.one.title,
            url=row.one.get_absolute_url(),
            hint=row.one.short_id,
            band=row.standing.band,
            word=row.standing.label,
        )
        for row in found.rows
    ]
    return Group(_("Exceptions"), hits)


def exception_address(user: User, number: int) -> str | None:
    found = GovernanceException.objects.visible_to(user).filter(pk=number).first()
    return found.get_absolute_url() if found else None


def offer() -> None:
    palette.provide("exceptions", find_exceptions)
    shortlinks.provide("EXC", exception_address)
