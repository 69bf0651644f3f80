"""What is promised and not done is said again, until it is: to its owner, and after a week to whoever can help.

Each reminder has a key, so that it comes once, however often the work runs or is repeated after a failure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.actions.postmortems import due_at
from incidents.models import (
    COUNTED_KINDS,
    UNFINISHED,
    ActionItem,
    Incident,
    IncidentRole,
    Postmortem,
    PostmortemState,
    RoleHolder,
    State,
)
from relportal.core import company, work
from relportal.core.actions.notifications import notify
from relportal.core.models import Membership, Role, User

REMINDERS: Final = "incidents.reminders"
EVERY: Final = dt.timedelta(minutes=5)
AHEAD: Final = 3
"""Days before an action falls due."""
AGAIN: Final = 7
"""Days between reminders of what is overdue."""
ESCALATE: Final = 7
"""Days overdue after which those who can help are told, too."""
POSTMORTEM_ESCALATE: Final = 2
PAUSES: Final[list[Callable[[Collection[int], dt.datetime], AbstractSet[int]]]] = []
"""Apps above add to it: of these actions (ids), those that are not said at an instant, because somebody agreed to it."""


def schedule_reminders(*, at: dt.datetime) -> None:
    """Every five minutes, for the updates of what goes on; the rest comes along."""
    with transaction.atomic():
        work.enqueue(REMINDERS, "all", at=at + EVERY, every=EVERY)


def remind(*, at: dt.datetime) -> dict[str, int]:
    """Everything that is due to be said at `at`; how much was looked at, by kind."""
    return {
        "actions": _actions(at=at),
        "postmortems": _postmortems(at=at),
        "owed": _owed(at=at),
        "updates": _updates(at=at),
    }


def _actions(*, at: dt.datetime) -> int:
    today = company.day(at)
    soon = Q(state__in=UNFINISHED, due_on__lte=today + dt.timedelta(days=AHEAD))
    rows = list(ActionItem.objects.filter(soon).select_related("owner", "service"))
    asked = {row.pk for row in rows}
    paused = {pk for pause in PAUSES for pk in pause(asked, at)}
    for row in rows:
        if row.pk in paused:
            continue
        with transaction.atomic():
            _action(row, today=today, at=at)
    return len(rows)


def _action(row: ActionItem, *, today: dt.date, at: dt.datetime) -> None:
    late = (today - row.due_on).days
    url = row.get_absolute_url()
    # A date that moves begins anew: the key holds it.
    key = f"action:{row.pk}:{row.due_on}"
    if late <= 0:
        words = _("%(action)s is due on %(day)s") if late < 0 else _("%(action)s is due today, %(day)s")
        said = words % {"action": row, "day": row.due_on}
        notify(_owner_or_team(row), said, key=f"{key}:{'soon' if late < 0 else 'today'}", url=url, at=at)
        return
    overdue = ngettext("%(action)s is %(n)d day overdue", "%(action)s is %(n)d days overdue", late)
    said = overdue % {"action": row, "n": late}
    notify(_owner_or_team(row), said, key=f"{key}:late{(late - 1) // AGAIN}", url=url, at=at)
    if late > ESCALATE:
        notify(_helpers(row), said, key=f"{key}:escalated{(late - 1) // AGAIN}", url=url, at=at)


def _owner_or_team(row: ActionItem) -> list[User]:
    """An action without an owner is everybody's of its team, for it is nobody's otherwise."""
    return [row.owner] if row.owner is not None else _helpers(row)


def _helpers(row: ActionItem) -> list[User]:
    team = row.team_id or (row.service.team_id if row.service else None)
    people = _owners_of(team).exclude(pk=row.owner_id or 0)
    return [each for each in people if ActionItem.objects.visible_to(each).filter(pk=row.pk).exists()]


def _owners_of(team: int | None) -> QuerySet[User]:
    """Service owners of a team; where it has none, those who lead reliability."""
    held = Membership.objects.filter(user__is_active=True)
    owners = held.filter(role=Role.SERVICE_OWNER, team=team) if team else held.none()
    if not owners.exists():
        owners = held.filter(role=Role.RELIABILITY_LEAD)
    return User.objects.filter(pk__in=owners.values("user"))


def _postmortems(*, at: dt.datetime) -> int:
    """The day before it is due, when it is overdue, and to the team's owners two days later."""
    waiting = Postmortem.objects.exclude(state=PostmortemState.PUBLISHED).filter(due_at__lt=at + dt.timedelta(days=1))
    rows = list(waiting.defer("search").select_related("incident", "owner"))
    for row in rows:
        if row.due_at is None:
            continue
        late = (at - row.due_at).days if at > row.due_at else -1
        up = late >= POSTMORTEM_ESCALATE
        coming = _("The postmortem of %(incident)s is due tomorrow")
        words = coming if late < 0 else _("The postmortem of %(incident)s is overdue")
        people = [row.owner] if row.owner is not None else []
        if up or not people:
            people += _who_see(row.incident, _owners_of(row.team_id))
        key = f"postmortem:{row.pk}:{row.due_at:%Y-%m-%d}:{_stage(late)}"
        with transaction.atomic():
            notify(people, words % {"incident": row.incident}, key=key, url=row.get_absolute_url(), at=at)
    return len(rows)


