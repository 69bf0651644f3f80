"""Reviews of launches in the command palette, and what PRR-3 leads to."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from relportal.core import palette, shortlinks
from relportal.core.models import User
from relportal.core.palette import Group, Hit
from relportal.core.permissions import allowed
from reports.models import ReadinessReview, ReadinessVerdict
from reports.queries.readiness.listing import ReadinessFilters, found
from reports.queries.readiness.words import VERDICT_BANDS


def find_launches(user: User, text: str, limit: int) -> Group:
    """By id, words or service; the latest first."""
    if not allowed(user, "report.view"):
        return Group(_("Launches"), [])
    rows = found(user, ReadinessFilters(text=text.replace("\0", "")), at=timezone.now())
    hits = []
    for one in rows.order_by("-planned_on", "-pk").defer("results")[:limit]:
        verdict = ReadinessVerdict(one.now)
        hits.append(
            Hit(
                label=one.title,
                url=one.get_absolute_url(),
                hint=one.short_id,
                band=VERDICT_BANDS[verdict],
                word=str(verdict.label),
            )
        )
    return Group(_("Launches"), hits)


def launch_address(user: User, number: int) -> str | None:
    if not allowed(user, "report.view"):
        return None
    one = ReadinessReview.objects.visible_to(user).filter(pk=number).first()
    return one.get_absolute_url() if one else None


def offer() -> None:
    palette.provide("launches", find_launches)
    shortlinks.provide("PRR", launch_address)
