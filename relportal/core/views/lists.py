"""A list page: filtered, sorted and paged by its address, with a CSV, and maybe a workbook, of what is shown.

An app says what its list reads, finds and prints; everything between is here, once for all lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from relportal.core import saved
from relportal.core.csvexport import Cell, csv_response
from relportal.core.filters import Asked, Option, Select, chips
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from relportal.core.queries.lists import View, around, may_save_for, picks
from relportal.core.views.base import viewer
from relportal.core.xlsxexport import xlsx_response

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Found(Protocol):
    """One page of rows; `total` counts all that match, and `size` None means that there is one page only."""

    @property
    def total(self) -> int: ...
    @property
    def page(self) -> int: ...
    @property
    def size(self) -> int | None: ...


F = TypeVar("F")
Ord = TypeVar("Ord")
L = TypeVar("L", bound=Found)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedBar:
    """The saved views of a list: the viewer's own and their teams' stand open, the `others` in a menu.

    `query` is what is open now, `teams` are those for which it may be saved, `mine` the short names of the viewer's.
    """

    page: str
    query: str
    views: tuple[View, ...]
    teams: tuple[Option, ...]
    may_save: bool
    mine: frozenset[str]

    @property
    def near(self) -> tuple[View, ...]:
        return tuple(view for view in self.views if not view.team or view.team in self.mine or view.active)

    @property
    def others(self) -> tuple[View, ...]:
        return tuple(view for view in self.views if view not in self.near)

    @property
    def active(self) -> View | None:
        return next((view for view in self.views if view.active), None)

    @property
    def may_add(self) -> bool:
        """The bare list needs no name."""
        return self.may_save and bool(self.query) and self.active is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(Generic[F, Ord, L]):
    """What is a list's own: its template extends core/list.html, and `context` gives what only that needs.

    `name` begins the name of its files, and is the key of its saved views; `xlsx`: it is to be had as a workbook, too.
    `choices` maps a filter to the model that is offered there. `rows` takes (user, filters, order, page, size, at); `size`
    None asks for all. `bulk` is the ability that selecting a row takes, and the name of the address where the selected ones
    are sent.
    """

    name: str
    template: str
    page_size: int
    read: Callable[[QueryDict], Asked[F, Ord]]
    rows: Callable[..., L]
    choices: Mapping[str, type[Any]]
    controls: Callable[[QueryDict, Mapping[str, tuple[Option, ...]]], tuple[Select, ...]]
    title: Callable[[L], str]
    label: _StrPromise
    hint: _StrPromise
    csv_header: Sequence[str]
    csv_rows: Callable[[L], Iterable[tuple[Cell, ...]]]
    context: Callable[[User], dict[str, Any]]
    bulk: tuple[str, str] | None = None
    xlsx: bool = False
    ability: str = "catalog.view"

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """The page, or a file of it with `?format=csv` or `?format=xlsx`. Raises: NotAllowed."""
        user = viewer(request)
        require(user, self.ability)
        asked, at = self.read(request.GET), timezone.now()
        if (kind := request.GET.get("format")) == "csv" or (self.xlsx and kind == "xlsx"):
            everything = self.rows(user, filters=asked.filters, order=asked.order, size=None, at=at)
            name, rows = f"{self.name}-{at:%Y-%m-%d}.{kind}", self.csv_rows(everything)
            if kind == "xlsx":
                return xlsx_response(name, self.csv_header, rows, sheet=str(self.label))
            return csv_response(name, self.csv_header, rows)
        listed = self.rows(user, filters=asked.filters, order=asked.order, page=asked.page, size=self.page_size, at=at)
        open_now = saved.normal(request.GET)
        near = around(user, page=self.name, query=open_now, choices=self.choices)
        controls = self.controls(request.GET, near.options)
        context = {
            "listed": listed,
            "title": self.title(listed),
            "label": self.label,
            "hint": self.hint,
            "page": Paginator(range(listed.total), listed.size or 1).page(listed.page),
            "controls": controls,
            "chips": chips(request.GET, controls),
            "wrong": asked.wrong,
            "views": SavedBar(
                page=self.name,
                query=open_now,
                views=near.views,
                teams=may_save_for(user, near.options.get("team", ())),
                may_save=allowed(user, "view.edit"),
                mine=frozenset(slug for _pk, slug, _name in user.teams),
            ),
            "picks": self.bulk and picks(user, self.bulk[0], url=self.bulk[1], teams=near.options.get("team", ())),
            "csv": _file_address(request.GET, "csv"),
            "xlsx": _file_address(request.GET, "xlsx") if self.xlsx else "",
        }
        return render(request, self.template, context | self.context(user))


def _file_address(query: QueryDict, kind: str) -> str:
    query = query.copy()
    query["format"] = kind
    query.pop("page", None)
    return f"?{query.urlencode()}"
