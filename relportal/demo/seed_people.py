"""Perronova's teams and people, with their roles."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from relportal.core.actions.accounts import Grant, UserFields, create_team, create_user
from relportal.core.models import Role, Team, User
from relportal.core.permissions import SYSTEM
from relportal.demo.people import PASSWORD, PEOPLE, TEAMS, Person


def teams(*, at: dt.datetime) -> None:
    there = set(Team.objects.values_list("slug", flat=True))
    for each in TEAMS:
        if each.slug not in there:
            create_team(SYSTEM, slug=each.slug, name=each.name, description=each.description, at=at)


def people(*, at: dt.datetime) -> None:
    """Creates who is not there yet; a person who is keeps the password and roles that they have now."""
    there = set(User.objects.values_list("email", flat=True))
    rows = {row.slug: row for row in Team.objects.all()}
    for each in PEOPLE:
        if each.email not in there:
            _hire(each, teams=rows, at=at)


def _hire(person: Person, *, teams: dict[str, Team], at: dt.datetime) -> None:
    grants = [Grant(Role(held.role), teams[held.team] if held.team else None) for held in person.roles]
    fields = UserFields(email=person.email, display_name=person.name, time_zone=person.time_zone)
    with transaction.atomic():
        user = create_user(SYSTEM, fields=fields, grants=grants, at=at)
        # What the person would do by the link that a new colleague gets.
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
