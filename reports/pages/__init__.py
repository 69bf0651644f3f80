"""Pages of the executive report: one module is one page, under its own name as key."""

from __future__ import annotations

from relportal.core.registry import Registry
from reports.pages._base import ReportPage

PAGES: Registry[ReportPage] = Registry("reports.pages")


def in_order() -> tuple[ReportPage, ...]:
    return tuple(sorted(PAGES.values(), key=lambda each: each.number))
