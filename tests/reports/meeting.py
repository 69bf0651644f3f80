"""Rituals and reviews for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from relportal.core.models import User
from reports.actions.rituals import RitualGiven, create, from_template
from reports.models import Review, ReviewItem, Ritual


def ritual(actor: User, *, at: dt.datetime, kind: str = "reliability", **given: Any) -> Ritual:
    """Weekly, on Tuesdays at ten in Berlin."""
    fields: dict[str, Any] = {
        "kind": kind, "name": "Weekly reliability review", "cadence": "weekly", "weekday": 1, "starts": dt.time(10, 0),
        "zone": "Europe/Berlin", "items": from_template(kind),
    }  # fmt: skip
    return create(actor, RitualGiven(**fields | given), at=at)


def planned(one: Ritual) -> Review:
    return one.reviews.select_related("ritual__team", "drawn").get(state="planned")


def item(review: Review, key: str) -> ReviewItem:
    return ReviewItem.objects.select_related("review__ritual").get(review=review, key=key)
