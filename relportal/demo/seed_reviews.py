"""The rituals of the demo. The weekly review is told once the history of the counts is read, so that its packs agree with it."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from incidents.actions import action_items
from incidents.actions.action_items import Promised
from incidents.models import ActionItem, ActionState
from relportal.core import work
from relportal.core.models import User, WorkItem, WorkState
from relportal.demo.meetings import MEETINGS, PEOPLE, Meeting, Promise
from relportal.demo.people import COMPANY_ZONE
from relportal.demo.seed_learning import quiet
from relportal.demo.seed_slo import OLDER_HISTORY
from reports.actions import reviews as acts
from reports.actions.decisions import DecisionGiven
from reports.actions.rituals import RitualGiven, create, from_template
from reports.domain.reviews import TEMPLATES, ItemState
from reports.models import Review, ReviewItem, ReviewState, Ritual, RitualKind
from slo.models import Backfill

REVIEWS: Final = "demo.reviews"
PAUSE: Final = dt.timedelta(seconds=30)
WEEK: Final = dt.timedelta(days=7)
DAY: Final = dt.timedelta(days=1)
LEADER: Final = "leader@perronova.example"
TONIGHT: Final = ((16, dt.time(17, 0)), (22, dt.time(23, 0)))
"""Before which hour of today the next meeting is at which time; later than that it is tomorrow at the first of them."""


def rituals(*, at: dt.datetime) -> int:
    """Those that only have a next meeting; and what tells the weekly one becomes due. How many are new."""
    if Ritual.objects.exists():
        return 0
    leader = User.objects.get(email=LEADER)
    others = [each for each in TEMPLATES if each.key != RitualKind.RELIABILITY]
    for each in others:
        given = RitualGiven(
            kind=each.key,
            name=str(RitualKind(each.key).label),
            cadence=each.cadence.value,
            weekday=each.weekday,
            starts=each.starts,
            items=from_template(each.key),
            participants=_people(),
        )
        create(leader, given, at=at)
    with transaction.atomic():
        work.enqueue(REVIEWS, "once", at=at + PAUSE)
    return len(others)


def wait() -> dt.timedelta | None:
    """How long until all history is read; None: it is. Without a Prometheus there is nothing to wait for."""
    unread = Backfill.objects.filter(state=Backfill.State.RUNNING).exists()
    older = WorkItem.objects.filter(kind=OLDER_HISTORY).exclude(state=WorkState.DONE).exists()
    return PAUSE if unread or older else None


@transaction.atomic
def weekly(*, at: dt.datetime) -> int:
    """Twelve past reviews, and the one of tonight with its pack: all of them or none. How many there are new."""
    if Ritual.objects.filter(kind=RitualKind.RELIABILITY).exists():
        return 0
    leader, next_one = User.objects.get(email=LEADER), tonight(at)
    local = next_one.astimezone(ZoneInfo(COMPANY_ZONE))
    given = RitualGiven(
        kind=RitualKind.RELIABILITY,
        name=str(RitualKind.RELIABILITY.label),
        cadence="weekly",
        weekday=local.weekday(),
        starts=local.time(),
        zone=COMPANY_ZONE,
        items=from_template(RitualKind.RELIABILITY),
        participants=_people(),
    )
    ritual = create(leader, given, at=next_one - len(MEETINGS) * WEEK - DAY)
    for each in MEETINGS:
        _hold(ritual, each, leader, at=at)
    acts.build(leader, _planned(ritual), at=at)
    quiet(at=at)
    return len(MEETINGS)


def tonight(at: dt.datetime) -> dt.datetime:
    """When the next weekly review meets, for a visitor who comes at `at`."""
    local = at.astimezone(ZoneInfo(COMPANY_ZONE))
    for before, starts in TONIGHT:
        if local.hour < before:
            return dt.datetime.combine(local.date(), starts, tzinfo=local.tzinfo).astimezone(dt.UTC)
    return dt.datetime.combine(local.date() + DAY, TONIGHT[0][1], tzinfo=local.tzinfo).astimezone(dt.UTC)


def _planned(ritual: Ritual) -> Review:
    return ritual.reviews.select_related("ritual__team", "drawn").get(state=ReviewState.PLANNED)


def _people() -> list[User]:
    return list(User.objects.filter(display_name__in=PEOPLE))


def _hold(ritual: Ritual, told: Meeting, leader: User, *, at: dt.datetime) -> None:
    review = _planned(ritual)
    evening, begins = ritual.schedule.pack_due(review.meets_at), review.meets_at
    acts.build(leader, review, at=evening)
    acts.start(leader, review, at=begins)
    people = [each for each in _people() if each.display_name not in told.missing]
    acts.attend(leader, review, people, at=begins)
    by_name = {each.display_name: each for each in User.objects.all()}
    items = {each.key: each for each in review.items.select_related("review__ritual")}
    for key, text in told.notes.items():
        acts.note(leader, items[key], text=text, at=begins)
    for key, title, reason, who in told.decisions:
        given = DecisionGiven(
            title=title, reason=reason, decided_by=by_name[who], follow_up_on=(begins + 13 * WEEK).date()
        )
        acts.decide(leader, items[key], given, at=begins)
    for each in told.promises:
        _promise(leader, items[each.item], each, by_name, begins=begins, at=at)
    for number, item in enumerate(items.values()):
        if item.key not in told.left:
            spent = int(item.minutes * (40 + (told.weeks * 7 + number * 13) % 35))
            acts.tick(leader, item, state=ItemState.DONE, spent_s=spent, at=begins)
    acts.finish(leader, review, at=begins + dt.timedelta(minutes=70))


def _promise(
    leader: User, item: ReviewItem, told: Promise, people: dict[str, User], *, begins: dt.datetime, at: dt.datetime
) -> None:
    owner = people[told.owner]
    due = (begins + told.due * DAY).date()
    made: ActionItem = acts.promised(
        leader, item, Promised(title=told.title, owner=owner, due_on=due, kind="process"), at=begins
    )
    if told.done is not None and begins + told.done * DAY <= at:
        action_items.move(owner, made, ActionState.DONE, at=begins + told.done * DAY)
