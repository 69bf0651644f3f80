"""The report as slides that can be presented and edited."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.exports._base import Format
from reports.exports._slides import deck

PLUGIN: Final = Format(
    key="pptx",
    label=_("Slides (PPTX)"),
    hint=_("Native charts and tables to edit, speaker notes with the sources"),
    ending=".pptx",
    media_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
    make=deck,
)
