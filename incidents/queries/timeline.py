"""The lines of a timeline as the room shows them: plain values, because a room reads hundreds of them every few seconds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from incidents.models import Entry


@dataclass(frozen=True, slots=True)
class Line:
    """Everything of an entry that is shown, and so everything that its drawn form depends on; `author` is "" for the portal."""

    pk: int
    kind: str
    at: dt.datetime
    text: str
    url: str
    pinned: bool
    struck: bool
    is_edited: bool
    author: str


def pinned(shown: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(each for each in shown if each.pinned and not each.struck)


def lines(incident: int) -> tuple[Line, ...]:
    """Of the incident with this id; the newest first."""
    rows = (
        Entry.objects.filter(incident=incident)
        .order_by("-at", "-pk")
        .values_list(
            "pk",
            "kind",
            "at",
            "text",
            "url",
            "pinned",
            "struck",
            "edited_at",
            "author__display_name",
            "author__email",
        )
    )
    return tuple(
        Line(pk, kind, at, text, url, pinned, struck, edited is not None, name or email or "")
        for pk, kind, at, text, url, pinned, struck, edited, name, email in rows
    )
