"""The report as slides: a slide a page of the payload, and more where it has more than fits; the notes carry what was said."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pptx import Presentation
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.util import Pt

from reports.domain.payload import Chart, Drawing, Figure, Page, Payload, Table
from reports.exports import _slide_charts, _slide_tables
from reports.exports._appendix import back
from reports.exports._base import table_foot
from reports.exports._clean import cleaned
from reports.exports._print import foot, parts, rows_alike
from reports.exports._prose import plain_lines
from reports.exports._slide_look import (
    ACCENT,
    INK,
    MUTED,
    RECTANGLE,
    SOFT,
    SPACES,
    TONES,
    Box,
    Line,
    Run,
    high,
    lines_of,
    write,
)
from reports.exports._zip import settled

TEMPLATE: Final = Path(__file__).parent / "template.pptx"
LEFT: Final = 0.6
WIDTH: Final = 12.13
TOP: Final = 1.55
BOTTOM: Final = 6.95
BRIEF: Final = 3
CARDS: Final = 5

FIELD: Final = "{5C7B3F7E-2E0B-4B3B-9B7E-0F0E0D0C0B0A}"
DECORATIVE: Final = (
    '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative'
    ' xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst>'
)


def deck(payload: Payload, base: str) -> bytes:
    """The same bytes each time: its parts have the time at which the payload was frozen."""
    at = payload.frozen_at
    footer = foot(payload)
    payload = cleaned(payload)
    made: Any = Presentation(str(TEMPLATE))
    made.part.package.next_partname = _Numbers(made.part.package)
    about = made.core_properties
    about.title, about.author, about.last_modified_by = payload.title, payload.company, payload.company
    about.language, about.subject, about.identifier = get_language() or "en", payload.scope, footer
    about.created = about.modified = at.replace(tzinfo=None)
    for page in (*payload.pages, *back(payload)):
        _Sheet(made, payload, page, base, footer).draw()
    out = io.BytesIO()
    made.save(out)
    return settled(out.getvalue(), at=at)


class _Numbers:
    """Names of parts by counting: the library looks through the whole package for each, which is half of a long deck's time."""

    def __init__(self, package: Any) -> None:
        self.taken = {str(part.partname) for part in package.iter_parts()}
        self.last: Counter[str] = Counter()

    def __call__(self, template: str) -> PackURI:
        self.last[template] += 1
        while (name := template % self.last[template]) in self.taken:
            self.last[template] += 1
        self.taken.add(name)
        return PackURI(name)


