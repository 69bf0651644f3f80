"""Which incidents are repeats: an earlier one had failed in the same way."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

YEAR: Final = dt.timedelta(days=365)
"""What failed longer before is not repeated."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An incident with the ways in which it failed; empty: nobody has said."""

    key: int
    began: dt.datetime
    modes: frozenset[str]


def repeated(rows: Iterable[Failed], *, within: dt.timedelta = YEAR) -> dict[int, dict[str, int]]:
    """Incident -> mode -> the last incident before it that failed so. Only repeats are in it.

    Of two that began at once, the one with the lower key came first.
    """
    last: dict[str, Failed] = {}
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for one in sorted(rows, key=lambda each: (each.began, each.key)):
        for mode in one.modes:
            before = last.get(mode)
            if before is not None and one.began - before.began <= within:
                found[one.key][mode] = before.key
            last[mode] = one
    return dict(found)
