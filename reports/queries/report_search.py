"""Reports in the command palette, and what REP-3 leads to."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from relportal.core import palette, shortlinks
from relportal.core.models import User
from relportal.core.palette import Group, Hit
from relportal.core.permissions import allowed
from reports.domain.periods import Cut, Period
from reports.models import Report
from reports.queries.kpi_words import period_name
from reports.queries.reports import reports


def find_reports(user: User, text: str, limit: int) -> Group:
    """By id, by whose it is, or by the word for all of them; the newest first."""
    if not allowed(user, "report.view"):
        return Group(_("Reports"), [])
    words = text.replace("\0", "").strip()
    number = words.upper().removeprefix("REP-")
    found = Q(scope_name__icontains=words) | Q(first__icontains=words)
    if number.isascii() and number.isdigit() and len(number) < 10:
        found |= Q(pk=int(number))
    if words and words.casefold() in _("quarterly report").casefold():
        return Group(_("Reports"), [_hit(row) for row in reports()[:limit]])
    return Group(_("Reports"), [_hit(row) for row in reports().filter(found)[:limit]])


def _hit(row: Report) -> Hit:
    name = period_name(Period(row.first, row.last, Cut(row.cut)))
    return Hit(
        label=f"{row.scope_name}, {name}",
        url=row.get_absolute_url(),
        hint=row.short_id,
        band="no_data",
        word=str(row.get_state_display()),
    )


def report_address(user: User, number: int) -> str | None:
    if not allowed(user, "report.view"):
        return None
    found = reports().filter(pk=number).first()
    return found.get_absolute_url() if found is not None else None


def offer() -> None:
    palette.provide("reports", find_reports)
    shortlinks.provide("REP", report_address)