def _owed(*, at: dt.datetime) -> int:
    """An ended incident whose severity asks for a postmortem that nobody has begun: to its commander, then to the owners."""
    over = Incident.objects.filter(state__in=(State.RESOLVED, State.CLOSED), kind__in=COUNTED_KINDS, postmortem=None)
    rows = list(over.filter(severity__postmortem_days__isnull=False).select_related("severity"))
    for row in rows:
        due = due_at(row)
        if due is None or at < due - dt.timedelta(days=1):
            continue
        late = (at - due).days if at > due else -1
        holders = RoleHolder.objects.filter(incident=row, role=IncidentRole.COMMANDER, since__isnull=False)
        people = list(User.objects.filter(pk__in=holders.values("user")))
        if late >= POSTMORTEM_ESCALATE or not people:
            people += _who_see(row, _owners_of(row.team_id))
        said = _("%(incident)s owes a postmortem by %(day)s") % {"incident": row, "day": company.day(due)}
        key = f"owed:{row.pk}:{_stage(late)}"
        with transaction.atomic():
            notify(people, said, key=key, url=row.get_absolute_url(), at=at)
    return len(rows)


def _updates(*, at: dt.datetime) -> int:
    """The next update is due, and nobody has posted it: to whoever holds communications, else command."""
    late = Incident.objects.ongoing().filter(next_update_at__lte=at)
    rows = list(late)
    for row in rows:
        held = RoleHolder.objects.filter(incident=row, since__isnull=False, until=None).select_related("user")
        by_role = {each.role: each.user for each in held}
        speaker = by_role.get(IncidentRole.COMMUNICATIONS) or by_role.get(IncidentRole.COMMANDER)
        if speaker is None or row.next_update_at is None:
            continue
        said = _("%(incident)s: the next update is due") % {"incident": row}
        with transaction.atomic():
            key = f"update:{row.pk}:{int(row.next_update_at.timestamp())}"
            notify([speaker], said, key=key, url=row.get_absolute_url(), at=at)
    return len(rows)


def _stage(late: int) -> str:
    """What a reminder of a postmortem is the reminder of; `late` in whole days, negative before it is due."""
    if late < 0:
        return "soon"
    return f"late{late // AGAIN}" + (":up" if late >= POSTMORTEM_ESCALATE else "")


def _who_see(incident: Incident, people: Iterable[User]) -> list[User]:
    return [each for each in people if Incident.objects.visible_to(each).filter(pk=incident.pk).exists()]
