"""What is wrong with a file that someone sent, by line; and what they may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from django.utils.translation import gettext as _


class Severity(StrEnum):
    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1, 0 when it is about the whole file. An error stops the import, a note does not."""

    line: int
    text: str
    column: str = ""
    severity: Severity = Severity.ERROR


class Unreadable(Exception):
    """The file as a whole cannot be read; `str` says why and what to do."""

    def __init__(self, text: str, *, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


class Refusal(Exception):
    """A value cannot be accepted; `str` says why and what is accepted."""


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """ " (did you mean payments or payouts?)", or nothing when none is near."""
    near = nearest(text, known)
    return _(" (did you mean %(near)s?)") % {"near": _(" or ").join(near)} if near else ""


def nearest(text: str, known: Iterable[str]) -> Sequence[str]:
    by_fold = {name.casefold(): name for name in known}
    found = get_close_matches(text.casefold(), list(by_fold), n=3, cutoff=0.6)
    return [by_fold[fold] for fold in found]


def shortened(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
