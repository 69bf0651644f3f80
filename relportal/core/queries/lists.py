"""What stands around a list: the options of its filters and its saved views, all in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from relportal.core import saved
from relportal.core.filters import Option
from relportal.core.models import SavedView, User
from relportal.core.permissions import allowed

_COLUMNS = ("kind", "key", "label", "query", "owner", "edition")
_VIEW = " view"


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


def around(user: User, *, page: str, query: str, choices: Mapping[str, type[Any]]) -> Around:
    """`choices` maps a filter to its model, which has a `slug` and a `name`; `query` (see saved.normal) is what is open."""
    views: QuerySet[Any, Any] = SavedView.objects.visible_to(user).filter(page=page).order_by()
    asked = _columns(
        views,
        kind=_VIEW,
        key=Cast("pk", TextField()),
        query=F("query"),
        owner=Coalesce("team__slug", Value("")),
        edition=F("version"),
    )
    named = [
        _columns(model.objects.order_by(), kind=kind, key=F("slug"), query=_NOTHING, owner=_NOTHING, edition=Value(0))
        for kind, model in choices.items()
    ]
    rows = sorted(asked.union(*named, all=True), key=lambda row: str(row[2]).casefold())
    options = {kind: tuple((row[1], row[2]) for row in rows if row[0] == kind) for kind in choices}
    found = (_view(user, row, page=page, query=query) for row in rows if row[0] == _VIEW)
    return Around(options, tuple(sorted(found, key=lambda view: view.team)))


_NOTHING = Value("", output_field=TextField())


def _columns(rows: QuerySet[Any, Any], *, kind: str, **columns: Any) -> QuerySet[Any, Any]:
    """Under names that no model has."""
    asked = {f"_{name}": column for name, column in columns.items()}
    named = rows.annotate(_kind=Value(kind, output_field=TextField()), _label=F("name"), **asked)
    listed: QuerySet[Any, Any] = named.values_list(*(f"_{name}" for name in _COLUMNS))
    return listed


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
