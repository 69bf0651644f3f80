"""Slides and workbook say what the payload says, to the digit, with nothing that runs, and the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation

from relportal.core.registry import Registry
from reports.domain.payload import (
    Cell,
    Chart,
    Column,
    Drawing,
    Figure,
    Look,
    Page,
    Payload,
    Series,
    Table,
    read,
    written,
)
from reports.exports import FORMATS
from reports.exports._slide_tables import heaps
from tests.reports.exports.sample import ATTAINMENT, HEADLINE, PAYLOAD, SCORECARD, long_report
from tests.reports.exports.sample_risks import RISKS

BASE = "https://relportal.example"


def deck(payload: Payload) -> Any:
    return Presentation(io.BytesIO(FORMATS["pptx"].make(payload, BASE)))


def book(payload: Payload) -> Any:
    return openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].make(payload, BASE)))


def texts(slide: Any) -> Iterator[str]:
    """Of boxes, cells, and the labels of charts."""
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield from (paragraph.text for paragraph in shape.text_frame.paragraphs)
        elif shape.has_table:
            yield from (cell.text.strip() for row in shape.table.rows for cell in row.cells)
        elif shape.has_chart:
            yield from (each.text for each in shape.chart._chartSpace.iter("{*}t"))
            yield from (each.text or "" for each in shape.chart._chartSpace.iter("{*}v"))


def charts(made: Any) -> list[Any]:
    return [shape.chart for slide in made.slides for shape in slide.shapes if shape.has_chart]


def of(*pages: Page) -> Payload:
    return replace(PAYLOAD, pages=pages, definitions=(), quality=(), changes=())


def unpresented(payload: Payload, made: Any) -> list[str]:
    """What it says and the slides do not."""
    said = [text for slide in made.slides for text in texts(slide)]
    whole = "\n".join(said)
    found = []
    for page in payload.pages:
        found += [each.text for each in page.figures if each.text not in said]
        found += [each.text for each in page.claims if each.text not in whole]
        cells = [cell for table in page.tables for row in table.rows for cell in row]
        shown = [f"{mark} {cell.text}" if (mark := shape(cell)) else cell.text for cell in cells]
        found += [text for text in shown if text not in said]
        for chart in page.charts:
            labels = [text for series in chart.series if series.look is not Look.TARGET for text in series.texts]
            drawn = [text for text in labels if chart.drawing is not Drawing.CURVE or text]
            found += [text for text in drawn if text not in whole]
    return found


def spoken(made: Any) -> str:
    """The speaker's notes, where whatever has no room on a slide goes on."""
    return "\n".join(slide.notes_slide.notes_text_frame.text for slide in made.slides)


def test_every_figure_cell_claim_and_label_is_on_the_slides() -> None:
    assert unpresented(PAYLOAD, deck(PAYLOAD)) == []


def shape(cell: Cell) -> str:
    return {"green": "●", "amber": "▲", "red": "■", "grey": "○"}.get(cell.tone, "")


def test_its_charts_are_native_and_hold_the_numbers_themselves() -> None:
    made = charts(deck(of(ATTAINMENT)))
    assert [tuple(series.values) for series in made[0].plots[0].series] == [
        each.values for each in ATTAINMENT.charts[0].series
    ]
    inside = openpyxl.load_workbook(io.BytesIO(made[1].part.chart_workbook.xlsx_part.blob)).active
    assert inside is not None
    rows = list(inside.iter_rows(values_only=True))
    assert rows[0][1:] == tuple(each.name for each in ATTAINMENT.charts[1].series)
    assert [row[1] for row in rows[1:]] == list(ATTAINMENT.charts[1].series[0].values)


def test_each_slide_has_a_title_a_footer_a_number_and_each_chart_a_description() -> None:
    made = deck(PAYLOAD)
    for number, slide in enumerate(made.slides, 1):
        assert slide.shapes.title.text
        said = "\n".join(texts(slide))
        assert "REP-1 · frozen 2026-09-08 06:00 UTC" in said
        assert str(number) in said.splitlines()
        for each in slide.shapes:
            if each.has_chart or each.has_table:
                assert each._element.nvGraphicFramePr.cNvPr.get("descr")
    assert (made.slide_width / made.slide_height) == pytest.approx(16 / 9, rel=1e-3)


