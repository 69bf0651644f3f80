"""What the query string of a list asks for, and the controls that show it: every list of the portal reads it in this way.

A value may hold several with commas: `?tier=1,2`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

T = TypeVar("T")
F = TypeVar("F")
Ord = TypeVar("Ord")
S = TypeVar("S", bound=StrEnum)
Option = tuple[str, str]
# (key, name, what the first option says, the options)
Offer = tuple[str, str, str, Iterable[tuple[str, Any]]]
# An offset must fit the database's integer.
MOST_PAGES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked(Generic[F, Ord]):
    """`wrong` names each value that was left out because it means nothing, as a sentence."""

    filters: F
    order: Ord
    page: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """A control: `options` are (value, label), the first lets everything through; `value` is what the address holds,
    and `offered` what can be chosen alone."""

    name: str
    label: str
    options: tuple[Option, ...]
    value: str
    offered: tuple[Option, ...] = ()


class Reader:
    """Never refuses: a link that was typed by hand shows the list, and `wrong` says what of it was not understood."""

    def __init__(self, query: QueryDict) -> None:
        self._query = query
        self.wrong: list[str] = []

    @property
    def text(self) -> str:
        # PostgreSQL refuses a NUL in any text.
        return self._query.get("q", "").replace("\0", " ").strip()[:200]

    def several(self, key: str, parse: Callable[[str], T]) -> tuple[T, ...]:
        """`parse` raises ValueError for what means nothing."""
        found = []
        for text in texts(self._query, key):
            try:
                found.append(parse(text))
            except ValueError:
                self.wrong.append(
                    _("There is no %(key)s “%(text)s”: it was left out.") % {"key": key, "text": text[:40]}
                )
        return tuple(found)

    def order(self, sorts: type[S], order: Callable[[S, bool], Ord], *, default: Ord) -> Ord:
        """`sort` names a column, descending with "-"."""
        found = self.several("sort", lambda text: order(sorts(text.removeprefix("-")), text.startswith("-")))
        return found[0] if found else default

    def asked(self, filters: F, order: Ord) -> Asked[F, Ord]:
        pages = self.several("page", page_number) or (1,)
        return Asked(filters, order, pages[0], tuple(self.wrong))


def texts(query: QueryDict, key: str) -> list[str]:
    return [text.strip() for value in query.getlist(key) for text in value.split(",") if text.strip()]


def slug(text: str) -> str:
    """Raises: ValueError for what no short name holds."""
    if "\0" in text:
        raise ValueError(text)
    return text


def page_number(text: str) -> int:
    page = int(text)
    if not 0 < page < MOST_PAGES:
        raise ValueError(text)
    return page


def selects(query: QueryDict, offered: Iterable[Offer]) -> tuple[Select, ...]:
    return tuple(
        _select(query, name, label, (("", everything), *options)) for name, label, everything, options in offered
    )


def _select(query: QueryDict, name: str, label: str, options: Sequence[tuple[str, Any]]) -> Select:
    """Several values in the address become one more option, so that sending the form again keeps them."""
    options = [(value, str(text)) for value, text in options]
    offered = tuple(options[1:])
    given = texts(query, name)
    value = ",".join(given)
    labels = dict(options)
    if value and value not in labels:
        options = [*options, (value, ", ".join(labels.get(text, text) for text in given))]
    return Select(name, label, tuple(options), value, offered)


def chips(query: QueryDict, controls: Iterable[Select]) -> tuple[tuple[str, str], ...]:
    """(key, words) of each filter that is set, for the row of chips that take them away."""
    found = [("q", f"“{text}”")] if (text := query.get("q", "").strip()) else []
    found += [(one.name, f"{one.label}: {dict(one.options)[one.value]}") for one in controls if one.value]
    return tuple(found)
