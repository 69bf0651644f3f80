"""A list page: filtered, sorted and paged by its address, with a CSV of what is shown.

An app says what its list reads, finds and prints; everything between is here, once for all lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from relportal.core.csvexport import Cell, csv_response
from relportal.core.filters import Asked, Select, chips
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.views.base import viewer

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
class ListPage(Generic[F, Ord, L]):
    """What is a list's own: its template extends core/list.html, and `context` gives what only that needs.

    `name` begins the name of its CSV file. `rows` takes (user, filters, order, page, size, at); `size` None asks for all.
    """

    name: str
    template: str
    page_size: int
    read: Callable[[QueryDict], Asked[F, Ord]]
    rows: Callable[..., L]
    controls: Callable[[QueryDict], tuple[Select, ...]]
    title: Callable[[L], str]
    label: _StrPromise
    hint: _StrPromise
    csv_header: Sequence[str]
    csv_rows: Callable[[L], Iterable[tuple[Cell, ...]]]
    context: Callable[[User], dict[str, Any]]

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """The page, or its CSV with `?format=csv`. Raises: NotAllowed."""
        user = viewer(request)
        require(user, "catalog.view")
        asked, at = self.read(request.GET), timezone.now()
        if request.GET.get("format") == "csv":
            everything = self.rows(user, filters=asked.filters, order=asked.order, size=None, at=at)
            return csv_response(f"{self.name}-{at:%Y-%m-%d}.csv", self.csv_header, self.csv_rows(everything))
        listed = self.rows(user, filters=asked.filters, order=asked.order, page=asked.page, size=self.page_size, at=at)
        controls = self.controls(request.GET)
        context = {
            "listed": listed,
            "title": self.title(listed),
            "label": self.label,
            "hint": self.hint,
            "page": Paginator(range(listed.total), listed.size or 1).page(listed.page),
            "controls": controls,
            "chips": chips(request.GET, controls),
            "wrong": asked.wrong,
            "csv": _csv_address(request.GET),
        }
        return render(request, self.template, context | self.context(user))


def _csv_address(query: QueryDict) -> str:
    query = query.copy()
    query["format"] = "csv"
    query.pop("page", None)
    return f"?{query.urlencode()}"
