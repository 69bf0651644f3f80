"""Who signs which exception: rows in an order, of which the first that fits decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Case:
    """What decides the path of an exception. `tier` None: it is about no service; `level` empty: about no rated risk."""

    kind: str
    tier: int | None
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Empty conditions fit everything. `approvers` sign in this order."""

    kind: str = ""
    tiers: frozenset[int] = frozenset()
    levels: frozenset[str] = frozenset()
    approvers: tuple[str, ...]
    max_days: int


@dataclass(frozen=True, slots=True)
class Lint:
    """Indices of rows that can never decide; for each of them those that take its cases (none: it fits no case at all).

    `gaps` are cases for which no row fits, so that nobody could sign.
    """

    dead: dict[int, tuple[int, ...]]
    gaps: tuple[Case, ...]


def fits(row: Row, case: Case) -> bool:
    return (
        row.kind in ("", case.kind)
        and (not row.tiers or case.tier in row.tiers)
        and (not row.levels or case.level in row.levels)
    )


def deciding(rows: Sequence[Row], case: Case) -> int | None:
    """The index of the first row that fits."""
    return next((number for number, row in enumerate(rows) if fits(row, case)), None)


def cases(kinds: Iterable[str], tiers: Iterable[int], levels: Iterable[str]) -> tuple[Case, ...]:
    """Every case that there is, those without a service and without a level among them."""
    return tuple(Case(*one) for one in product(kinds, (*tiers, None), (*levels, "")))


def lint(rows: Sequence[Row], possible: Collection[Case]) -> Lint:
    """Laws: a row is dead exactly when taking it away changes no case; a list that ends in a row for everything has no gap."""
    decided = {case: deciding(rows, case) for case in possible}
    living = set(decided.values())
    dead = {
        number: tuple(sorted({found for case in possible if fits(row, case) and (found := decided[case]) is not None}))
        for number, row in enumerate(rows)
        if number not in living
    }
    return Lint(dead, tuple(case for case, found in decided.items() if found is None))


def last_day(asked_on: dt.date, max_days: int) -> dt.date:
    """The last day on which an exception that is asked for on a day may still be in force."""
    return asked_on + dt.timedelta(days=max_days)
