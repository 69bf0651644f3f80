"""What stands around a list: the options of its filters and its saved views, all in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, models

from relportal.core import saved
from relportal.core.filters import Option
from relportal.core.models import User
from relportal.core.permissions import allowed

_VIEW: Final = " view"
# As SavedView's `visible_to`. Every list asks for this: made by the ORM, the statement would take longer to write than to run.
_VIEWS: Final = f"""
    SELECT '{_VIEW}', one.id::text, one.name, one.query, COALESCE(team.slug, ''), one.version
    FROM core_savedview one LEFT JOIN core_team team ON team.id = one.team_id
    WHERE (one.user_id = %s OR one.team_id IS NOT NULL) AND %s AND one.page = %s
"""  # noqa: S608 -- a word from above
_CHOICE: Final = "SELECT %s, slug::text, name, '', '', 0 FROM {table}"


@dataclass(frozen=True, slots=True)
class View:
    """`team` is the short name of the team whose view it is, empty for one of the viewer's own."""

    pk: int
    name: str
    query: str
    url: str
    team: str
    version: int
    active: bool
    may_edit: bool


@dataclass(frozen=True, slots=True)
class Around:
    """`options` maps a filter to its (short name, name), by name; `views` are the viewer's own, then those of teams."""

    options: Mapping[str, tuple[Option, ...]]
    views: tuple[View, ...]


def around(user: User, *, page: str, query: str, choices: Mapping[str, type[models.Model]]) -> Around:
    """`choices` maps a filter to its model, which has a `slug` and a `name`; `query` (see saved.normal) is what is open."""
    asked = " UNION ALL ".join([_VIEWS, *(_CHOICE.format(table=model._meta.db_table) for model in choices.values())])
    with connection.cursor() as cursor:
        cursor.execute(asked, [user.pk, bool(user.roles), page, *choices])
        rows = sorted(cursor.fetchall(), key=lambda row: str(row[2]).casefold())
    options = {kind: tuple((row[1], row[2]) for row in rows if row[0] == kind) for kind in choices}
    found = (_view(user, row, page=page, query=query) for row in rows if row[0] == _VIEW)
    return Around(options, tuple(sorted(found, key=lambda view: view.team)))


def _view(user: User, row: Any, *, page: str, query: str) -> View:
    _kind, key, name, held, team, version = row
    may = _may_save_for(user, team) if team else allowed(user, "view.edit")
    return View(int(key), name, held, saved.address(page, held), team, version, held == query, may)


def may_save_for(user: User, teams: tuple[Option, ...]) -> tuple[Option, ...]:
    """Those of `teams` for which the viewer may save a view."""
    return tuple((slug, name) for slug, name in teams if _may_save_for(user, slug))


def _may_save_for(user: User, team: str) -> bool:
    # 0 is no team's id: a team that is not the viewer's own is for those whose role holds everywhere.
    held = next((pk for pk, slug, _name in user.teams if slug == team), 0)
    return allowed(user, "team_view.edit", _Row(held))


@dataclass(frozen=True, slots=True)
class Picks:
    """The rows that the viewer may select: those of `teams` (short names), or of every team with None.

    `url` names where they are sent; `options` are the teams that they may be given to.
    """

    url: str
    teams: frozenset[str] | None
    options: tuple[Option, ...]

    def __bool__(self) -> bool:
        return self.teams is None or bool(self.teams)

    def holds(self, team: str | None) -> bool:
        return self.teams is None or team in self.teams


@dataclass(frozen=True, slots=True)
class _Row:
    team_id: int


def picks(user: User, ability: str, *, url: str, teams: tuple[Option, ...]) -> Picks:
    """The rows of a list for which the viewer has `ability`."""
    # 0 is no team's id, as above.
    if allowed(user, ability, _Row(0)):
        return Picks(url, None, teams)
    mine = tuple((slug, name) for pk, slug, name in user.teams if allowed(user, ability, _Row(pk)))
    return Picks(url, frozenset(slug for slug, _name in mine), mine)
