"""Figures: the calendar, targets, what people enter, and the values that were computed."""

from __future__ import annotations

from reports.models.figures import Edition, KpiComment, KpiInput, KpiTarget, KpiValue, ReportSettings
from reports.models.ladder import Attestation, LadderState, LadderVersion, RuleResult, ServiceLevel

__all__ = [
    "Attestation", "Edition", "KpiComment", "KpiInput", "KpiTarget", "KpiValue", "LadderState", "LadderVersion",
    "ReportSettings", "RuleResult", "ServiceLevel",
]  # fmt: skip
