"""What followed the incidents of the story: roles beyond command, postmortems in every state, actions kept and not kept.

Each thing is decided by the name of its incident, so that every demo tells the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from incidents.actions import action_items, postmortems
from incidents.actions.deferrals import ask_deferral, decide_deferral
from incidents.models import (
    ActionItem,
    ActionState,
    FailureMode,
    Incident,
    Postmortem,
    PostmortemState,
    SectionKind,
    State,
)
from incidents.queries.times import times_of
from relportal.core.models import Membership, Notification, Role, Team, User
from relportal.demo import events, noise, people
from relportal.demo.lessons import LESSONS, Lesson

DAY: Final = dt.timedelta(days=1)
HOUR: Final = dt.timedelta(hours=1)
REVIEWED_UP_TO: Final = 2
SETTLED: Final = dt.timedelta(days=70)
"""What is older was done, late or not, but for a few that everybody has."""
IN_TIME: Final = 0.66
SPLIT: Final = (30 * DAY, 62 * DAY)
"""How long ago the action was promised that was split."""


@dataclass(slots=True)
class Staff:
    """Who acts: by login, and the service owners of teams."""

    commander: User
    leader: User
    owners: dict[int, User] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Staff:
        by_login = {each.login: each.email for each in people.PEOPLE if each.login}
        found = cls(User.objects.get(email=by_login["commander"]), User.objects.get(email=by_login["leader"]))
        for row in Membership.objects.filter(role=Role.SERVICE_OWNER).select_related("user"):
            if row.team_id is not None:
                found.owners[row.team_id] = row.user
        return found

    def of(self, team: Team | None) -> User:
        return self.owners.get(team.pk if team else 0, self.commander)


def learn(incident: Incident, told: events.Incident, staff: Staff, *, at: dt.datetime) -> None:
    """The postmortem and the actions of an ended incident, as far as they had come at `at`."""
    ended = times_of(incident).resolved
    severity = incident.severity_id
    if (
        ended is None
        or severity is None
        or severity > REVIEWED_UP_TO
        or incident.state not in (State.RESOLVED, State.CLOSED)
    ):
        return
    begun = ended + 2 * HOUR
    if begun > at:
        return
    lesson, writer = LESSONS[told.cause], staff.of(incident.team)
    row = postmortems.open_postmortem(writer, incident, at=begun)
    if begun + 4 * HOUR > at:
        return
    _write(row, lesson, writer, at=begun + HOUR)
    _promise(incident, lesson, writer, staff, at=at, made=begun + 3 * HOUR)
    _publish(row, told, writer, staff, at=at)


def _draw(told: events.Incident, what: str, number: int = 0) -> float:
    return noise.pick(noise.seed(told.key, what), number)


def _write(row: Postmortem, lesson: Lesson, writer: User, *, at: dt.datetime) -> None:
    texts = {
        SectionKind.CAUSES: lesson.causes,
        SectionKind.LUCKY: lesson.lucky,
        SectionKind.SURPRISED: lesson.surprised,
        SectionKind.WELL: "The commander took over within a minute, and updates came in time.",
    }
    for part in row.sections.all():
        kind = SectionKind(part.kind)
        if kind in texts:
            postmortems.write_section(writer, part, texts[kind], version=part.version, at=at)
        elif kind is SectionKind.DETECTION:
            postmortems.write_section(writer, part, f"{part.text}\n\n{lesson.gap}", version=part.version, at=at)
    modes = list(FailureMode.objects.filter(incidents=row.incident_id))
    row.refresh_from_db()
    postmortems.describe(
        writer, row, version=None, owner=writer, tags=lesson.tags, failure_modes=modes, no_actions_because="", at=at
    )


def _promise(
    incident: Incident, lesson: Lesson, writer: User, staff: Staff, *, at: dt.datetime, made: dt.datetime
) -> None:
    key = incident.declared_from
    count = 1 + int(noise.pick(noise.seed(key, "actions"), 0) * len(lesson.promises))
    for number, promise in enumerate(lesson.promises[:count]):
        given = action_items.Promised(
            title=promise.title,
            kind=promise.kind,
            verification=promise.verification,
            incident=incident,
            owner=writer,
            service=incident.services.first(),
            priority=1 if (incident.severity_id or 0) <= 1 else 2,
            ticket_url=f"https://tickets.{people.DOMAIN}/browse/REL-{1000 + incident.pk * 3 + number}",
        )
        item, draw = action_items.promise(staff.commander, given, at=made), noise.pick(noise.seed(key, "kept"), number)
        if draw < IN_TIME and SPLIT[0] < at - made < SPLIT[1]:
            _split(item, writer, at=at, made=made)
        _carry_out(item, writer, staff, draw=draw, at=at, made=made)


def _split(item: ActionItem, writer: User, *, at: dt.datetime, made: dt.datetime) -> None:
    """The one of the company that was split: the whole was done in time, the part a week after the date that both have."""
    if ActionItem.objects.filter(split_from__isnull=False).exists():
        return
    part = action_items.split(writer, item, title=f"{item.title}: the second site", owner=writer, at=made + DAY)
    done = min(made + (item.due_on - made.date() + 7 * DAY), at)
    action_items.move(writer, part, ActionState.DONE, outcome="Done, and live.", at=done)


def _carry_out(
    item: ActionItem, writer: User, staff: Staff, *, draw: float, at: dt.datetime, made: dt.datetime
) -> None:
    """Two of three in time, one in six late (half of these put off with approval), a few dropped, and some not done yet."""
    whole = (item.due_on - made.date()).days
    done = made + DAY * round(whole * (0.3 + draw) if draw < IN_TIME else whole + 2 + (draw - IN_TIME) * 60)
    if IN_TIME <= draw < 0.74 and (asked := made + (whole - 2) * DAY) <= at:
        until = max(item.due_on + 7 * DAY, done.date())
        wish = ask_deferral(writer, item, until=until, reason="The vendor delivers a week later.", at=asked)
        decide_deferral(staff.leader, wish, approved=True, at=min(asked + 5 * HOUR, at))
    if draw >= 0.93:
        if done <= at:
            words = "The service is replaced by the end of the quarter."
            action_items.move(staff.leader, item, ActionState.DROPPED, outcome=words, at=done)
        return
    if done > at or (draw >= 0.86 and at - made < 3 * SETTLED):
        if int(draw * 100) % 2 and made + 2 * DAY <= at:
            action_items.move(writer, item, ActionState.DOING, at=made + 2 * DAY)
        return
    action_items.move(writer, item, ActionState.DONE, outcome="Done, and live.", at=done)
    if done + 4 * DAY <= at and draw < 0.8:
        action_items.move(staff.commander, item, ActionState.VERIFIED, at=done + 4 * DAY)


def _publish(row: Postmortem, told: events.Incident, writer: User, staff: Staff, *, at: dt.datetime) -> None:
    """Four of five in time. What happened in the last days is still being written or reviewed."""
    due = row.due_at or row.created_at + 5 * DAY
    late = _draw(told, "late") > 0.8
    published = due + (1 + _draw(told, "days") * 5) * DAY if late else due - (0.1 + _draw(told, "early")) * DAY
    published = max(published, row.created_at + 6 * HOUR)
    asked, approved = published - 4 * HOUR, published - HOUR
    if approved > at:
        if asked + HOUR <= at:
            postmortems.move(writer, row, PostmortemState.IN_REVIEW, at=asked)
        return
    postmortems.move(writer, row, PostmortemState.IN_REVIEW, at=asked)
    postmortems.comment(
        staff.leader, row, "Which alert would have told us first?", section="detection", at=asked + HOUR
    )
    for said in row.comments.all():
        if published <= at:
            postmortems.settle(writer, said, at=published - 2 * HOUR)
    if published > at:
        return
    postmortems.move(staff.leader, row, PostmortemState.APPROVED, at=approved)
    postmortems.move(writer, row, PostmortemState.PUBLISHED, at=published)


def quiet(*, at: dt.datetime) -> None:
    """What was told in the past is no news: seen when it is older than a week, and never sent by e-mail."""
    Notification.objects.filter(mailed_at=None).update(wants_mail=False)
    Notification.objects.filter(at__lt=at - 7 * DAY, seen_at=None).update(seen_at=at)
