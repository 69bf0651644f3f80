"""The report as a workbook: every number as a number."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from relportal.core.xlsxexport import MEDIA_TYPE
from reports.exports._base import Format
from reports.exports._sheets import workbook

PLUGIN: Final = Format(
    key="xlsx",
    label=_("Workbook (XLSX)"),
    hint=_("A sheet a page, all values as numbers with their basis, the definitions"),
    ending=".xlsx",
    media_type=MEDIA_TYPE,
    make=workbook,
)
