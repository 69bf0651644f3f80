"""What rituals do by themselves: the next review is planned, its pack built the evening before, and a missed one told."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Final

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from relportal.core import company, work
from relportal.core.actions.notifications import notify
from relportal.core.permissions import SYSTEM, allowed
from reports.actions.reviews import build, miss, plan
from reports.domain.reviews import MISSED_AFTER
from reports.models import Review, ReviewState, Ritual

REVIEWS: Final = "reports.reviews"
EVERY: Final = dt.timedelta(minutes=10)


def schedule_reviews(*, at: dt.datetime) -> None:
    with transaction.atomic():
        work.enqueue(REVIEWS, "all", at=at + EVERY, every=EVERY)


def look_after(*, at: dt.datetime) -> dict[str, str]:
    """What failed, by its id; the rest is done."""
    planned = list(Review.objects.filter(state=ReviewState.PLANNED).select_related("ritual__team", "drawn"))
    failed = work.one_by_one(planned, partial(_of_review, at=at), name=lambda row: row.short_id)
    rituals = list(Ritual.objects.filter(retired_at=None))
    return failed | work.one_by_one(rituals, lambda row: _plan(row, at=at), name=str)


def _plan(row: Ritual, *, at: dt.datetime) -> None:
    plan(row, at=at)


def _of_review(row: Review, *, at: dt.datetime) -> None:
    if row.meets_at + MISSED_AFTER <= at:
        miss(row, at=at)
    elif row.built_at is None and row.ritual.schedule.pack_due(row.meets_at) <= at:
        build(SYSTEM, row, at=at)
        _tell(row, at=at)


def _tell(row: Review, *, at: dt.datetime) -> None:
    """Whoever takes part; whose service is drawn reads it in the same sentence."""
    people = [one for one in row.ritual.participants.all() if allowed(one, "report.view")]
    when = date_format(localtime(row.meets_at, company.zone()), "j M, H:i")
    text = _("The pack of %(name)s, %(when)s, is ready") % {"name": row.ritual, "when": when}
    if row.drawn is not None:
        text = _("%(text)s; the deep dive is %(service)s") % {"text": text, "service": row.drawn}
    notify(people, text, key=f"review:{row.pk}:pack", url=row.get_absolute_url(), at=at)
