"""Schedules of digests and reports: made, changed, paused; and whoever wants none of them says so."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, work
from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import Team, User
from relportal.core.permissions import Actor, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.actions.inputs import Owned
from reports.domain.schedules import Cadence
from reports.models import Schedule, Unsubscription

SCHEDULE: Final = "reports.schedule"
FIELDS: Final = ("name", "cadence", "team", "tier", "weekday", "day", "hour", "zone")
_SALT: Final = "reports.unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleGiven:
    """`zone` is an IANA name; neither `team` nor `tier`: of the company."""

    name: str
    cadence: Cadence
    zone: str
    hour: int
    weekday: int = 0
    day: int = 1
    team: Team | None = None
    tier: int | None = None
    people: Sequence[User] = ()
    teams: Sequence[Team] = ()
    roles: Sequence[str] = ()


def create(actor: Actor, given: ScheduleGiven, *, at: dt.datetime) -> Schedule:
    """Raises: NotAllowed; Invalid, by field."""
    require(actor, "report.schedule", _owned(given.team))
    row = Schedule(created_at=at, created_by=actor if isinstance(actor, User) else None)
    _fill(row, given)
    with transaction.atomic():
        clean(row)
        save(row)
        row.people.set(given.people)
        row.teams.set(given.teams)
        changes: dict[str, audit.Change] = {
            "name": (None, row.name),
            "recipients": (None, _told(given.people, given.teams, given.roles)),
        }
        audit.record(actor, "schedule.create", row, at=at, changes=changes)
        _set_due(row, at=at)
    return row


def edit(actor: Actor, schedule: Schedule, given: ScheduleGiven, *, version: int | None, at: dt.datetime) -> Schedule:
    """Raises: NotAllowed, also for the team that it would be of; Stale; Invalid, by field."""
    with transaction.atomic():
        row = locked(Schedule, schedule.pk, version=version)
        for team in (row.team, given.team):
            require(actor, "report.schedule", _owned(team))
        before = Schedule.objects.select_related("team").get(pk=row.pk)
        told = _told(before.people.all(), before.teams.all(), before.roles)
        _fill(row, given)
        row.version += 1
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        save(row)
        row.people.set(given.people)
        row.teams.set(given.teams)
        if told != (now := _told(given.people, given.teams, given.roles)):
            changes["recipients"] = (told, now)
        audit.record(actor, "schedule.edit", row, at=at, changes=changes)
        _set_due(row, at=at)
    return row


def set_active(actor: Actor, schedule: Schedule, *, active: bool, at: dt.datetime) -> Schedule:
    """Paused, nothing new is sent; what waits already still is. Twice changes nothing. Raises: NotAllowed."""
    require(actor, "report.schedule", _owned(schedule.team))
    with transaction.atomic():
        row = locked(Schedule, schedule.pk)
        if row.is_active == active:
            return row
        row.is_active = active
        row.version += 1
        save(row)
        audit.record(actor, "schedule.resume" if active else "schedule.pause", row, at=at)
        _set_due(row, at=at)
    return row


def subscribe(user: User, schedule: Schedule, *, wanted: bool, at: dt.datetime) -> None:
    """Whoever would be sent it says for themselves whether they want it. Raises: NotAllowed."""
    require(user, "report.subscribe")
    _set_wanted(user, schedule, wanted=wanted, at=at)


def unsubscribe_token(schedule: Schedule, user: User) -> str:
    """It can do nothing but stop these e-mails to this person, so that it may stand in an address (RFC 8058)."""
    return Signer(salt=_SALT).sign(f"{schedule.pk}-{user.pk}")


def unsubscribed_by(token: str) -> tuple[Schedule, User]:
    """Raises: Missing for a token that is none of ours."""
    try:
        schedule, _dash, user = Signer(salt=_SALT).unsign(token).partition("-")
        return Schedule.objects.get(pk=int(schedule)), User.objects.get(pk=int(user))
    except (BadSignature, ValueError, Schedule.DoesNotExist, User.DoesNotExist):
        raise Missing(_("This link is cut off or old. Sign in and stop the e-mails under Reports, E-mails.")) from None


def unsubscribe(token: str, *, at: dt.datetime) -> Schedule:
    """By the link of an e-mail, without signing in. Raises: Missing."""
    schedule, user = unsubscribed_by(token)
    _set_wanted(user, schedule, wanted=False, at=at)
    return schedule


def recipients(schedule: Schedule) -> list[User]:
    """Everybody who is active, wants e-mails and these ones, and may read reports; in the order of their names."""
    named = User.objects.filter(pk__in=schedule.people.values("pk"))
    members = User.objects.filter(memberships__team__in=schedule.teams.all())
    holders = User.objects.filter(memberships__role__in=schedule.roles)
    wanted = (named | members | holders).distinct().filter(is_active=True, mail=True)
    wanted = wanted.exclude(pk__in=schedule.unsubscriptions.values("user"))
    return [user for user in wanted.order_by("display_name", "pk") if allowed(user, "report.view")]


def _set_wanted(user: User, schedule: Schedule, *, wanted: bool, at: dt.datetime) -> None:
    with transaction.atomic():
        row = locked(Schedule, schedule.pk)
        if wanted:
            changed = Unsubscription.objects.filter(schedule=row, user=user).delete()[0] > 0
        else:
            changed = Unsubscription.objects.get_or_create(schedule=row, user=user, defaults={"at": at})[1]
        if changed:
            audit.record(user, "schedule.subscribe" if wanted else "schedule.unsubscribe", row, at=at)


def _fill(row: Schedule, given: ScheduleGiven) -> None:
    if given.zone not in zoneinfo.available_timezones():
        raise Invalid({"zone": _("There is no time zone “%(zone)s”. Use a name such as Europe/Berlin.") % {
            "zone": given.zone[:60]}})  # fmt: skip
    if not (given.people or given.teams or given.roles):
        raise Invalid({"people": _("Name at least one person, team or role: a schedule of nobody sends nothing.")})
    unable = [str(user) for user in given.people if not allowed(user, "report.view")]
    if unable:
        raise Invalid({"people": _("These people may not read reports: %(who)s.") % {"who": ", ".join(unable)}})
    if given.team is not None and given.tier is not None:
        raise Invalid({"tier": _("It is about a team or about a tier, not both.")})
    row.name, row.cadence, row.team, row.tier = given.name.strip(), given.cadence, given.team, given.tier
    row.weekday, row.day, row.hour, row.zone = given.weekday, given.day, given.hour, given.zone
    row.roles = list(dict.fromkeys(given.roles))


def _set_due(row: Schedule, *, at: dt.datetime) -> None:
    """What is quarterly waits for a report to be published."""
    if row.is_active and row.cadence != Cadence.QUARTERLY:
        work.enqueue(SCHEDULE, str(row.pk), at=row.rhythm.next_after(at))


def _owned(team: Team | None) -> Owned:
    """As abilities ask; a schedule of the company, or of a tier, is the stewards' to make."""
    return Owned(team.pk if team is not None else None)


def _told(people: Iterable[User], teams: Iterable[Team], roles: Iterable[str]) -> str:
    return ", ".join(sorted(str(each) for each in (*people, *teams, *roles)))
