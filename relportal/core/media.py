"""What a file is, told from its content alone: neither its name nor what the sender says of it is believed."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final


class Media(StrEnum):
    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    WEBP = "image/webp"
    PDF = "application/pdf"
    JSON = "application/json"
    CSV = "text/csv"
    TEXT = "text/plain"


class Refusal(StrEnum):
    EMPTY = "empty"
    MARKUP = "markup"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Told:
    """Exactly one of the two is set."""

    media: Media | None = None
    refusal: Refusal | None = None


SUFFIXES: Final[dict[Media, tuple[str, ...]]] = {
    Media.PNG: (".png",),
    Media.JPEG: (".jpg", ".jpeg"),
    Media.GIF: (".gif",),
    Media.WEBP: (".webp",),
    Media.PDF: (".pdf",),
    Media.JSON: (".json", ".txt", ".log"),
    Media.CSV: (".csv", ".tsv", ".txt", ".log"),
    Media.TEXT: (".txt", ".log", ".csv", ".tsv", ".md", ".yaml", ".yml", ".diff", ".patch", ".sql", ".json", ".jsonl"),
}
"""With which a name may end; the first is added to another one, for a text that is called .html runs when it is opened."""
LONGEST_NAME: Final = 150

# What the sniffing of browsers takes for a document that runs (HTML, SVG, XML), where it begins a file.
_MARKUP: Final = re.compile(
    r"\s*(<!--.*?-->\s*)*<(!doctype\b|\?xml\b|!--|!entity\b|(?:[a-z]+:)?svg\b"
    r"|(?:html|head|body|title|script|style|iframe|frameset|object|embed|base|link|meta|table|div|font|form|img|a|b|p|h1|br)"
    r"(?=[\s/>]))",
    re.IGNORECASE | re.DOTALL,
)
_LOOKED_AT: Final = 4096
# Line breaks, tabs, and the colours that tools write into their output.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def told(content: bytes) -> Told:
    """One of the kinds that are taken, or why it is none of them."""
    if not content.strip():
        return Told(refusal=Refusal.EMPTY)
    picture = _picture(content)
    if picture is not None:
        return Told(picture)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Told(refusal=Refusal.UNKNOWN)
    if _MARKUP.match(text[:_LOOKED_AT]):
        return Told(refusal=Refusal.MARKUP)
    if _CONTROLS.search(text):
        return Told(refusal=Refusal.UNKNOWN)
    return Told(_kind_of_text(text))


def fitting_name(given: str, media: Media) -> str:
    """A name that is shown and saved safely: without folders, controls and marks that turn the direction of writing."""
    last = PurePosixPath(given.replace("\\", "/")).name
    name = "".join(each for each in last if unicodedata.category(each)[0] != "C").strip(" .") or "file"
    suffix = PurePosixPath(name).suffix.lower()
    first = SUFFIXES[media][0]
    if suffix in SUFFIXES[media]:
        stem, end = name[: -len(suffix)], name[-len(suffix) :]
    else:
        stem, end = name, first
    return f"{stem[: LONGEST_NAME - len(end)]}{end}"


def _picture(content: bytes) -> Media | None:
    """A picture or a PDF, by how it begins. Source: the registrations of these types, as in the MIME Sniffing Standard."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Media.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return Media.GIF
    if content[:4] == b"RIFF" and content[8:14] == b"WEBPVP":
        return Media.WEBP
    if content.startswith(b"%PDF-"):
        return Media.PDF
    return None


def _kind_of_text(text: str) -> Media:
    if text.lstrip()[:1] in ("{", "["):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            return Media.JSON
    return Media.CSV if any(_is_table(text, mark) for mark in ",;\t") else Media.TEXT


def _is_table(text: str, mark: str) -> bool:
    """Several lines with the same number of fields, more than one."""
    widths = set()
    lines = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            if row:
                widths.add(len(row))
                lines += 1
            if len(widths) > 1 or widths == {1}:
                return False
    except csv.Error:
        return False
    return lines > 1
