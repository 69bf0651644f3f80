"""The report on one page, for a board."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.exports._base import Format
from reports.exports._typst import summary

PLUGIN: Final = Format(
    key="board",
    label=_("Board summary (PDF)"),
    hint=_("One page: the headline, its figures, and what each leading page says"),
    ending="-board.pdf",
    media_type="application/pdf",
    make=summary,
    inline=True,
)
