"""What a text holds that is not shown to its readers, so that its author can be told."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Left(StrEnum):
    PICTURES = "pictures"
    """Pictures of other hosts would tell them who reads."""
    HTML = "html"
    """It stands in the text as it was typed."""
    SCRIPTS = "scripts"
    """Links that would run something."""


_PICTURE: Final = re.compile(r"!\[[^\]\n]{0,300}\]\(|<img\b", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-z][a-z0-9-]{0,30}[\s/>]", re.IGNORECASE)
_SCRIPT: Final = re.compile(r"<script\b|\bjavascript:|\bdata:text/html", re.IGNORECASE)


def left_out(text: str) -> tuple[Left, ...]:
    """In this order; of plain markdown nothing."""
    found = ((Left.SCRIPTS, _SCRIPT), (Left.PICTURES, _PICTURE), (Left.HTML, _TAG))
    return tuple(kind for kind, pattern in found if pattern.search(text))
