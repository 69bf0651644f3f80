"""Bytes to text, with a message for every encoding that is not UTF-8."""

from __future__ import annotations

from django.utils.translation import gettext as _

from relportal.core.reading.problems import Unreadable

UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")
ZIP = b"PK\x03\x04"


def decoded(content: bytes) -> str:
    """UTF-8 with or without a mark at its start.

    Raises: Unreadable for an empty file, another encoding, a workbook or any other binary file.
    """
    if not content.removeprefix(b"\xef\xbb\xbf").strip():
        raise Unreadable(_("The file is empty."))
    if content.startswith(ZIP):
        raise Unreadable(_("This is a workbook or an archive, not text. Save it as “CSV UTF-8” first."))
    if content.startswith(UTF_16_BOMS) or _looks_like_utf_16(content):
        raise Unreadable(_("The file is in UTF-16. Save it as “CSV UTF-8” first."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            _(
                "Line %(line)s is not UTF-8 (byte 0x%(byte)02x); the file looks like Latin-1 or Windows-1252, where that"
                " byte is “%(letter)s”. Save it as “CSV UTF-8” first."
            )
            % {
                "line": line,
                "byte": content[error.start],
                "letter": bytes([content[error.start]]).decode("cp1252", "replace"),
            },
            line=line,
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable(
            _("Line %(line)s holds a NUL byte: this is not a text file.") % {"line": line},
            line=line,
        )
    return text


def _looks_like_utf_16(content: bytes) -> bool:
    """Latin text in UTF-16 without its mark has a zero in every other byte."""
    head = content[:200]
    zeros = head.count(0)
    return len(head) >= 8 and zeros >= len(head) * 0.3
