"""Lists as workbooks. Text is written as text: no cell can become a formula or a link, whatever stands in it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final

import xlsxwriter
from django.http import HttpResponse

from relportal.core.csvexport import Cell

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST: Final = 32_767
"""Of a cell's text; Excel calls a file with a longer one damaged."""
WIDEST: Final = 48
_PLAIN: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str) -> bytes:
    """A workbook of one sheet with a header that stays in sight and filters; `sheet` has at most 31 characters."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _PLAIN)
    page = book.add_worksheet(sheet)
    bold = book.add_format({"bold": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    widths = [len(name) for name in header]
    for column, name in enumerate(header):
        page.write_string(0, column, name, bold)
    line = 0
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            widths[column] = max(widths[column], _write(page, line, column, value, day=day))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width, WIDEST) + 2)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(line, 1), len(header) - 1)
    book.close()
    return out.getvalue()


def _write(page: Any, line: int, column: int, value: Cell, *, day: Any) -> int:
    """How wide it stands there. An instant is text in UTC: a cell of Excel knows no zone."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, Enum):
        value = str(value.value)
    if isinstance(value, int | float | Decimal):
        number = float(value)
        if isfinite(number):
            page.write_number(line, column, number)
        return 10
    if isinstance(value, dt.datetime):
        value = value.astimezone(dt.UTC).isoformat(timespec="seconds")
    elif isinstance(value, dt.date):
        page.write_datetime(line, column, dt.datetime.combine(value, dt.time()), day)
        return 10
    page.write_string(line, column, value[:LONGEST])
    return max(map(len, value[:LONGEST].splitlines()), default=0)


def xlsx_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str) -> HttpResponse:
    """A download; `filename` must be plain ASCII without quotes."""
    response = HttpResponse(xlsx(header, rows, sheet=sheet), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
