"""A review from its plan to its minutes: the pack is built, frozen at the start, and every word of the meeting is kept."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.action_items import Promised, promise
from incidents.models import ActionItem
from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import SYSTEM, Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.actions.decisions import DecisionGiven, record
from reports.actions.inputs import Owned
from reports.actions.review_minutes import send_minutes
from reports.domain.reviews import TOPIC, Agenda, ItemState
from reports.models import (
    Decision,
    Review,
    ReviewAction,
    ReviewDecision,
    ReviewItem,
    ReviewNote,
    ReviewState,
    Ritual,
)
from reports.queries.pack import built, drawn_for, last_of, look_of, sha256

MOST_SPENT_S: Final = 24 * 3600


def may_run(actor: Actor, review: Review) -> None:
    """Raises: NotAllowed."""
    team = review.ritual.team_id
    require(actor, "review.run", Owned(team) if team is not None else None)


def plan(ritual: Ritual, *, at: dt.datetime) -> Review | None:
    """The next meeting, if none is planned; with the service that is looked at closely, so that its team can prepare."""
    if ritual.retired_at is not None or ritual.reviews.filter(state=ReviewState.PLANNED).exists():
        return None
    newest = ritual.reviews.order_by("-meets_at").values_list("meets_at", flat=True).first()
    meets = ritual.schedule.after(max(at, newest) if newest is not None else at)
    with transaction.atomic():
        looks = any(each.key == "deep_dive" for each in ritual.agenda)
        drawn = drawn_for(ritual, meets_at=meets) if looks else None
        row = Review.objects.create(ritual=ritual, meets_at=meets, drawn=drawn)
        _lay_out(row)
    return row


def build(actor: Actor, review: Review, *, at: dt.datetime) -> Review:
    """Again as often as somebody likes, until it starts. Raises: NotAllowed; Conflict once it has started."""
    may_run(actor, review)
    with transaction.atomic():
        row = _planned(review)
        _build(row, at=at)
        row.version += 1
        save(row)
        audit.record(actor, "review.build", row, at=at)
    return row


def start(actor: Actor, review: Review, *, at: dt.datetime) -> Review:
    """From now on the pack never changes. Raises: NotAllowed; Conflict once it has started."""
    may_run(actor, review)
    with transaction.atomic():
        row = _planned(review)
        if row.built_at is None:
            _build(row, at=at)
        row.state, row.started_at = ReviewState.RUNNING, at
        row.started_by = actor if isinstance(actor, User) else None
        row.version += 1
        save(row)
        if row.started_by is not None:
            row.attended.add(row.started_by)
        audit.record(actor, "review.start", row, at=at)
    return row


def add_topic(actor: Actor, review: Review, *, title: str, minutes: int, at: dt.datetime) -> ReviewItem:
    """At the end of the agenda of what is planned or goes on. Raises: NotAllowed; Invalid; Conflict."""
    may_run(actor, review)
    with transaction.atomic():
        row = locked(Review, review.pk)
        if row.state not in (ReviewState.PLANNED, ReviewState.RUNNING):
            raise Conflict(_("%(id)s is over.") % {"id": row.short_id})
        last = row.items.order_by("-position").first()
        place = last.position + 1 if last is not None else 1
        item = ReviewItem(review=row, position=place, key=TOPIC, title=title.strip(), minutes=minutes)
        if not item.title:
            raise Invalid({"title": _("Name the topic.")})
        clean(item)
        save(item)
        audit.record(actor, "review.topic", row, at=at, changes={"topic": (None, item.title)})
    return item


def attend(actor: Actor, review: Review, people: list[User], *, at: dt.datetime) -> None:
    """Who is there. Raises: NotAllowed; Conflict unless it goes on."""
    may_run(actor, review)
    with transaction.atomic():
        row = _running(review)
        before = sorted(str(each) for each in row.attended.all())
        row.attended.set(people)
        after = sorted(str(each) for each in people)
        if before != after:
            audit.record(actor, "review.attend", row, at=at, changes={"attended": (before, after)})


def note(actor: Actor, item: ReviewItem, *, text: str, at: dt.datetime) -> ReviewNote:
    """Raises: NotAllowed; Invalid; Conflict unless the review goes on."""
    may_run(actor, item.review)
    with transaction.atomic():
        row = _running(item.review)
        made = ReviewNote(item=item, text=text.strip(), at=at, by=actor if isinstance(actor, User) else None)
        if not made.text:
            raise Invalid({"text": _("Write what should be remembered.")})
        clean(made)
        save(made)
        audit.record(actor, "review.note", row, at=at, changes={"note": (None, made.text[:300])})
    return made


def decide(actor: Actor, item: ReviewItem, given: DecisionGiven, *, at: dt.datetime) -> Decision:
    """A decision of this meeting, by whoever is there.

    Raises: NotAllowed; Invalid, by field; Conflict unless the review goes on.
    """
    may_run(actor, item.review)
    with transaction.atomic():
        row = _running(item.review)
        made = record(actor, given, at=at, present=list(row.attended.all()))
        ReviewDecision.objects.create(item=item, decision=made)
        audit.record(actor, "review.decide", row, at=at, changes={"decision": (None, made.short_id)})
    return made


def promised(actor: Actor, item: ReviewItem, given: Promised, *, at: dt.datetime) -> ActionItem:
    """Who does what by when. Raises: NotAllowed; Invalid, by field; Conflict unless the review goes on."""
    may_run(actor, item.review)
    with transaction.atomic():
        row = _running(item.review)
        made = promise(actor, given, at=at)
        ReviewAction.objects.create(item=item, action=made)
        audit.record(actor, "review.promise", row, at=at, changes={"action": (None, made.short_id)})
    return made


def tick(actor: Actor, item: ReviewItem, *, state: str, spent_s: int = 0, at: dt.datetime) -> ReviewItem:
    """Done, or open again. Raises: NotAllowed; Invalid; Conflict unless the review goes on."""
    may_run(actor, item.review)
    if state not in (ItemState.OPEN, ItemState.DONE):
        raise Invalid({"state": _("An item is open or done.")})
    with transaction.atomic():
        row = _running(item.review)
        one = ReviewItem.objects.select_for_update().get(pk=item.pk)
        before = one.state
        one.state, one.spent_s = state, max(one.spent_s, min(max(0, spent_s), MOST_SPENT_S))
        one.save(update_fields=["state", "spent_s"])
        if before != state:
            audit.record(actor, "review.tick", row, at=at, changes={str(one): (before, state)})
    return one


def finish(actor: Actor, review: Review, *, at: dt.datetime) -> Review:
    """What was not reached is carried over; the minutes go out; the next one is planned.

    Raises: NotAllowed; Conflict unless it goes on.
    """
    may_run(actor, review)
    with transaction.atomic():
        row = _running(review)
        row.items.filter(state=ItemState.OPEN).update(state=ItemState.CARRIED)
        row.state, row.ended_at = ReviewState.DONE, at
        row.version += 1
        save(row)
        audit.record(actor, "review.finish", row, at=at)
        send_minutes(row, at=at)
        _carry_on(row, at=at)
    return row


def skip(actor: Actor, review: Review, *, reason: str, at: dt.datetime) -> Review:
    """It does not take place. Raises: NotAllowed; Invalid without a reason; Conflict once it has started."""
    may_run(actor, review)
    if not reason.strip() or len(reason) > 300:
        raise Invalid({"reason": _("Say in at most 300 characters why it does not take place.")})
    with transaction.atomic():
        row = _planned(review)
        row.state, row.ended_at, row.skipped_because = ReviewState.SKIPPED, at, reason.strip()
        row.version += 1
        save(row)
        audit.record(actor, "review.skip", row, at=at, reason=reason.strip())
        plan(row.ritual, at=at)
    return row


def miss(review: Review, *, at: dt.datetime) -> None:
    """Nobody has started it."""
    skip(SYSTEM, review, reason=_("Nobody started it."), at=at)


def _planned(review: Review) -> Review:
    row = locked(Review, review.pk)
    if row.state != ReviewState.PLANNED:
        words = _("%(id)s is not planned any more: %(state)s. Reload the page.")
        raise Conflict(words % {"id": row.short_id, "state": row.get_state_display().lower()})
    return row


def _running(review: Review) -> Review:
    row = locked(Review, review.pk)
    if row.state != ReviewState.RUNNING:
        words = _("%(id)s does not go on: %(state)s. Start it first, or reload the page.")
        raise Conflict(words % {"id": row.short_id, "state": row.get_state_display().lower()})
    return row


def _build(row: Review, *, at: dt.datetime) -> None:
    """Of a locked row."""
    _lay_out(row)
    look = look_of(row, at=at)
    keys = list(row.items.values_list("key", flat=True))
    row.pack, row.built_at, row.since = built(look, keys), at, look.since
    row.sha256 = sha256(row.pack)


def _lay_out(row: Review) -> None:
    """The agenda of the ritual; what the last one did not reach comes first, after what it says of that. Topics that somebody has
    added to this one stay."""
    last = last_of(row.ritual, before=row.meets_at)
    left = list(last.items.filter(state=ItemState.CARRIED)) if last is not None else []
    carried = {each.key for each in left if each.key != TOPIC}
    agenda = list(row.ritual.agenda)
    lead = [each for each in agenda if each.key == "carry_over"]
    first = [each for each in agenda if each.key in carried and each not in lead]
    rest = [each for each in agenda if each not in lead and each not in first]
    topics = [Agenda(key=TOPIC, minutes=each.minutes, title=each.title) for each in left if each.key == TOPIC]
    added = [each for each in row.items.filter(key=TOPIC, carried_from=None) if each.title not in _titles(agenda)]
    own = [Agenda(key=TOPIC, minutes=each.minutes, title=each.title) for each in added]
    row.items.all().delete()
    ReviewItem.objects.bulk_create(
        ReviewItem(
            review=row,
            position=number,
            key=each.key,
            title=each.title,
            minutes=each.minutes,
            carried_from=last if each in first or each in topics else None,
        )
        for number, each in enumerate([*lead, *first, *topics, *rest, *own], 1)
    )


def _titles(agenda: list[Agenda]) -> set[str]:
    return {each.title for each in agenda if each.key == TOPIC}


def _carry_on(row: Review, *, at: dt.datetime) -> None:
    """The next one knows at once what was left over."""
    following = row.ritual.reviews.filter(state=ReviewState.PLANNED, meets_at__gt=row.meets_at).first()
    if following is None:
        plan(row.ritual, at=at)
    elif following.built_at is None:
        _lay_out(following)
