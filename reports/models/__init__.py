"""Figures: the calendar, targets, what people enter, and the values that were computed. Asks and decisions."""

from __future__ import annotations

from reports.models.decisions import Ask, AskState, Decision, DecisionOutcome, Verdict
from reports.models.figures import Edition, KpiComment, KpiInput, KpiTarget, KpiValue, ReportSettings
from reports.models.initiatives import Goal, Initiative, InitiativeService
from reports.models.ladder import Attestation, LadderState, LadderVersion, RuleResult, ServiceLevel

__all__ = [
    "Ask",
    "AskState",
    "Attestation",
    "Decision",
    "DecisionOutcome",
    "Edition",
    "Goal",
    "Initiative",
    "InitiativeService",
    "KpiComment",
    "KpiInput",
    "KpiTarget",
    "KpiValue",
    "LadderState",
    "LadderVersion",
    "ReportSettings",
    "RuleResult",
    "ServiceLevel",
    "Verdict",
]
