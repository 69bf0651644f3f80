"""The printed report says what the payload says, to the digit, for every reader, and the same bytes each time."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.domain.payload import Chart, Drawing, Look, Page, Payload, Series
from reports.exports import FORMATS
from reports.exports._fonts import STANDS_IN, printable
from tests.reports.exports.sample import ATTAINMENT, HEADLINE, PAYLOAD, long_report
from tests.reports.exports.sample_risks import RISKS

RTL = re.compile(r"[\u0590-\u06ff]")
BASE = "https://relportal.example"


def made(payload: Payload) -> bytes:
    return FORMATS["pdf"].make(payload, BASE)


def pages(content: bytes) -> list[str]:
    with pdfium.PdfDocument(content) as document:
        return [squeezed(page.get_textpage().get_text_range()) for page in document]


def squeezed(text: str) -> str:
    """Without white space: a line that is broken says the same."""
    return re.sub(r"[\s\ufffe\u00ad]+", "", text)


def of(*pages: Page, **changes: object) -> Payload:
    return replace(PAYLOAD, pages=pages, definitions=(), quality=(), changes=(), **changes)  # type: ignore[arg-type]


def spoken(page: Page) -> Iterator[str]:
    """All that a page says in letters that are read from left to right: a PDF keeps the others in the order of drawing."""
    texts = [page.title, page.so_what, *page.notes, *(claim.text for claim in page.claims)]
    for figure in page.figures:
        texts += [figure.label, figure.text, figure.change, figure.target, figure.basis, figure.word]
    for chart in page.charts:
        texts += [chart.title, chart.summary, chart.note]
    for table in page.tables:
        texts += [table.title, table.note, *(column.label for column in table.columns if table.rows)]
        texts += [table.empty] if not table.rows else []
        texts += [cell.text for row in table.rows for cell in row]
    return (text for text in texts if text and not RTL.search(text))


def labelled(chart: Chart) -> Iterator[str]:
    """The labels of its rows, where each has one."""
    if chart.drawing in (Drawing.BARS, Drawing.RANGES, Drawing.PAIRS, Drawing.GRID):
        for series in chart.series:
            yield from (
                text for name, text in zip(chart.categories, series.texts, strict=False) if not RTL.search(name)
            )


def unprinted(payload: Payload) -> list[str]:
    """What it says and the print does not."""
    whole = "".join(pages(made(payload)))
    texts = [text for page in payload.pages for text in spoken(page)]
    texts += [text for page in payload.pages for chart in page.charts for text in labelled(chart)]
    return [text for text in texts if squeezed(text) not in whole]


def test_every_figure_cell_and_sentence_is_printed_as_it_stands_in_the_payload() -> None:
    assert unprinted(PAYLOAD) == []


def test_one_payload_has_the_same_bytes_each_time() -> None:
    assert made(PAYLOAD) == made(PAYLOAD)
    later = replace(PAYLOAD, frozen_at=PAYLOAD.frozen_at + dt.timedelta(seconds=1))
    assert made(later) != made(PAYLOAD)


def test_it_is_tagged_for_readers_without_sight_and_tells_its_title_date_and_hash() -> None:
    content = made(PAYLOAD)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    with pdfium.PdfDocument(content) as document:
        about = document.get_metadata_dict()
        assert (about["Title"], about["CreationDate"]) == ("Reliability, Jun-Aug 2026", "D:20260908060000Z")
        first = squeezed(document[0].get_textpage().get_text_range())
    assert squeezed("REP-1 · frozen 2026-09-08 06:00 UTC · data 81.8 % complete · revision 2 · sha256") in first
    assert "1/10" in first


def test_a_page_that_is_too_long_goes_on_and_says_so_and_the_long_text_keeps_its_last_word() -> None:
    story = "".join(f"Paragraph {number} of what we did.\n\n" for number in range(4_000)) + "The very last word."
    found = pages(made(of(replace(HEADLINE, narrative=story))))
    assert len(story) > 100_000
    assert "Headline(continued)" in found[1]
    assert "Theverylastword." in "".join(found)


def test_what_people_wrote_is_text_and_never_source() -> None:
    story = '#panic("x") $x$ @cite <label> *a* `#eval("1")` <script>alert(1)</script> #import "/etc/passwd"'
    page = replace(HEADLINE, title='#read("/etc/passwd") \\ ] // "', narrative=story, claims=())
    [found] = pages(made(of(page)))
    assert squeezed('#read("/etc/passwd") \\ ] // "') in found
    assert squeezed('#panic("x") $x$ @cite <label> a #eval("1") <script>alert(1)</script>') in found


def test_a_chart_of_many_categories_goes_on_in_a_next_one_on_the_same_scale() -> None:
    names = tuple(f"service-{number}" for number in range(50))
    chart = Chart(
        key="many", drawing=Drawing.BARS, title="Spent", summary="", categories=names,
        series=(Series(name="Spent", values=tuple(map(float, range(50))), texts=tuple(map(str, range(50)))),),
    )  # fmt: skip
    whole = "".join(pages(made(of(replace(RISKS, charts=(chart,))))))
    assert all(name in whole for name in names)
    assert "Spent(continued)" in whole


def test_names_of_curves_that_end_together_stand_apart_in_the_order_of_their_ends() -> None:
    curves = {"Tolerated": 0.3, "A quarter ago": 0.2, "Now": 0.1, "After the plan": 0.0}
    series = tuple(Series(name=name, values=(90.0, 40.0, end)) for name, end in curves.items())
    chart = Chart(
        key="c", drawing=Drawing.CURVE, title="Chances", summary="", xs=(1e4, 1e5, 1e6), categories=("a", "b", "c"),
        series=series, unit="EUR",
    )  # fmt: skip
    with pdfium.PdfDocument(made(of(replace(ATTAINMENT, charts=(chart,), tables=(), figures=())))) as document:
        text = document[0].get_textpage()
        heights = []
        for name in curves:
            index, _count = text.search(name).get_next()
            heights.append(text.get_charbox(index)[3])
    gaps = [above - below for above, below in itertools.pairwise(heights)]
    assert all(gap > 8 for gap in gaps), gaps


@pytest.mark.parametrize("drawing", Drawing)
@pytest.mark.parametrize("values", [(), (None, None), (0.0, 0.0), (-1.0, 1e18), (1e-9, None), (5.0, 5.0)])
def test_no_numbers_stop_a_drawing(drawing: Drawing, values: tuple[float | None, ...]) -> None:
    series = tuple(
        Series(name=look, values=values, look=look, texts=tuple("x" for _value in values), lows=values, highs=values)
        for look in Look
    )
    chart = Chart(
        key="odd", drawing=drawing, title="Odd", summary="Nothing is known.", categories=("a", "b")[: len(values)],
        series=series, xs=(0.0, 10.0)[: len(values)],
    )  # fmt: skip
    [found] = pages(made(of(replace(ATTAINMENT, charts=(chart,)))))
    assert "Nothingisknown." in found


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_no_text_stops_the_printer(text: str) -> None:
    assert made(of(replace(HEADLINE, title=f"x{text}", narrative=text, claims=()))).startswith(b"%PDF")


def test_a_character_that_no_font_has_is_a_box() -> None:
    assert printable("ก\u0e49ข 🚆 北京 שלום") == f"{STANDS_IN}{STANDS_IN} 🚆 北京 שלום"
    assert printable("a\x00b") == "a b"


def test_twenty_pages_are_printed() -> None:
    assert len(pages(made(long_report()))) >= 20
