"""Figures: the calendar, targets, what people enter, and the values that were computed; and the reports made of them."""

from __future__ import annotations

from reports.models.figures import Edition, KpiComment, KpiInput, KpiTarget, KpiValue, ReportSettings
from reports.models.investments import Investment, InvestmentState
from reports.models.report import Narrative, Report, ReportApproval, ReportComment, ReportFile

__all__ = [
    "Edition",
    "Investment",
    "InvestmentState",
    "KpiComment",
    "KpiInput",
    "KpiTarget",
    "KpiValue",
    "Narrative",
    "Report",
    "ReportApproval",
    "ReportComment",
    "ReportFile",
    "ReportSettings",
]
