"""Tables out of workbooks (.xlsx): the first sheet as text. A formula is the text that was typed, never its result."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import openpyxl
from django.utils.translation import gettext as _

from relportal.core import units
from relportal.core.reading.problems import Unreadable
from relportal.core.reading.tables import Record

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0"
"""What a workbook of before 2007 begins with, and one that asks for a password."""
MOST_BYTES: Final = 100_000_000
"""Unpacked: a small archive can hold gigabytes of one letter."""
MOST_LINES: Final = 20_000
MOST_COLUMNS: Final = 200


def is_workbook(content: bytes) -> bool:
    return content.startswith((ZIP, OLE))


def workbook_records(content: bytes) -> Iterator[Record]:
    """Each line has as many cells as the first one names columns. Raises: Unreadable."""
    width = 0
    for line, values in enumerate(_lines(content), 1):
        cells = [_text(value) for value in values]
        if not width:
            cells = _trimmed(cells)
            width = len(cells)
        else:
            cells = [*cells, *[""] * (width - len(cells))]
            cells = [*cells[:width], *_trimmed(cells[width:])]
        if cells:
            yield line, cells


def _lines(content: bytes) -> Iterator[tuple[Any, ...]]:
    _check(content)
    try:
        # Of things in the file that the portal does not read: drop-down lists, missing styles.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            sheet = book.worksheets[0]
            # A sheet may say that it is larger or smaller than it is.
            sheet.reset_dimensions()
            yield from _bounded(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True))
            book.close()
    except Unreadable:
        raise
    except Exception as error:
        # openpyxl trusts what it reads: what is broken in a file comes out as whatever it met.
        raise Unreadable(_("This workbook is damaged. Open it, save it anew as .xlsx, or save it as CSV.")) from error


def _bounded(lines: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for number, line in enumerate(lines, 1):
        if number > MOST_LINES:
            raise Unreadable(_("The sheet has more than %(most)s lines: split it.") % {"most": MOST_LINES}, line=number)
        yield line


def _check(content: bytes) -> None:
    if content.startswith(OLE):
        raise Unreadable(_("This workbook is of an old kind or asks for a password. Save it as .xlsx without one."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Unreadable(_("This workbook is damaged. Open it, save it anew as .xlsx, or save it as CSV.")) from error
    if not any(one.filename == "[Content_Types].xml" for one in names):
        raise Unreadable(_("This is an archive, not a workbook."))
    # No more than that is unpacked, whatever the archive holds.
    if sum(one.file_size for one in names) > MOST_BYTES:
        most = units.data_size(MOST_BYTES)
        raise Unreadable(_("This workbook holds more than %(most)s of data: split it.") % {"most": most})


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty ones at the end."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return (value.date() if value.time() == dt.time() else value).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    # A formula over several cells is an object of its own. XML lacks CR, which stands there by its number; elsewhere than
    # before a line end it may be what somebody typed.
    return str(getattr(value, "text", value)).replace("_x000D_\n", "\r\n")
