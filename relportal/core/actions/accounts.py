"""People, their roles, and teams."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid, Missing
from relportal.core.models import Membership, Role, Team, User
from relportal.core.models.accounts import TEAM_ROLES, Theme
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

USER_FIELDS = ("email", "display_name", "time_zone")
TEAM_FIELDS = ("name", "description")
LOCK: Final = 4_715_209_306


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFields:
    """`time_zone` is an IANA name, or empty for the company's."""

    email: str
    display_name: str
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """`team` exactly for the roles that are held in a team."""

    role: Role
    team: Team | None = None


def create_user(
    actor: Actor, *, fields: UserFields, grants: Sequence[Grant] = (), at: dt.datetime, reason: str = ""
) -> User:
    """Without a password: the person sets one by a link (`relportal.core.accounts.set_password_link`), or signs in by OIDC.

    Raises: NotAllowed; Invalid, by field.
    """
    require(actor, "user.edit")
    user = User(
        email=fields.email.strip().lower(), display_name=fields.display_name.strip(), time_zone=fields.time_zone
    )
    user.set_unusable_password()
    _check_zone(fields.time_zone)
    with _one_at_a_time(actor):
        clean(user)
        save(user)
        changes = {name: (None, getattr(user, name)) for name in USER_FIELDS if getattr(user, name)}
        audit.record(actor, "user.create", user, at=at, key=user.email, reason=reason, changes=changes)
        for grant in grants:
            grant_role(actor, user, grant=grant, at=at, reason=reason)
    return user


def update_user(
    actor: Actor, user: User, *, version: int | None, fields: UserFields, at: dt.datetime, reason: str = ""
) -> User:
    """Raises: NotAllowed, Stale; Invalid, by field."""
    require(actor, "user.edit")
    _check_zone(fields.time_zone)
    with _one_at_a_time(actor):
        row = locked(User, user.pk, version=version)
        before = User.objects.get(pk=row.pk)
        row.email, row.display_name = fields.email.strip().lower(), fields.display_name.strip()
        row.time_zone = fields.time_zone
        clean(row)
        changes = audit.differences(before, row, USER_FIELDS)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "user.edit", row, at=at, key=row.email, reason=reason, changes=changes)
    return row


def deactivate_user(actor: Actor, user: User, *, at: dt.datetime, reason: str = "") -> User:
    """Ends every session and token at once; the person stays in the audit and may be brought back.

    Raises: NotAllowed; Conflict for oneself, the last administrator, or who is deactivated already.
    """
    require(actor, "user.edit")
    with _one_at_a_time(actor):
        row = locked(User, user.pk)
        if isinstance(actor, User) and actor.pk == row.pk:
            raise Conflict(_("You cannot deactivate yourself: ask another administrator."))
        if not row.is_active:
            raise Conflict(_("%(name)s is deactivated already.") % {"name": row})
        if _is_admin(row):
            _keep_an_admin(without=row)
        return _activate(actor, row, active=False, action="user.deactivate", at=at, reason=reason)


def reactivate_user(actor: Actor, user: User, *, at: dt.datetime, reason: str = "") -> User:
    """Raises: NotAllowed; Conflict when the person is active."""
    require(actor, "user.edit")
    with _one_at_a_time(actor):
        row = locked(User, user.pk)
        if row.is_active:
            raise Conflict(_("%(name)s is active.") % {"name": row})
        return _activate(actor, row, active=True, action="user.reactivate", at=at, reason=reason)


def record_password_link(actor: Actor, user: User, *, at: dt.datetime) -> None:
    """That `actor` was given a link by which `user` chooses a password. Raises: NotAllowed."""
    require(actor, "user.edit")
    with transaction.atomic():
        audit.record(actor, "user.password_link", user, at=at, key=user.email)


def grant_role(actor: Actor, user: User, *, grant: Grant, at: dt.datetime, reason: str = "") -> Membership:
    """Raises: NotAllowed; Invalid, by field (`role`, `team`)."""
    require(actor, "user.edit")
    if grant.role in TEAM_ROLES and grant.team is None:
        raise Invalid({"team": _("This role is held in a team: choose which.")})
    if grant.role not in TEAM_ROLES and grant.team is not None:
        raise Invalid({"team": _("This role is held for the whole company: leave the team empty.")})
    with _one_at_a_time(actor):
        locked(User, user.pk)
        held = Membership(user=user, role=grant.role, team=grant.team)
        if Membership.objects.filter(user=user, role=grant.role, team=grant.team).exists():
            raise Invalid({"role": _("This person holds that role already.")})
        clean(held)
        save(held)
        audit.record(
            actor, "role.grant", user, at=at, key=user.email, reason=reason, changes={"role": (None, _word(held))}
        )
    return held


