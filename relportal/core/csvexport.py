"""Lists as CSV: streamed, and safe to open in a spreadsheet.

A cell of text that a spreadsheet would take for a formula gets an apostrophe before it. `armed` undoes exactly that, so that
an exported file imports again as it was, even where the text itself began with an apostrophe.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import Enum
from typing import Final

from django.http import StreamingHttpResponse

Cell = str | int | float | Decimal | bool | dt.datetime | dt.date | Enum | None

# Source: OWASP, "CSV Injection"; the wide forms are taken for formulas by Japanese spreadsheets.
FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
ARMED: Final = re.compile(r"'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
BOM: Final = "\ufeff"


class _Echo:
    """The smallest file: a csv.writer over it hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def defused(text: str) -> str:
    """`text` as a spreadsheet shows it, never as a formula that it runs."""
    return f"'{text}" if FORMULA.match(text) else text


def armed(cell: str) -> str:
    """What `defused` was given; for reading our own exports back."""
    return cell[1:] if ARMED.match(cell) else cell


def cell_text(value: Cell) -> str:
    """None as an empty cell, an instant as ISO 8601 in UTC, a number with a point whatever the locale."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal) and not isinstance(value, Enum):
        return str(value)
    return defused(str(value.value if isinstance(value, Enum) else value))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = False) -> Iterator[str]:
    """Lines ending in CR LF (RFC 4180); `bom` tells Excel that the text is UTF-8."""
    writer = csv.writer(_Echo())
    first: str = writer.writerow(header)
    yield (BOM if bom else "") + first
    for row in rows:
        line: str = writer.writerow([cell_text(value) for value in row])
        yield line


def csv_response(
    filename: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    bom: bool = True,
) -> StreamingHttpResponse:
    """A download that never holds the whole list; `filename` must be plain ASCII without quotes."""
    response = StreamingHttpResponse(csv_lines(header, rows, bom=bom), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
