"""Makes reports/exports/template.pptx: 16:9, one layout with a title, a footer and a number, in the report's greys.

Run: python docs/build_slides.py
"""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Emu, Inches

from reports.exports._zip import settled

TEMPLATE = Path(__file__).resolve().parent.parent / "reports" / "exports" / "template.pptx"
COLOURS = {
    "dk1": "171B21",
    "lt1": "FFFFFF",
    "dk2": "414A56",
    "lt2": "F3F5F7",
    "accent1": "171B21",
    "accent2": "5B6572",
    "accent3": "959EAA",
    "accent4": "C9CFD6",
    "accent5": "A35700",
    "accent6": "7F1D1D",
    "hlink": "4644C4",
    "folHlink": "4644C4",
}
PLACES = {
    "title": (0.6, 0.62, 12.13, 0.9),
    "body": (0.6, 1.7, 12.13, 5.0),
    "ftr": (0.6, 7.06, 10.5, 0.28),
    "sldNum": (11.73, 7.06, 1.0, 0.28),
}
"""Inches from the left, from the top, width, height."""


def build() -> bytes:
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    master = deck.slide_masters[0]
    for layout in list(deck.slide_layouts):
        if layout.name != "Title Only":
            deck.slide_layouts.remove(layout)
    for holder in (master, deck.slide_layouts[0]):
        for shape in list(holder.placeholders):
            if "DATE" in str(shape.placeholder_format.type):
                shape._element.getparent().remove(shape._element)
                continue
            kind = shape._element.nvSpPr.nvPr.find(".//{*}ph").get("type") or "body"
            _put(shape, PLACES["title" if kind == "ctrTitle" else kind])
    _write_styles(master)
    theme = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme._blob = _theme(theme.blob.decode()).encode()
    about = deck.core_properties
    about.title, about.author = "Report", "relportal"
    out = io.BytesIO()
    deck.save(out)
    return settled(out.getvalue(), at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def _put(shape: Any, place: tuple[float, float, float, float]) -> None:
    shape.left, shape.top, shape.width, shape.height = (Emu(Inches(each)) for each in place)
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    if shape.placeholder_format.type is not None and "TITLE" in str(shape.placeholder_format.type):
        frame.vertical_anchor = MSO_ANCHOR.TOP


def _write_styles(master: Any) -> None:
    space = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
    styles = master._element.find("{*}txStyles")
    title = styles.find("{*}titleStyle").find("a:lvl1pPr", space)
    title.set("algn", "l")
    letters = title.find("a:defRPr", space)
    letters.set("sz", "2200")
    letters.set("b", "1")
    for shape in master.placeholders:
        for each in shape._element.iter("{*}defRPr"):
            if each.get("sz") == "1200":
                each.set("sz", "900")


def _theme(xml: str) -> str:
    for name, colour in COLOURS.items():
        xml = re.sub(rf"<a:{name}>.*?</a:{name}>", f'<a:{name}><a:srgbClr val="{colour}"/></a:{name}>', xml)
    return xml.replace('<a:latin typeface="Calibri"/>', '<a:latin typeface="Arial"/>')


if __name__ == "__main__":
    TEMPLATE.write_bytes(build())
