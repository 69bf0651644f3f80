"""The whole report on paper."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.exports._base import Format
from reports.exports._typst import whole

PLUGIN: Final = Format(
    key="pdf",
    label=_("PDF"),
    hint=_("All pages, to print and to read with a screen reader (PDF/UA)"),
    ending=".pdf",
    media_type="application/pdf",
    make=whole,
    inline=True,
)
