"""Words that look for someone to blame, and what to ask instead. A hint for the writer; it forbids nothing.

Source: the blameless postmortem as in SRE Book, chapter 15: people acted sensibly by what they knew then; counterfactuals
("should have") describe what did not happen and explain nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Wording(StrEnum):
    COUNTERFACTUAL = "counterfactual"
    BLAME = "blame"
    HUMAN_ERROR = "human_error"
    JUDGEMENT = "judgement"
    NEGLECT = "neglect"


_PATTERNS: Final[tuple[tuple[Wording, str], ...]] = (
    (Wording.COUNTERFACTUAL, r"(?:should|could|ought to|would) (?:not )?have\b|(?:shouldn't|couldn't|wouldn't) have\b"),
    (Wording.HUMAN_ERROR, r"(?:human|operator|user|pilot) errors?\b|(?:finger|typing) trouble\b"),
    (Wording.BLAME, r"(?:\w+'s|his|her|their|your) (?:own )?(?:fault|mistake)\b|\bfault of\b|\bto blame\b|\bblames?\b"),
    (Wording.JUDGEMENT, r"careless(?:ly|ness)?|negligen(?:t|tly|ce)|stupid(?:ly)?|incompeten(?:t|ce)|lazy|sloppy"),
    (Wording.NEGLECT, r"forgot(?:ten)?(?: to)?\b|neglected to\b|did not bother\b"),
    (Wording.NEGLECT, r"failed to (?:notice|check|follow|read|test|inform|tell)\b"),
)  # fmt: skip
_FOUND: Final = tuple((kind, re.compile(rf"(?<!\w)(?:{pattern})", re.IGNORECASE)) for kind, pattern in _PATTERNS)
_QUOTED: Final = re.compile(r"`[^`]*`|^>.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """`start` and `end` are offsets in the text; `phrase` is what stands there."""

    kind: Wording
    phrase: str
    start: int
    end: int


def findings(text: str) -> tuple[Finding, ...]:
    """In the order of the text; what is quoted or code is somebody's own word and left alone."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    found = [
        Finding(kind, match[0].strip(), match.start(), match.end())
        for kind, pattern in _FOUND
        for match in pattern.finditer(text)
        if not any(start <= match.start() < end for start, end in quoted)
    ]
    return tuple(sorted(found, key=lambda each: (each.start, -each.end)))