@dataclass(slots=True)
class _Sheet:
    """One page on its way to slides; `y` is how far down the present slide is used, in inches."""

    made: Any
    payload: Payload
    page: Page
    base: str
    footer: str
    slide: Any = None
    y: float = TOP

    def draw(self) -> None:
        page = self.page
        self.begin()
        self.draw_figures()
        charts = [each for chart in page.charts for each in parts(chart)]
        lines = self.facts()
        end = BOTTOM - (0.62 if page.so_what else 0.0)
        first, tables = self.slide, list(page.tables)
        if page.figures and not charts and len(tables) == 1 and len(tables[0].rows) <= BRIEF:
            # A few rows, such as the decisions that are wanted, belong to the figures.
            self.draw_table(tables.pop(), end)
        if len(charts) == 1 and lines:
            self.draw_chart(charts[0], Box(LEFT, self.y, 7.4, end - self.y))
            self.draw_lines(lines, Box(8.3, self.y, 4.43, end - self.y))
            self.y = end
        else:
            self.draw_charts(charts, end)
            self.draw_lines(lines, Box(LEFT, self.y, WIDTH, end - self.y))
        self.draw_so_what(end)
        first = self.slide if tables else first
        for table in tables:
            self.draw_table(table, end if self.slide is first else BOTTOM)
        self.write_notes(first)

    def begin(self, *, again: bool = False) -> None:
        """A new slide with title, topic, footer and number."""
        self.slide = self.made.slides.add_slide(self.made.slide_layouts[0])
        title = self.page.title
        self.slide.shapes.title.text_frame.text = f"{title} ({_('continued')})" if again else title
        if len(title) > 140:
            self.slide.shapes.title.text_frame.paragraphs[0].font.size = Pt(18)
        words = f"{self.payload.company}  ·  {self.payload.title}  ·  {self.page.topic}"
        write(self.slide, Box(LEFT, 0.3, WIDTH, 0.25), [(Run(text=words, size=9, colour=MUTED),)], name=_("Topic"))
        tree = self.slide.shapes._spTree
        number = len(self.made.slides)
        tree.append(_placeholder(number=9001, kind="ftr", index=11, name=_("Footer"), text=self.footer))
        tree.append(_placeholder(number=9002, kind="sldNum", index=12, name=_("Number"), text=str(number)))
        self.y = self.top

    @property
    def top(self) -> float:
        """Below the title, in inches."""
        return TOP if lines_of(self.page.title, WIDTH, 24) > 1 else TOP - 0.35

    def draw_figures(self) -> None:
        for start in range(0, len(self.page.figures), CARDS):
            some = self.page.figures[start : start + CARDS]
            gap = 0.25
            width = (WIDTH - gap * (max(len(some), 3) - 1)) / max(len(some), 3)
            cards = [_card(each, self.base) for each in some]
            height = max(sum(high(line, width) for line in card) for card in cards) + 0.12
            for number, (card, figure) in enumerate(zip(cards, some, strict=True)):
                left = LEFT + number * (width + gap)
                self.draw_bar(Box(left, self.y, width, 0.018))
                write(self.slide, Box(left, self.y + 0.07, width, height), card, name=figure.label)
            self.y += height + 0.15

    def facts(self) -> list[Line]:
        page, base = self.page, self.base
        # What somebody wrote goes first: where all has no room, what the portal made goes on in the notes.
        lines: list[Line] = [
            (Run(text=each, size=11, colour=SOFT),) for each in plain_lines(page.narrative) if each.strip()
        ]
        for claim in page.claims:
            runs: list[Run] = [Run(text=claim.text, size=12)]
            for source in claim.sources:
                runs.append(Run(text="  ", size=9))
                runs.append(
                    Run(text=f"[{source.label}]", size=9, colour=ACCENT, link=base + source.path if source.path else "")
                )
            lines.append(tuple(runs))
        lines += [(Run(text=each, size=10, colour=MUTED),) for each in page.notes]
        return lines

    def draw_lines(self, lines: list[Line], box: Box) -> None:
        """As many as fit; the notes have them all."""
        room = box.height - 0.3
        shown: list[Line] = []
        for line in lines:
            room -= high(line, box.width - 0.2)
            if room < 0:
                shown.append((Run(text=_("… goes on in the speaker notes"), size=9, colour=MUTED),))
                break
            shown.append(line)
        if shown:
            write(self.slide, box, shown, name=_("What the numbers say"), bullets=True)
            self.y = max(self.y, box.top + min(box.height, sum(high(line, box.width - 0.2) for line in shown)) + 0.1)

    def draw_charts(self, charts: list[Chart], end: float) -> None:
        for start in range(0, len(charts), 3):
            some = charts[start : start + 3]
            if start:
                self.begin(again=True)
            # What the numbers say stands below the last of them.
            last = start + len(some) == len(charts)
            said = 1.1 if last and (self.page.claims or self.page.notes or self.page.narrative) else 0.1
            height = max(2.2, end - self.y - said)
            width = (WIDTH - 0.3 * (len(some) - 1)) / len(some)
            for number, chart in enumerate(some):
                self.draw_chart(chart, Box(LEFT + number * (width + 0.3), self.y, width, height))
            self.y += height + 0.1

    def draw_chart(self, chart: Chart, box: Box) -> None:
        """Its title above, its note below."""
        write(
            self.slide, Box(box.left, box.top, box.width, 0.25), [(Run(text=chart.title, bold=True),)], name=chart.title
        )
        note: list[Line] = [
            (Run(text=text, size=9, colour=colour),)
            for text, colour in ((chart.summary, SOFT), (chart.note, MUTED))
            if text
        ]
        below = sum(high(line, box.width) for line in note)
        inner = Box(box.left, box.top + 0.28, box.width, max(box.height - 0.33 - below, 0.8))
        if chart.drawing is Drawing.GRID:
            table = _slide_charts.as_table(chart)
            row = max(0.25, min(0.6, (inner.height - 0.3) / max(len(table.rows), 1)))
            part = _slide_tables.Part(table.rows, (row,) * len(table.rows))
            _slide_tables.drawn(self.slide, table, part, inner, base=self.base, map_of_heat=True)
        else:
            _slide_charts.drawn(self.slide, chart, inner)
        if note:
            write(self.slide, Box(box.left, box.top + box.height - below, box.width, below), note, name=_("Note"))

    def draw_so_what(self, end: float) -> None:
        if not self.page.so_what:
            return
        words = (
            Run(text=f"{_('So what')}  ", size=10, colour=MUTED, bold=True),
            Run(text=self.page.so_what, size=13, bold=True),
        )
        self.draw_bar(Box(LEFT, end + 0.12, 0.05, 0.42))
        write(self.slide, Box(LEFT + 0.18, end + 0.16, WIDTH - 0.2, 0.4), [words], name=_("So what"))

    def draw_bar(self, box: Box) -> None:
        """A stroke of ink, of no meaning to a reader without sight."""
        left, top, width, height = (int(each) for each in box.emu)
        number = self.slide.shapes._next_shape_id
        self.slide.shapes._spTree.append(
            parse_xml(
                f'<p:sp {SPACES}><p:nvSpPr><p:cNvPr id="{number}" name="—">{DECORATIVE}</p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
                f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
                f'{RECTANGLE}<a:solidFill><a:srgbClr val="{INK}"/></a:solidFill></p:spPr></p:sp>'
            )
        )

    def draw_table(self, table: Table, end: float) -> None:
        """Where neither all of it nor three rows fit below what is there, it begins on a slide of its own."""
        alike, said = rows_alike(table, self.page.tables), table_foot(table)
        around = 0.38 + (0.3 if said else 0.0)
        if end - self.y < (around + _slide_tables.head_and(3, table, width=WIDTH, alike=alike) if table.rows else 0.3):
            self.begin(again=True)
            end = BOTTOM
        if not table.rows:
            # In one line: what is not there begins no slide of its own.
            line: Line = (Run(text=f"{table.title}:  ", bold=True), Run(text=table.empty, colour=SOFT))
            write(self.slide, Box(LEFT, self.y, WIDTH, 0.25), [line], name=table.title)
            self.y += 0.34
            return
        first, later = end - self.y - around, BOTTOM - self.top - around
        cut = _slide_tables.parts(table, width=WIDTH, first=first, later=later, alike=alike)
        for number, part in enumerate(cut):
            if number:
                self.begin(again=True)
            write(self.slide, Box(LEFT, self.y, WIDTH, 0.25), [(Run(text=table.title, bold=True),)], name=table.title)
            _slide_tables.drawn(
                self.slide, table, part, Box(LEFT, self.y + 0.28, WIDTH, part.height), base=self.base, alike=alike
            )
            self.y += 0.28 + part.height + 0.1
        if said:
            write(
                self.slide,
                Box(LEFT, self.y, WIDTH, 0.25),
                [(Run(text=said, size=9, colour=MUTED),)],
                name=_("Note"),
            )
            self.y += 0.3

    def write_notes(self, slide: Any) -> None:
        """What a speaker says, and where each number is from."""
        page = self.page
        lines = [page.title]
        for claim in page.claims:
            lines.append(f"• {claim.text}")
            lines += [
                f"  {source.label}: {self.base}{source.path}" if source.path else f"  {source.label}"
                for source in claim.sources
            ]
        lines += plain_lines(page.narrative)
        for chart in page.charts:
            lines.append(f"{chart.title}: {chart.summary} {chart.note}".strip())
        lines += page.notes
        if page.so_what:
            lines.append(f"{_('So what')}: {page.so_what}")
        slide.notes_slide.notes_text_frame.text = "\n".join(lines)


