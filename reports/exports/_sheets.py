"""The report as a workbook to reckon with: a sheet a page, then all values as numbers, and the definitions.

Text is written as text: no cell becomes a formula or a link, whatever stands in it. Each number stands beside the text that
the other formats show.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _

from relportal.core.xlsxexport import LONGEST, WIDEST
from reports.domain.payload import Chart, Drawing, Figure, Page, Payload, Table, Value, hashed
from reports.exports._base import table_foot
from reports.exports._clean import cleaned
from reports.exports._prose import plain_lines
from reports.exports._zip import settled

Entry = str | float | None
_PLAIN: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
LONGEST_NAME: Final = 31
"""Of a sheet, in UTF-16 units as Excel counts."""


def workbook(payload: Payload, _base: str) -> bytes:
    """The same bytes each time: it says that it was made when the payload was frozen."""
    at, sha256 = payload.frozen_at, hashed(payload)
    payload = cleaned(payload)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _PLAIN)
    book.set_properties(
        {
            "title": payload.title,
            "company": payload.company,
            "author": payload.company,
            "created": at.replace(tzinfo=None),
        }
    )
    made = _Book(book)
    _about(made.sheet(_("Report")), payload, sha256)
    for page in payload.pages:
        _page(made.sheet(page.topic), page)
    _values(made.sheet(_("Values")), payload.values)
    _definitions(made.sheet(_("Definitions")), payload)
    book.close()
    return settled(out.getvalue(), at=at)


@dataclass(slots=True)
class _Sheet:
    """`line` is the next free row."""

    page: Any
    bold: Any
    heading: Any
    wrapped: Any
    line: int = 0
    widths: dict[int, int] = field(default_factory=dict)

    def add(self, entries: Iterable[Entry], form: Any = None) -> None:
        for column, entry in enumerate(entries):
            if isinstance(entry, str):
                self.page.write_string(self.line, column, entry[:LONGEST], form)
                longest = max(map(len, entry.splitlines()), default=0)
                if form is not self.heading:
                    self.widths[column] = max(self.widths.get(column, 0), min(longest, WIDEST))
            elif entry is not None:
                self.page.write_number(self.line, column, entry, form)
                self.widths[column] = max(self.widths.get(column, 0), 10)
        self.line += 1

    def title(self, text: str) -> None:
        self.add([text], self.heading)

    def head(self, *labels: str) -> None:
        self.add(labels, self.bold)

    def gap(self) -> None:
        self.line += 1

    def set_widths(self) -> None:
        for column, width in self.widths.items():
            self.page.set_column(column, column, width + 2, self.wrapped)


@dataclass(slots=True)
class _Book:
    book: Any
    names: set[str] = field(default_factory=set)
    sheets: list[_Sheet] = field(default_factory=list)
    forms: tuple[Any, ...] = ()

    def sheet(self, name: str) -> _Sheet:
        if not self.forms:
            self.forms = (
                self.book.add_format({"bold": True, "bottom": 1}),
                self.book.add_format({"bold": True, "font_size": 13}),
                self.book.add_format({"text_wrap": False, "valign": "top"}),
            )
        bold, heading, wrapped = self.forms
        return _Sheet(self.book.add_worksheet(self._free(name)), bold, heading, wrapped)

    def _free(self, name: str) -> str:
        """As Excel takes it: short, without its own marks, and each once."""
        plain = _NAME.sub(" ", name).strip("' ") or _("Page")
        number, made = 1, _cut(plain, LONGEST_NAME)
        while made.casefold() in self.names or made.casefold() == "history":
            number += 1
            made = f"{_cut(plain, LONGEST_NAME - len(str(number)) - 1)} {number}"
        self.names.add(made.casefold())
        return made


def _cut(text: str, most: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > most:
        text = text[:-1]
    return text.rstrip("' ")


def _about(sheet: _Sheet, payload: Payload, sha256: str) -> None:
    sheet.title(payload.title)
    rows: tuple[tuple[str, Entry], ...] = (
        (_("Company"), payload.company),
        (_("Scope"), payload.scope),
        (_("Number"), payload.number),
        (_("Revision"), float(payload.revision)),
        (_("Period"), payload.period.name),
        (_("From"), payload.period.start.isoformat()),
        (_("Up to, not with"), payload.period.end.isoformat()),
        (_("Compared with"), payload.before.name),
        (_("Frozen at"), payload.frozen_at.isoformat(timespec="seconds")),
        (_("Share of the KPIs that is known"), payload.complete),
        (_("SHA-256 of the report"), sha256),
    )
    for row in rows:
        sheet.add(row)
    for title, texts in (
        (_("Changes against the revision before"), payload.changes),
        (_("Data quality"), payload.quality),
    ):
        if texts:
            sheet.gap()
            sheet.title(title)
            for text in texts:
                sheet.add([text])
    sheet.set_widths()


def _page(sheet: _Sheet, page: Page) -> None:
    sheet.title(page.title)
    if page.so_what:
        sheet.add([_("So what"), page.so_what])
    if page.figures:
        sheet.gap()
        _figures(sheet, page.figures)
    for table in page.tables:
        sheet.gap()
        _table(sheet, table)
    for chart in page.charts:
        sheet.gap()
        _chart(sheet, chart)
    _sentences(sheet, page)
    sheet.set_widths()


def _figures(sheet: _Sheet, figures: Iterable[Figure]) -> None:
    sheet.head(
        _("Figure"),
        _("As shown"),
        _("Number"),
        _("Unit"),
        _("Change"),
        _("Target"),
        _("State"),
        _("Rests on"),
        _("Where"),
    )
    for each in figures:
        sheet.add(
            [each.label, each.text, each.value, each.unit, each.change, each.target, each.word, each.basis, each.path]
        )


def _table(sheet: _Sheet, table: Table) -> None:
    """A column of numbers is two: as shown, and as a number."""
    sheet.title(table.title)
    heads: list[str] = []
    for column in table.columns:
        heads += [column.label, f"{column.label} ({_('number')})"] if column.numeric else [column.label]
    sheet.head(*heads)
    for row in table.rows:
        entries: list[Entry] = []
        for column, cell in zip(table.columns, row, strict=True):
            entries += [cell.text, cell.value] if column.numeric else [cell.text]
        sheet.add(entries)
    for text in (table.empty if not table.rows else "", table_foot(table)):
        if text:
            sheet.add([text])


def _chart(sheet: _Sheet, chart: Chart) -> None:
    sheet.title(chart.title)
    heads: list[str] = [_("of {unit}").format(unit=chart.unit) if chart.unit else ""]
    if chart.drawing is Drawing.CURVE:
        heads.append("x")
    for series in chart.series:
        heads.append(series.name)
        heads += [_("%s, as shown") % series.name] if series.texts else []
        heads += [_("%s, low") % series.name, _("%s, high") % series.name] if series.lows else []
    sheet.head(*heads)
    for number, category in enumerate(chart.categories):
        entries: list[Entry] = [category]
        if chart.drawing is Drawing.CURVE:
            entries.append(_at(chart.xs, number))
        for series in chart.series:
            entries.append(_at(series.values, number))
            entries += [_at(series.texts, number)] if series.texts else []
            entries += [_at(series.lows, number), _at(series.highs, number)] if series.lows else []
        sheet.add(entries)
    for text in (chart.summary, chart.note):
        if text:
            sheet.add([text])


def _sentences(sheet: _Sheet, page: Page) -> None:
    if page.claims:
        sheet.gap()
        sheet.head(_("What the numbers say"), _("Source"))
        for claim in page.claims:
            sheet.add([claim.text, *(f"{each.label} {each.path}".strip() for each in claim.sources)])
    lines = [*plain_lines(page.narrative), *page.notes]
    if lines:
        sheet.gap()
        for line in lines:
            sheet.add([line])


def _values(sheet: _Sheet, values: Iterable[Value]) -> None:
    """Each KPI with all that it rests on; units as in the definitions, shares are 0..1 and durations seconds."""
    names = [each.name for each in fields(Value)]
    sheet.head(*names)
    for value in values:
        sheet.add([_entry(getattr(value, name)) for name in names])
    sheet.page.freeze_panes(1, 1)
    sheet.page.autofilter(0, 0, max(sheet.line - 1, 1), len(names) - 1)
    sheet.set_widths()


def _definitions(sheet: _Sheet, payload: Payload) -> None:
    sheet.head(_("KPI"), _("Version"), _("Title"), _("Meaning"), _("Counted"), _("Of"), _("Notes"))
    for each in payload.definitions:
        sheet.add(
            [each.key, float(each.version), each.title, each.meaning, each.numerator, each.denominator, each.exclusions]
        )
    sheet.page.freeze_panes(1, 0)
    sheet.set_widths()


def _entry(value: str | float | None) -> Entry:
    return (
        value if value is None or isinstance(value, float) else str(value) if isinstance(value, str) else float(value)
    )


def _at(row: tuple[Any, ...], number: int) -> Entry:
    return row[number] if number < len(row) else None
