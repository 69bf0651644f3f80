"""Perronova's teams and people, with their roles."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from relportal.core import audit
from relportal.core.models import Membership, Role, Team, User
from relportal.core.permissions import SYSTEM
from relportal.demo.people import PASSWORD, PEOPLE, TEAMS, Person


def teams(*, at: dt.datetime) -> None:
    there = set(Team.objects.values_list("slug", flat=True))
    for each in TEAMS:
        if each.slug not in there:
            with transaction.atomic():
                row = Team.objects.create(slug=each.slug, name=each.name, description=each.description)
                audit.record(SYSTEM, "team.create", row, at=at, changes={"name": (None, each.name)})


def people(*, at: dt.datetime) -> None:
    """Creates who is not there yet; a person who is keeps the password and roles that they have now."""
    there = set(User.objects.values_list("email", flat=True))
    rows = {row.slug: row for row in Team.objects.all()}
    for each in PEOPLE:
        if each.email not in there:
            _hire(each, teams=rows, at=at)


def _hire(person: Person, *, teams: dict[str, Team], at: dt.datetime) -> None:
    admin = any(held.role == Role.ADMIN for held in person.roles)
    with transaction.atomic():
        user = User.objects.create_user(
            person.email, PASSWORD, display_name=person.name, time_zone=person.time_zone, is_staff=admin
        )
        held = [
            Membership.objects.create(user=user, role=Role(each.role), team=teams[each.team] if each.team else None)
            for each in person.roles
        ]
        roles = [str(each.get_role_display()) + (f" ({each.team.name})" if each.team else "") for each in held]
        audit.record(SYSTEM, "user.create", user, at=at, key=person.email, changes={"roles": (None, roles)})
