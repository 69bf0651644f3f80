"""Which characters the bundled fonts have: PDF/UA allows none without a glyph, and typst refuses the whole document for one.

Source: OpenType 1.9, "cmap", formats 4 and 12.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import typst

FOLDER: Final = Path(__file__).parent / "fonts"
STANDS_IN: Final = "\u25a1"
"""For a character that no font has."""
FAMILIES: Final = {
    "Inter": ("Inter_400Regular", "Inter_400Regular_Italic", "Inter_600SemiBold"),
    "Noto Sans Arabic": ("NotoSansArabic_400Regular", "NotoSansArabic_600SemiBold"),
    "Noto Sans Hebrew": ("NotoSansHebrew_400Regular", "NotoSansHebrew_600SemiBold"),
    "Noto Emoji": ("NotoEmoji_400Regular",),
    "Droid Sans Fallback": ("DroidSansFallbackFull",),
}
"""In the order in which a glyph is looked for; all cuts of a family have what is taken from it."""


@cache
def bundled() -> typst.Fonts:
    """None of the machine's own: the same payload has the same bytes everywhere."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])


def printable(text: str) -> str:
    """As it can be printed: control characters are spaces, and what has no glyph is a box of its own.

    Marks that stand on a character without a glyph go with it.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(text))


def _shown(text: str) -> Iterator[str]:
    known, boxed = _characters(), False
    for each in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(each)
        if kind == "Cc":
            yield each if each == "\n" else " "
        elif kind == "Cf" or 0xFE00 <= ord(each) <= 0xFE0F:
            # Joiners, marks of direction and variants draw nothing themselves.
            yield each
        elif ord(each) in known:
            boxed = False
            yield each
        elif not (boxed and kind.startswith("M")):
            boxed = True
            yield STANDS_IN


@cache
def _characters() -> frozenset[int]:
    found: set[int] = set()
    for cuts in FAMILIES.values():
        found |= set.intersection(*(_of_font((FOLDER / f"{cut}.ttf").read_bytes()) for cut in cuts))
    return frozenset(found)


def _of_font(font: bytes) -> set[int]:
    """The characters of the widest table of a font."""
    start = next(
        struct.unpack_from(">I", font, 12 + 16 * each + 8)[0]
        for each in range(struct.unpack_from(">H", font, 4)[0])
        if font[12 + 16 * each : 16 + 16 * each] == b"cmap"
    )
    offsets = [
        start + struct.unpack_from(">HHI", font, start + 4 + 8 * each)[2]
        for each in range(struct.unpack_from(">H", font, start + 2)[0])
    ]
    by_format = {struct.unpack_from(">H", font, offset)[0]: offset for offset in offsets}
    return set(_groups(font, by_format[12]) if 12 in by_format else _segments(font, by_format[4]))


def _groups(font: bytes, at: int) -> Iterator[int]:
    for each in range(struct.unpack_from(">I", font, at + 12)[0]):
        first, last, _glyph = struct.unpack_from(">III", font, at + 16 + 12 * each)
        yield from range(first, last + 1)


def _segments(font: bytes, at: int) -> Iterator[int]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 4 * count)
    ranges_at = at + 16 + 6 * count
    ranges = struct.unpack_from(f">{count}H", font, ranges_at)
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if ranges[number]:
                glyph = struct.unpack_from(">H", font, ranges_at + 2 * number + ranges[number] + 2 * (code - first))[0]
            if glyph and (glyph + (0 if ranges[number] else deltas[number])) & 0xFFFF and code != 0xFFFF:
                yield code
