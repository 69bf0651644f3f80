"""Tables out of files that people send: CSV and workbooks, as records of text with their lines; the first names the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from relportal.core.csvexport import armed
from relportal.core.reading.problems import Problem, Unreadable, did_you_mean, shortened
from relportal.core.reading.text import decoded

DELIMITERS: Final = (",", ";", "\t")
Record = tuple[int, list[str]]
"""The line where it begins, from 1, and its cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns that a table may have: all that are `known`, of which it must have those `needed`.

    Those that are `reported` say how something stands: they are read past, so that an exported list imports, too.
    """

    known: Sequence[str]
    needed: Sequence[str]
    reported: Collection[str] = ()


def csv_records(content: bytes) -> Iterator[Record]:
    """As they were before `csvexport` made them safe for a spreadsheet; a quoted cell may span several lines.

    Raises: Unreadable.
    """
    text = decoded(content)
    for line, cells in _rows(text, delimiter=_delimiter(text)):
        yield line, [armed(cell) for cell in cells]


def filled(records: Iterable[Record]) -> Iterator[Record]:
    """Without the empty rows that a spreadsheet saves below its table."""
    return (record for record in records if any(cell.strip() for cell in record[1]))


def _delimiter(text: str) -> str:
    """Spreadsheets write semicolons where the comma is a decimal sign."""
    header = text.lstrip("\r\n").splitlines()[0]
    return max(DELIMITERS, key=header.count)


def _rows(text: str, *, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(
                _("Line %(line)s cannot be read as CSV: %(error)s.") % {"line": begins, "error": error},
                line=begins,
            ) from error
        if cells:
            yield begins, cells
        begins = reader.line_num + 1


def named(header: Record, columns: Columns) -> list[str]:
    """The columns that the first record names. Raises: Unreadable."""
    line, cells = header
    names = [cell.strip().lower().replace(" ", "_") for cell in cells]
    unknown = [name for name in names if name not in columns.known and name not in columns.reported]
    if any(name not in names for name in columns.needed):
        raise Unreadable(
            _(
                "Line %(line)s must name the columns, with at least %(needed)s; it reads “%(header)s”. Download the"
                " template to see all columns."
            )
            % {"line": line, "needed": _(" and ").join(columns.needed), "header": shortened(", ".join(cells))},
            line=line,
        )
    if unknown:
        raise Unreadable(
            _("There is no column “%(name)s”%(hint)s. The columns are %(columns)s.")
            % {
                "name": shortened(unknown[0]),
                "hint": did_you_mean(unknown[0], columns.known),
                "columns": ", ".join(columns.known),
            },
            line=line,
        )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise Unreadable(_("The column “%(name)s” stands there twice.") % {"name": twice}, line=line)
    return names


def wrong_width(record: Record, names: Sequence[str]) -> Problem | None:
    """None: it has a cell for each column."""
    line, cells = record
    if len(cells) == len(names):
        return None
    text = _(
        "This line has %(count)s cells, the header has %(all)s. A comma inside a cell needs quotes around the cell."
    )
    return Problem(line, text % {"count": len(cells), "all": len(names)})
