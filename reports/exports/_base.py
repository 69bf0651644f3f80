"""What a format is. None asks the database or the clock: a payload and an address give the same bytes wherever they are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import ngettext

from reports.domain.payload import Payload, Table

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """`make(payload, base)` is the file; `base` is the address of the portal without a slash at its end, for the links in it.

    `ending` has its dot. `inline` where a browser may show it.
    """

    key: str
    label: _StrPromise
    hint: _StrPromise
    ending: str
    media_type: str
    make: Callable[[Payload, str], bytes]
    inline: bool = False


def table_foot(table: Table) -> str:
    """How many rows are left out, as the page says it, and its note."""
    n = table.left_out
    more = ngettext("%(n)s more row is not shown.", "%(n)s more rows are not shown.", n) % {"n": n} if n else ""
    return " ".join(each for each in (more, table.note) if each)
