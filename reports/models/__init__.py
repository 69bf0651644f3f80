"""Figures: the calendar, targets, what people enter, and the values that were computed."""

from __future__ import annotations

from reports.models.figures import Edition, KpiComment, KpiInput, KpiRun, KpiTarget, KpiValue, ReportSettings

__all__ = ["Edition", "KpiComment", "KpiInput", "KpiRun", "KpiTarget", "KpiValue", "ReportSettings"]
