"""The printer: templates of our own, our fonts, and data that is only ever read as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import typst

from reports.domain.payload import Page, Payload
from reports.exports._appendix import back
from reports.exports._fonts import bundled
from reports.exports._print import ready

TEMPLATES: Final = Path(__file__).parent / "print"
WIDTH: Final = 960.0
"""Of a page, in points."""


def whole(payload: Payload, base: str) -> bytes:
    return _compiled("report", payload, base, (*payload.pages, *back(payload)))


def summary(payload: Payload, base: str) -> bytes:
    """One page: what the pages for executives say."""
    return _compiled("board", payload, base, leading(payload))


def picture(payload: Payload, base: str, *, width: int) -> bytes:
    """PNG of the headline, `width` pixels wide."""
    return _compiled("report", payload, base, leading(payload)[:1], format="png", ppi=width / WIDTH * 72)


def leading(payload: Payload) -> tuple[Page, ...]:
    """Of a report that names none, the first."""
    return tuple(page for page in payload.pages if page.leading) or payload.pages[:1]


def _compiled(template: str, payload: Payload, base: str, pages: Iterable[Page], **more: Any) -> bytes:
    """PDF/UA-1 where nothing else is asked: tagged, titled, in its language. It was made when the payload was frozen."""
    made = typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=bundled(),
        timestamp=payload.frozen_at.astimezone(dt.UTC).replace(microsecond=0),
        sys_inputs={"payload": ready(payload, base, pages)},
        **(more or {"format": "pdf", "pdf_standards": "ua-1"}),
    )
    return made if isinstance(made, bytes) else made[0]
