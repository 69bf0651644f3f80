"""The pack of a review: what each item of its agenda says, as of an instant; and which service is drawn."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import Alert
from incidents.queries.alerts import alerts_visible_to
from relportal.core.models import Service, User
from reports.domain.reviews import NEVER_DRAWN_WEEKS, TOPIC, Block, Cadence, block_from, draw
from reports.models import Review, ReviewItem, ReviewState, Ritual
from reports.queries.confidential import Hidden, masked
from reports.queries.packs import ITEMS
from reports.queries.packs._base import Look

logger = structlog.get_logger(__name__)

FIRST: Final = {Cadence.WEEKLY: 7, Cadence.FORTNIGHTLY: 14, Cadence.MONTHLY: 31}
"""So many days a first review looks back."""
WEEK: Final = dt.timedelta(days=7)
DRAWN_TIERS: Final = (1, 2)


@dataclass(frozen=True, slots=True)
class Line:
    """An item with its name and block; `block` None: a topic, or nothing is built yet."""

    item: ReviewItem
    title: str
    block: Block | None


def last_of(ritual: Ritual, *, before: dt.datetime) -> Review | None:
    """The newest that was held."""
    return ritual.reviews.filter(state=ReviewState.DONE, meets_at__lt=before).order_by("-meets_at").first()


def since_of(review: Review, last: Review | None, *, at: dt.datetime) -> dt.datetime:
    """From where the pack of the last one ended, so that nothing falls between two."""
    if last is not None and last.built_at is not None:
        return min(last.built_at, at)
    return at - dt.timedelta(days=FIRST[Cadence(review.ritual.cadence)])


def look_of(review: Review, *, at: dt.datetime) -> Look:
    last = last_of(review.ritual, before=review.meets_at)
    return Look(
        at=at,
        since=since_of(review, last, at=at),
        team=review.ritual.team_id,
        review=last.pk if last is not None else None,
        ritual=review.ritual_id,
        drawn=review.drawn,
    )


def built(look: Look, keys: list[str]) -> dict[str, Any]:
    """Key -> its block, as it is stored. One that cannot be built says so and stops none of the others."""
    return {key: _built(look, key).stored() for key in dict.fromkeys(keys) if key in ITEMS}


def _built(look: Look, key: str) -> Block:
    try:
        with transaction.atomic():
            return ITEMS[key].build(look)
    except Exception as error:
        # Whatever a part cannot tell is its own: the meeting has the rest.
        logger.exception("item of a pack failed", item=key)
        return Block(
            claim=_("This part could not be built: %(error)s") % {"error": type(error).__name__}, band="no_data"
        )


def sha256(pack: dict[str, Any]) -> str:
    text = json.dumps(pack, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def lines_of(review: Review, hidden: Hidden) -> tuple[Line, ...]:
    """In the order of the agenda, as far as a reader may see them: what was frozen may have become confidential since."""
    rows = review.items.select_related("carried_from").prefetch_related(
        "notes__by", "decided__decision__decided_by", "promised__action__owner"
    )
    return tuple(
        Line(
            row,
            title_of(row),
            block_from(masked(review.pack[row.key], hidden)) if row.key in review.pack else None,
        )
        for row in rows
    )


def to_be_judged(lines: Iterable[Line], user: User) -> dict[int, Alert]:
    """The alerts of their facts as they stand now, by id, as far as `user` may see them. One statement, none without any."""
    wanted = {fact.alert for line in lines if line.block is not None for fact in line.block.facts if fact.alert}
    return alerts_visible_to(user).in_bulk(wanted) if wanted else {}


def title_of(row: ReviewItem) -> str:
    """Of an item whose plug-in is gone the key remains."""
    if row.title:
        return row.title
    return str(ITEMS[row.key].title) if row.key in ITEMS else _("Topic") if row.key == TOPIC else row.key


def drawn_for(ritual: Ritual, *, meets_at: dt.datetime) -> Service | None:
    """By the ISO week of the meeting; the longer ago a service was drawn, the likelier."""
    services = Service.objects.active()
    of = {"team": ritual.team_id} if ritual.team_id is not None else {"tier__in": DRAWN_TIERS}
    services = services.filter(**of)
    there = {one.pk: one for one in services.select_related("team")}
    earlier = ritual.reviews.filter(meets_at__lt=meets_at, drawn__isnull=False).exclude(state=ReviewState.SKIPPED)
    last = dict(earlier.order_by("meets_at").values_list("drawn", "meets_at"))
    weeks = {pk: (meets_at - last[pk]) / WEEK if pk in last else float(NEVER_DRAWN_WEEKS) for pk in there}
    year, week, _day = meets_at.isocalendar()
    chosen = draw(weeks, seed=f"{ritual.pk}:{year}-W{week:02}")
    return there[chosen] if chosen is not None else None
