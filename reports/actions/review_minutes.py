"""Minutes go out once, when a review ends: to whoever was there, takes part, or promised something."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.actions.notifications import notify
from relportal.core.permissions import allowed
from reports.models import Review
from reports.queries.minutes import as_text, minutes_of


def send_minutes(review: Review, *, at: dt.datetime) -> None:
    """Belongs into the transaction that ends the review."""
    minutes = minutes_of(review)
    owners = [each.owner for each in minutes.actions if each.owner is not None]
    people = {one.pk: one for one in (*minutes.attended, *review.ritual.participants.all(), *owners)}
    day = date_format(localtime(review.meets_at, company.zone()), "j M")
    words = _("Minutes of %(name)s, %(day)s: %(claim)s")
    text = words % {"name": review.ritual, "day": day, "claim": minutes.claim}
    told = [one for one in people.values() if allowed(one, "report.view")]
    notify(told, text, key=f"review:{review.pk}:minutes", url=review.get_absolute_url(), at=at, body=as_text(minutes))
