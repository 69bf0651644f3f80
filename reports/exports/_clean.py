"""A payload as XML can hold it: control characters, which no one sees, would make an Office file unreadable."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from reports.domain.payload import Payload
from reports.domain.snapshot import plain

_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


def cleaned(payload: Payload) -> Payload:
    """The same but for characters that XML 1.0 forbids, which are spaces."""
    return msgspec.convert(_walk(plain(payload)), Payload)


def _walk(content: Any) -> Any:
    if isinstance(content, str):
        return _UNFIT.sub(" ", content)
    if isinstance(content, list):
        return [_walk(each) for each in content]
    if isinstance(content, dict):
        return {key: _walk(each) for key, each in content.items()}
    return content
