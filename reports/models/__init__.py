"""Figures: the calendar, targets, what people enter, and the values that were computed. Asks and decisions. What is sent."""

from __future__ import annotations

from reports.models.decisions import Ask, AskState, Decision, DecisionOutcome, Verdict
from reports.models.delivery import Mailing, MailingState, Schedule, Unsubscription
from reports.models.figures import Edition, KpiComment, KpiInput, KpiTarget, KpiValue, ReportSettings
from reports.models.ladder import Attestation, LadderState, LadderVersion, RuleResult, ServiceLevel

__all__ = [
    "Ask",
    "AskState",
    "Attestation",
    "Decision",
    "DecisionOutcome",
    "Edition",
    "KpiComment",
    "KpiInput",
    "KpiTarget",
    "KpiValue",
    "LadderState",
    "LadderVersion",
    "Mailing",
    "MailingState",
    "ReportSettings",
    "RuleResult",
    "Schedule",
    "ServiceLevel",
    "Unsubscription",
    "Verdict",
]