def test_the_notes_carry_the_claims_with_their_sources_and_all_of_a_long_story() -> None:
    story = "One of many words that are said. " * 300 + "\n\nThe last."
    notes = deck(of(replace(HEADLINE, narrative=story))).slides[0].notes_slide.notes_text_frame.text
    assert "KPI-01: https://relportal.example/scorecards/kpis/kpi-01/" in notes
    assert notes.count("One of many") == 300
    assert "The last." in notes


def unlisted(payload: Payload, made: Any) -> list[Any]:
    """Figures and rows that it has, and the workbook of it has not with each number as a number beside its text."""
    found = []
    for page in payload.pages:
        rows = [[filled(cell) for cell in row] for row in made[page.topic].iter_rows(values_only=True)]
        wanted: list[list[Any]] = [[figure.label, figure.text, filled(figure.value)] for figure in page.figures]
        for table in page.tables:
            wanted += [
                [each for column, cell in zip(table.columns, row, strict=True) for each in entries(column, cell)]
                for row in table.rows
            ]
        found += [each for each in wanted if not any(row[: len(each)] == each for row in rows)]
    return found


def test_the_workbook_has_each_number_as_a_number_beside_its_text() -> None:
    made = book(PAYLOAD)
    assert unlisted(PAYLOAD, made) == []
    values = list(made["Values"].iter_rows(values_only=True))
    found = dict(zip(values[0], values[1], strict=True))
    assert (found["value"], found["numerator"], found["low"], found["n"]) == (11 / 12, 11, 0.646, 12)
    assert dict(zip(values[0], values[2], strict=True))["value"] is None
    assert [row[0] for row in made["Definitions"].iter_rows(values_only=True)] == ["KPI", "KPI-01", "KPI-13"]
    assert sha256(written(PAYLOAD)).hexdigest() in {
        cell for row in made["Report"].iter_rows(values_only=True) for cell in row
    }


def entries(column: Column, cell: Cell) -> list[str | float | None]:
    text = filled(cell.text)
    return [text, filled(cell.value)] if column.numeric else [text]


def filled(entry: Any) -> Any:
    """A cell without a text is empty, a nought is none of these; of a number a workbook keeps 15 digits."""
    return float(f"{entry:.15g}") if isinstance(entry, float) else None if entry == "" else entry


