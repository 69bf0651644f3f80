"""The printer: templates of our own, our fonts, and data that is only ever read as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typst

from reports.domain.payload import Payload
from reports.exports._fonts import bundled
from reports.exports._print import ready

TEMPLATES: Final = Path(__file__).parent / "print"
INCH: Final = 72.0


def pdf(payload: Payload, base: str) -> bytes:
    """PDF/UA-1: tagged, titled, in its language. The date of the document is when the payload was frozen."""
    return typst.compile(
        TEMPLATES / "report.typ",
        root=TEMPLATES,
        font_paths=bundled(),
        format="pdf",
        pdf_standards="ua-1",
        timestamp=payload.frozen_at,
        sys_inputs={"payload": ready(payload, base)},
    )


def picture(payload: Payload, base: str, *, width: int) -> bytes:
    """PNG of the first page, `width` pixels wide."""
    made = typst.compile(
        TEMPLATES / "report.typ",
        root=TEMPLATES,
        font_paths=bundled(),
        format="png",
        ppi=width / (960 / INCH),
        timestamp=payload.frozen_at,
        sys_inputs={"payload": ready(payload, base)},
    )
    return made if isinstance(made, bytes) else made[0]
