"""How computed values are kept: a period at a time, and only those rows are written that say something new."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from reports.domain.periods import ROLLING, Period
from reports.models import Edition, KpiValue

KEY: Final = ("kpi", "cut", "first", "scope", "number")
SAID: Final = (
    "definition", "last", "value", "numerator", "denominator", "low", "high", "n", "coverage", "excluded", "lacking", "rag",
    "green", "red", "before", "change", "maturity", "parts",
)  # fmt: skip
COLUMNS: Final = (*KEY, *SAID)
NEVER_NULL: Final = ("lacking", "change")
"""An empty word is a word there; elsewhere an empty field of the file is NULL."""
TABLE: Final = KpiValue._meta.db_table
FRESH: Final = "fresh_kpi_value"
# Only the names above stand in the statements; what is written goes through COPY and parameters.
CHUNK: Final = 5000

# Without constraints; it is gone with the transaction.
_FRESH: Final = f"CREATE TEMP TABLE {FRESH} ON COMMIT DROP AS SELECT {', '.join(COLUMNS)} FROM {TABLE} WHERE false"  # noqa: S608
_SAME: Final = " AND ".join(f"kept.{name} = fresh.{name}" for name in KEY)
_DIFFERENT: Final = (
    f"({', '.join(f'kept.{name}' for name in SAID)}) IS DISTINCT FROM ({', '.join(f'fresh.{name}' for name in SAID)})"
)
_INSERT: Final = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}, edition, computed_at) SELECT {', '.join(COLUMNS)}, "
_CHANGED: Final = f"""
    UPDATE {TABLE} kept SET {", ".join(f"{name} = fresh.{name}" for name in SAID)}, computed_at = %(at)s
    FROM {FRESH} fresh WHERE {_SAME} AND kept.edition = '{Edition.LIVE}' AND {_DIFFERENT}
"""  # noqa: S608
_NEW: Final = f"""
    {_INSERT} '{Edition.LIVE}', %(at)s FROM {FRESH} fresh
    WHERE NOT EXISTS (SELECT FROM {TABLE} kept WHERE {_SAME} AND kept.edition = '{Edition.LIVE}')
"""
_GONE: Final = f"""
    DELETE FROM {TABLE} kept WHERE kept.kpi = %(kpi)s AND kept.edition = '{Edition.LIVE}' AND kept.cut = %(cut)s
        AND kept.first = ANY (%(firsts)s) AND NOT EXISTS (SELECT FROM {FRESH} fresh WHERE {_SAME})
"""  # noqa: S608
# Whoever asks as of when figures are reads those of the company, so that they are the ones that tell of each run.
_TOUCHED: Final = f"""
    UPDATE {TABLE} SET computed_at = %(at)s WHERE kpi = %(kpi)s AND edition = '{Edition.LIVE}' AND cut = %(cut)s
        AND first = ANY (%(firsts)s) AND scope = 'company' AND computed_at <> %(at)s
"""  # noqa: S608
_CLOSED: Final = f"""
    {_INSERT} '{Edition.CLOSED}', %(at)s FROM {FRESH} fresh
    WHERE fresh.cut = %(cut)s AND fresh.first = ANY (%(firsts)s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """`values` are all that were computed, `written` the rows that were new, changed, closed or taken away."""

    values: int
    written: int


def keep(
    kpi: str, rows: Iterable[Sequence[Any]], *, periods: Sequence[Period], closing: Sequence[Period], at: dt.datetime
) -> Kept:
    """`rows` are all values of the KPI in `periods`, as COLUMNS; those of `closing` are kept a second time, as closed.

    Belongs into a transaction that holds the lock of figures.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FRESH)
        values = _copy(cursor, rows)
        # However few rows the planner thinks are kept, a look into an index never takes more than all of them.
        cursor.execute(f"CREATE UNIQUE INDEX ON {FRESH} ({', '.join(KEY)})")
        cursor.execute(f"ANALYZE {FRESH}")
        # What is gone goes first: of rows that have only just been written, none is.
        written = _by_cut(cursor, _GONE, periods, kpi=kpi, at=at)
        for statement in (_CHANGED, _NEW):
            cursor.execute(statement, {"at": at})
            written += cursor.rowcount
        written += _by_cut(cursor, _CLOSED, closing, kpi=kpi, at=at)
        _by_cut(cursor, _TOUCHED, periods, kpi=kpi, at=at)
        cursor.execute(f"DROP TABLE {FRESH}")
    return Kept(values, written)


def _by_cut(cursor: Any, statement: str, periods: Sequence[Period], *, kpi: str, at: dt.datetime) -> int:
    """Once for each cut of these periods. How many rows were written."""
    written = 0
    for cut in sorted({each.cut for each in periods}):
        firsts = [each.first for each in periods if each.cut is cut]
        cursor.execute(statement, {"at": at, "kpi": kpi, "cut": cut.value, "firsts": firsts})
        written += cursor.rowcount
    return written


def _copy(cursor: Any, rows: Iterable[Sequence[Any]]) -> int:
    """In pieces, so that no more than one stands in memory as text. How many rows."""
    statement = (
        f"COPY {FRESH} ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({', '.join(NEVER_NULL)}))"
    )
    out, done = io.StringIO(), 0
    written = csv.writer(out)
    for row in rows:
        written.writerow(row)
        done += 1
        if done % CHUNK == 0:
            _send(cursor, statement, out)
    _send(cursor, statement, out)
    return done


def _send(cursor: Any, statement: str, out: io.StringIO) -> None:
    out.seek(0)
    cursor.copy_expert(statement, out)
    out.seek(0)
    out.truncate()


def forget(kept: Iterable[Period]) -> None:
    """Values of rolling periods that are no longer among `kept`: a new one begins each day, and nobody asks for the old ones."""
    rows = KpiValue.objects.filter(cut__in=ROLLING)
    for cut in ROLLING:
        rows = rows.exclude(cut=cut, first__in=[each.first for each in kept if each.cut is cut])
    rows.delete()
