"""Who has an account here, for the list of people and the API."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from relportal.core.filters import Reader, slug
from relportal.core.models import Membership, Role, User


class PersonState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilters:
    """Empty means any, but `states`: without it only who is active. `wrong` are sentences on what was left out."""

    text: str = ""
    roles: tuple[Role, ...] = ()
    teams: tuple[str, ...] = ()
    states: tuple[PersonState, ...] = ()
    wrong: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        reader = Reader(query)
        return cls(
            text=reader.text,
            roles=reader.several("role", Role),
            teams=reader.several("team", slug),
            states=reader.several("state", PersonState),
            wrong=tuple(reader.wrong),
        )


def people(filters: PeopleFilters) -> QuerySet[User]:
    """By name. A role and a team together are one membership: the service owners of payments."""
    found = User.objects.prefetch_related("memberships__team").order_by("display_name", "pk")
    if filters.text:
        found = found.filter(Q(display_name__icontains=filters.text) | Q(email__icontains=filters.text))
    held = Membership.objects.filter(user=OuterRef("pk"))
    if filters.roles:
        held = held.filter(role__in=filters.roles)
    if filters.teams:
        held = held.filter(team__slug__in=filters.teams)
    if filters.roles or filters.teams:
        found = found.filter(Exists(held))
    states = filters.states or (PersonState.ACTIVE,)
    return found.filter(is_active__in=[state is PersonState.ACTIVE for state in states])