def test_nothing_in_the_workbook_is_a_formula_or_a_link() -> None:
    words = ("=2+3", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1", "https://elsewhere", "{=1}", "_x0041_")
    rows = tuple((Cell(text=word),) for word in words)
    table = Table(key="t", title="=1", columns=(Column(label="=2"),), rows=rows)
    page = replace(SCORECARD, topic="=3[]:*?/\\'", tables=(table,), figures=(Figure(key="f", label="=4", text="=5"),))
    made = book(of(page, page))
    cells = [cell for sheet in made for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert all(cell.hyperlink is None for cell in cells)
    assert set(words) <= {cell.value for cell in cells}
    assert len(set(made.sheetnames)) == 5


@pytest.mark.parametrize("key", ["pptx", "xlsx", "json", "board", "picture"])
def test_one_payload_has_the_same_bytes_each_time(key: str) -> None:
    assert FORMATS[key].make(PAYLOAD, BASE) == FORMATS[key].make(PAYLOAD, BASE)


def test_parts_of_the_files_tell_no_time_but_that_of_the_freeze() -> None:
    for key in ("pptx", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(FORMATS[key].make(PAYLOAD, BASE))) as made:
            assert {each.date_time[0] for each in made.infolist()} == {1980}
            assert len(set(made.namelist())) == len(made.namelist())
            assert made.read("docProps/core.xml").count(b"2026-09-08T06:00:00Z") == 2


def test_the_json_is_the_canonical_bytes() -> None:
    assert FORMATS["json"].make(PAYLOAD, BASE) == written(PAYLOAD)
    assert read(FORMATS["json"].make(PAYLOAD, BASE)) == PAYLOAD


@pytest.mark.parametrize("drawing", Drawing)
@pytest.mark.parametrize("values", [(), (None, None), (0.0, 0.0), (-1.0, 1e18), (1e-9, None)])
def test_no_numbers_stop_a_slide_or_a_sheet(drawing: Drawing, values: tuple[float | None, ...]) -> None:
    series = tuple(
        Series(name=look, values=values, look=look, texts=tuple("x" for _value in values), lows=values, highs=values)
        for look in Look
    )
    chart = Chart(
        key="odd",
        drawing=drawing,
        title="Odd",
        summary="Nothing is known.",
        categories=("a", "b")[: len(values)],
        series=series,
        xs=(0.0, 10.0)[: len(values)],
    )
    page = replace(RISKS, charts=(chart,))
    assert "Nothing is known." in list(texts(deck(of(page)).slides[0]))
    assert book(of(page)).sheetnames


@settings(max_examples=15)
@given(st.text(max_size=40))
def test_no_text_stops_an_office_file(text: str) -> None:
    table = Table(key="t", title=text, columns=(Column(label=text),), rows=((Cell(text=text),),))
    chart = replace(ATTAINMENT.charts[0], title=text, categories=(text,) * 6)
    page = replace(HEADLINE, topic=text, title=text, narrative=text, tables=(table,), charts=(chart,))
    assert len(deck(of(page)).slides) >= 1
    assert len(book(of(page)).sheetnames) == 4


def test_a_long_deck_goes_on_with_its_title_and_leaves_no_row_out() -> None:
    made = deck(of(SCORECARD))
    titles = [slide.shapes.title.text for slide in made.slides]
    assert titles[1] == f"{titles[0]} (continued)"
    rows = [
        row for slide in made.slides for each in slide.shapes if each.has_table for row in list(each.table.rows)[1:]
    ]
    assert len(rows) == 50
    assert len(deck(long_report()).slides) >= 20


@given(st.lists(st.floats(0.1, 3.0), max_size=30), st.floats(0.5, 4.0), st.floats(1.0, 4.0))
def test_rows_are_cut_into_heaps_that_fit_and_none_is_left_alone_where_another_can_be_spared(
    heights: list[float], first: float, later: float
) -> None:
    sizes = heaps(heights, first=first, later=later)
    assert sum(sizes) == len(heights)
    begun = 0
    for number, size in enumerate(sizes):
        assert size == 1 or sum(heights[begun : begun + size]) <= (later if number else first) + 1e-9
        begun += size
    if len(sizes) > 1 and sizes[-1] == 1:
        assert sizes[-2] <= 2 or sum(heights[-2:]) > later


def test_a_single_row_takes_one_from_the_heap_before_and_no_slide_of_its_own() -> None:
    assert heaps([1.0] * 7, first=3, later=3) == [3, 2, 2]
    assert heaps([1.0] * 4, first=3, later=3) == [2, 2]
    assert heaps([1.0] * 6, first=3, later=3) == [3, 3]
    assert heaps([1.0, 1.0, 2.5], first=2, later=3) == [2, 1]
    assert heaps([5.0], first=3, later=3) == [1]
    assert heaps([], first=3, later=3) == []


def test_the_board_summary_is_one_page_whatever_the_leading_pages_say() -> None:
    import pypdfium2 as pdfium

    for payload in (PAYLOAD, of(*(replace(HEADLINE, key=str(number)) for number in range(14)))):
        with pdfium.PdfDocument(FORMATS["board"].make(payload, BASE)) as document:
            assert len(document) == 1
            said = document[0].get_textpage().get_text_range()
            assert "11 of 12" in said
            assert "missed its objective twice" in " ".join(said.split())


def test_the_picture_is_a_png_of_the_headline() -> None:
    from PIL import Image

    with Image.open(io.BytesIO(FORMATS["picture"].make(PAYLOAD, BASE))) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 675))


def test_each_format_names_itself_once() -> None:
    assert isinstance(FORMATS, Registry)
    assert set(FORMATS) == {"pdf", "board", "picture", "pptx", "xlsx", "json"}
    assert len({each.ending for each in FORMATS.values()}) == len(FORMATS)
