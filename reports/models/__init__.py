"""Figures: the calendar, targets, what people enter, and the values that were computed; reports of them; asks and decisions."""

from __future__ import annotations

from reports.models.decisions import Ask, AskState, Decision, DecisionOutcome, Verdict
from reports.models.figures import Edition, KpiComment, KpiInput, KpiTarget, KpiValue, ReportSettings
from reports.models.investments import Investment, InvestmentState
from reports.models.report import Narrative, Report, ReportApproval, ReportComment, ReportFile

__all__ = [
    "Ask",
    "AskState",
    "Decision",
    "DecisionOutcome",
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
    "Verdict",
]
