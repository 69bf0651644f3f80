"""Workbooks that people send: read as text, bounded, and refused with a sentence. What we write reads back as it was."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from relportal.core.models import Lifecycle
from relportal.core.reading import workbook
from relportal.core.reading.problems import Unreadable
from relportal.core.reading.workbook import is_workbook, workbook_records
from relportal.core.xlsxexport import LONGEST, xlsx, xlsx_response


def book(*rows: tuple[Any, ...]) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        list(workbook_records(content))
    return str(caught.value)


def test_values_are_read_as_text() -> None:
    content = book(
        ("title", "number", "whole", "day", "instant", "yes", "nothing"),
        (
            "Ünïcode",
            0.25,
            3.0,
            dt.date(2026, 11, 2),
            dt.datetime.combine(dt.date(2026, 11, 2), dt.time(14, 5)),
            True,
            None,
        ),
    )
    (_line, _names), (line, cells) = workbook_records(content)
    assert line == 2
    assert cells == ["Ünïcode", "0.25", "3", "2026-11-02", "2026-11-02T14:05:00", "yes", ""]


def test_line_ends_of_ours_come_back_as_they_were() -> None:
    content = xlsx(["text"], [["one\r\ntwo _x000D_"]], sheet="Lines")
    assert [cells for _line, cells in workbook_records(content)][1] == ["one\r\ntwo _x000D_"]


def test_a_formula_is_the_text_that_was_typed() -> None:
    content = book(("title",), ("=HYPERLINK(A1)",), (ArrayFormula("A3:A3", "=SUM(A1:A2)"),))
    assert [cells for _line, cells in workbook_records(content)][1:] == [["=HYPERLINK(A1)"], ["=SUM(A1:A2)"]]


def test_lines_are_as_wide_as_the_header_and_keep_their_numbers() -> None:
    content = book(("a", "b", None), (), ("1",), ("1", "2", "3"))
    assert list(workbook_records(content)) == [(1, ["a", "b"]), (2, ["", ""]), (3, ["1", ""]), (4, ["1", "2", "3"])]


def test_more_than_one_line_may_be_empty_before_the_header() -> None:
    assert next(workbook_records(book((), (), ("a",)))) == (3, ["a"])


def test_a_file_that_is_no_workbook_is_refused_with_the_reason() -> None:
    assert "password" in refused(workbook.OLE + b"\0" * 100)
    assert "damaged" in refused(workbook.ZIP + b"\0" * 100)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert "archive" in refused(out.getvalue())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("[Content_Types].xml", "<Types")
    assert "damaged" in refused(out.getvalue())


def test_an_archive_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    out = io.BytesIO(book(("a",)))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * (workbook.MOST_BYTES + 1))
    assert len(out.getvalue()) < 200_000
    assert "100.0" in refused(out.getvalue())


def test_an_endless_sheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_LINES", 3)
    assert "3 lines" in refused(book(*[("a",)] * 4))


def test_a_csv_is_no_workbook() -> None:
    assert not is_workbook(b"title\nx")
    assert is_workbook(book(("title",)))


def test_no_text_becomes_a_formula_a_link_or_a_number() -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "https://example.com", "007", "'=1", "_x000D_", "{=A1}", "\tx"]
    content = xlsx(("t",), [(text,) for text in texts], sheet="Risks")
    made = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for (cell,) in made.worksheets[0].iter_rows(min_row=2)]
    assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}
    assert [cells for _line, cells in workbook_records(content)][1:] == [[text] for text in texts]


def test_numbers_days_and_instants_are_what_they_are() -> None:
    row = (1, 0.25, Decimal("2.5"), True, dt.date(2026, 11, 2), dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC))
    content = xlsx(tuple("abcdefgh"), [(*row, Lifecycle.RETIRED, float("nan"))], sheet="Risks")
    values = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0][2]]
    day = dt.datetime.combine(dt.date(2026, 11, 2), dt.time())
    assert values == [1, 0.25, 2.5, "yes", day, "2026-11-02T12:00:00+00:00", "retired", None]


def test_a_text_that_no_cell_can_hold_is_cut() -> None:
    (_header, (_line, (text,))) = workbook_records(xlsx(("t",), [("x" * 40_000,)], sheet="Risks"))
    assert len(text) == LONGEST


printable = st.text(st.characters(blacklist_categories=("Cs", "Cc")) | st.just("\n"), max_size=60)


# The largest number that a cell of Excel holds; a larger one is written with 16 digits, which may round it to infinity.
numbers = st.floats(-9.99999999999999e307, 9.99999999999999e307)


@given(st.lists(st.tuples(printable, numbers), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_what_is_written_reads_back(rows: list[tuple[str, float]]) -> None:
    found = list(workbook_records(xlsx(("text", "number"), rows, sheet="Risks")))[1:]
    for (text, number), (_line, cells) in zip(rows, found, strict=True):
        assert cells[0] == text
        assert float(cells[1]) == pytest.approx(number, rel=1e-14)


def test_a_download_says_what_it_is() -> None:
    answer = xlsx_response("risks.xlsx", ("a",), [("b",)], sheet="Risks")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer["Content-Disposition"] == 'attachment; filename="risks.xlsx"'
    assert [cells for _line, cells in workbook_records(answer.content)] == [["a"], ["b"]]