def revoke_role(actor: Actor, membership: Membership, *, at: dt.datetime, reason: str = "") -> None:
    """Raises: NotAllowed; Missing; Conflict for the last administrator."""
    require(actor, "user.edit")
    with _one_at_a_time(actor):
        user = locked(User, membership.user_id)
        held = Membership.objects.select_related("team").filter(pk=membership.pk).first()
        if held is None:
            raise Missing(_("This person does not hold that role any more."))
        if held.role == Role.ADMIN and user.is_active:
            _keep_an_admin(without=user)
        audit.record(
            actor, "role.revoke", user, at=at, key=user.email, reason=reason, changes={"role": (_word(held), None)}
        )
        held.delete()


def create_team(
    actor: Actor, *, slug: str, name: str, description: str = "", at: dt.datetime, reason: str = ""
) -> Team:
    """Raises: NotAllowed; Invalid, by field."""
    require(actor, "team.edit")
    if slug.lower() == "new":
        raise Invalid({"slug": _("“%(slug)s” is an address of the portal: choose another.") % {"slug": slug}})
    team = Team(slug=slug, name=name, description=description)
    with transaction.atomic():
        clean(team)
        save(team)
        changes = {field: (None, value) for field in TEAM_FIELDS if (value := getattr(team, field))}
        audit.record(actor, "team.create", team, at=at, reason=reason, changes=changes)
    return team


def update_team(
    actor: Actor, team: Team, *, version: int | None, name: str, description: str, at: dt.datetime, reason: str = ""
) -> Team:
    """Raises: NotAllowed, Stale; Invalid, by field."""
    require(actor, "team.edit")
    with transaction.atomic():
        row = locked(Team, team.pk, version=version)
        before = Team.objects.get(pk=row.pk)
        row.name, row.description = name, description
        clean(row)
        changes = audit.differences(before, row, TEAM_FIELDS)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "team.edit", row, at=at, reason=reason, changes=changes)
    return row


def set_preferences(
    user: User,
    *,
    theme: Theme | None = None,
    time_zone: str | None = None,
    single_keys: bool | None = None,
    mail: bool | None = None,
) -> User:
    """How the portal looks to this person alone, so it needs no role and is no matter for the audit; None keeps.

    Raises: Invalid.
    """
    if time_zone is not None:
        _check_zone(time_zone)
        user.time_zone = time_zone
    if theme is not None:
        user.theme = theme
    if single_keys is not None:
        user.single_key_shortcuts = single_keys
    if mail is not None:
        user.mail = mail
    user.save(update_fields=["theme", "time_zone", "single_key_shortcuts", "mail"])
    return user


@contextmanager
def _one_at_a_time(actor: Actor) -> Iterator[None]:
    """A transaction in which nobody else changes people or roles.

    Two administrators who act on each other would otherwise each hold the other's row, which the audit of their own act
    refers to; and two who leave at the same time could both be the last but one.

    Raises: NotAllowed for an actor who lost the right while they waited.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if isinstance(actor, User):
            require(User.objects.get(pk=actor.pk), "user.edit")
        yield


def _activate(actor: Actor, row: User, *, active: bool, action: str, at: dt.datetime, reason: str) -> User:
    row.is_active = active
    row.version += 1
    row.save(update_fields=["is_active", "version"])
    audit.record(actor, action, row, at=at, key=row.email, reason=reason, changes={"is_active": (not active, active)})
    return row


def _is_admin(user: User) -> bool:
    return (Role.ADMIN.value, None) in user.roles


def _keep_an_admin(*, without: User) -> None:
    others = User.objects.filter(is_active=True).exclude(pk=without.pk)
    held = Membership.objects.filter(role=Role.ADMIN).values("user")
    if not (others.filter(pk__in=held).exists() or others.filter(is_superuser=True).exists()):
        raise Conflict(_("%(name)s is the last administrator: make someone else one first.") % {"name": without})


def _check_zone(name: str) -> None:
    if name and name not in zoneinfo.available_timezones():
        raise Invalid(
            {"time_zone": _("“%(zone)s” is not a time zone. Use a name such as Europe/Berlin.") % {"zone": name[:80]}}
        )


def _word(held: Membership) -> str:
    return f"{held.role} ({held.team.slug})" if held.team else held.role
