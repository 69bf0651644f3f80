"""Reviews in the command palette, and what REV-12 leads to."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from relportal.core import palette, shortlinks
from relportal.core.models import User
from relportal.core.palette import Group, Hit
from relportal.core.permissions import allowed
from reports.models import Review
from reports.queries.reviews import ReviewFilters, found


def find_reviews(user: User, text: str, limit: int) -> Group:
    """By id, name, or what was said, decided or promised there; the newest first."""
    if not allowed(user, "report.view"):
        return Group(_("Reviews"), [])
    rows = found(ReviewFilters(text=text.replace("\0", ""))).select_related("ritual").order_by("-meets_at")
    hits = [
        Hit(
            label=f"{one.ritual}, {date_format(localtime(one.meets_at), 'j M Y')}",
            url=one.get_absolute_url(),
            hint=one.short_id,
            icon="calendar",
        )
        for one in rows[:limit]
    ]
    return Group(_("Reviews"), hits)


def review_address(user: User, number: int) -> str | None:
    one = Review.objects.filter(pk=number).first() if allowed(user, "report.view") else None
    return one.get_absolute_url() if one else None


def offer() -> None:
    palette.provide("reviews", find_reviews)
    shortlinks.provide("REV", review_address)
