"""Shades, shapes and letters of the slides: those of the printed report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE, MSO_PATTERN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from reports.domain.payload import Look, Tone

SPACES: Final = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)

INK: Final = "171B21"
SOFT: Final = "414A56"
MUTED: Final = "5D6673"
RULE: Final = "CDD3DA"
ACCENT: Final = "4644C4"
SHADES: Final = (INK, "5B6572", "959EAA", "C9CFD6", "E5E8EC")
PREVIOUS: Final = "B4BBC4"
WHITE: Final = "FFFFFF"

BLANK: Final = "\u00a0"
"""In an empty cell: without it, some programs make it as high as letters of 18 points."""
RECTANGLE: Final = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'


@dataclass(frozen=True, slots=True)
class Toned:
    shape: str
    colour: str
    ground: str


TONES: Final = {
    Tone.GREEN: Toned("●", "0F766E", "E6F3F1"),
    Tone.AMBER: Toned("▲", "A35700", "F2DCB8"),
    Tone.RED: Toned("■", "7F1D1D", "D99A9A"),
    Tone.GREY: Toned("○", MUTED, "F1F3F5"),
}


@dataclass(frozen=True, slots=True)
class Box:
    """Inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[Inches, Inches, Inches, Inches]:
        return (Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    text: str
    size: float = 11
    bold: bool = False
    colour: str = INK
    link: str = ""


Line = tuple[Run, ...]


def shade(number: int) -> str:
    return SHADES[min(number, len(SHADES) - 1)]


def marked(text: str, tone: Tone) -> str:
    """With the shape of the tone, for where a text has one colour."""
    return f"{text} {TONES[tone].shape}" if tone in TONES and text else text


def lines_of(text: str, width: float, size: float) -> int:
    """How many it takes about, in a box of `width` inches."""
    fits = max(1.0, width * 72 / (size * 0.52))
    return sum(max(1, ceil(len(line) / fits)) for line in text.split("\n"))


def high(line: Line, width: float) -> float:
    """Inches that a paragraph takes about."""
    size = max(run.size for run in line)
    return lines_of("".join(run.text for run in line), width, size) * size * 1.2 / 72 + 0.042


def write(slide: Any, box: Box, lines: Sequence[Line], *, name: str, bullets: bool = False) -> None:
    """A box of text; its name is what a screen reader calls it. Written as XML: the library takes four times as long."""
    tree = slide.shapes._spTree
    left, top, width, height = (int(each) for each in box.emu)
    tree.append(
        parse_xml(
            f"<p:sp {SPACES}><p:nvSpPr><p:cNvPr id={quoteattr(str(slide.shapes._next_shape_id))} name={quoteattr(name)}/>"
            f'<p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{left}" y="{top}"/>'
            f'<a:ext cx="{width}" cy="{max(height, 0)}"/></a:xfrm>{RECTANGLE}<a:noFill/></p:spPr>'
            f'<p:txBody><a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0"/><a:lstStyle/>'
            f"{''.join(_paragraph(slide, line, bullets=bullets) for line in lines)}</p:txBody></p:sp>"
        )
    )


def run(words: Run, link: str) -> str:
    """As XML; `link` is the id of a relation of the slide."""
    click = f"<a:hlinkClick r:id={quoteattr(link)}/>" if link else ""
    ink = f'<a:solidFill><a:srgbClr val="{words.colour}"/></a:solidFill>'
    letters = f'lang="en-US" sz="{words.size * 100:.0f}" b="{int(words.bold)}"'
    return f"<a:r><a:rPr {letters}>{ink}{click}</a:rPr><a:t>{escape(words.text) or BLANK}</a:t></a:r>"


def linked(slide: Any, address: str) -> str:
    """The id of a relation to it; empty for none."""
    if not address:
        return ""
    made: str = slide.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    return made


def _paragraph(slide: Any, line: Line, *, bullets: bool) -> str:
    runs = "".join(run(each, linked(slide, each.link)) for each in line if each.text)
    inside = '<a:spcAft><a:spcPts val="300"/></a:spcAft>' + ('<a:buChar char="•"/>' if bullets else "")
    place = ' marL="171450" indent="-171450"' if bullets else ""
    return f"<a:p><a:pPr{place}>{inside}</a:pPr>{runs}</a:p>"


def fill(drawn: Any, look: Look, number: int) -> None:
    """A bar: actual solid and dark, previous light, plan outlined, forecast hatched, target an outline of dashes."""
    if look is Look.FORECAST:
        drawn.fill.patterned()
        drawn.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        drawn.fill.fore_color.rgb = RGBColor.from_string(INK)
        drawn.fill.back_color.rgb = RGBColor.from_string(WHITE)
    elif look is Look.TARGET:
        drawn.fill.background()
    else:
        drawn.fill.solid()
        colour = {Look.PREVIOUS: PREVIOUS, Look.PLAN: WHITE}.get(look, shade(number))
        drawn.fill.fore_color.rgb = RGBColor.from_string(colour)
    if look in (Look.PLAN, Look.FORECAST, Look.TARGET):
        stroke(drawn, look, number, width=1)


def stroke(drawn: Any, look: Look, number: int, *, width: float = 2.0) -> None:
    drawn.line.width = Pt(width)
    colour = {Look.PREVIOUS: PREVIOUS, Look.TARGET: SOFT}.get(look, INK if look is not Look.ACTUAL else shade(number))
    drawn.line.color.rgb = RGBColor.from_string(colour)
    if look is Look.TARGET:
        drawn.line.dash_style = MSO_LINE.DASH
    elif look is Look.PLAN and width > 1:
        # A line has no outline: a thin one is told from the actual.
        drawn.line.width = Pt(width / 2)
    elif look is Look.FORECAST and width > 1:
        drawn.line.dash_style = MSO_LINE.ROUND_DOT