def _card(figure: Figure, base: str) -> list[Line]:
    size = 24 if len(figure.text) <= 9 else 17 if len(figure.text) <= 15 else 12
    lines: list[Line] = [
        (Run(text=figure.label, size=10, bold=True, colour=SOFT, link=base + figure.path if figure.path else ""),),
        (Run(text=figure.text, size=size, bold=True),),
    ]
    known = TONES.get(figure.tone)
    if known is not None and figure.word:
        lines.append((Run(text=f"{known.shape} {figure.word}", size=10, bold=True, colour=known.colour),))
    target = f"{_('Target')}: {figure.target}" if figure.target else ""
    lines += [(Run(text=each, size=9, colour=MUTED),) for each in (figure.change, target, figure.basis) if each]
    return lines


def _placeholder(*, number: int, kind: str, index: int, name: str, text: str) -> Any:
    words = escape(text)
    side = "l" if kind == "ftr" else "r"
    ink = f'<a:solidFill><a:srgbClr val="{MUTED}"/></a:solidFill>'
    letters = f'<a:rPr lang="en-US" sz="900">{ink}<a:latin typeface="+mn-lt"/></a:rPr>'
    run = f'<a:fld id="{FIELD}" type="slidenum">{letters}<a:t>{words}</a:t></a:fld>'
    if kind == "ftr":
        run = f"<a:r>{letters}<a:t>{words}</a:t></a:r>"
    return parse_xml(
        f'<p:sp {SPACES}><p:nvSpPr><p:cNvPr id="{number}" name={quoteattr(name)}/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="{kind}" sz="quarter" idx="{index}"/></p:nvPr></p:nvSpPr><p:spPr/>'
        f'<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:pPr algn="{side}"/>{run}</a:p></p:txBody></p:sp>'
    )
