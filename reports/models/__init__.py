"""Figures, reports made of them, what is sent of both, asks and decisions, rituals and their reviews, and the ladder of
maturity."""

from __future__ import annotations

from reports.models.decisions import Ask, AskState, Decision, DecisionOutcome, Verdict
from reports.models.delivery import Mailing, MailingState, Schedule, Unsubscription
from reports.models.figures import Edition, KpiComment, KpiInput, KpiRun, KpiTarget, KpiValue, ReportSettings
from reports.models.initiatives import Goal, Initiative, InitiativeService
from reports.models.investments import Investment, InvestmentState
from reports.models.ladder import Attestation, LadderState, LadderVersion, RuleResult, ServiceLevel
from reports.models.readiness import (
    ReadinessAnswer,
    ReadinessReview,
    ReadinessState,
    ReadinessTemplate,
    ReadinessVerdict,
    ReviewKind,
)
from reports.models.report import Narrative, Report, ReportApproval, ReportComment, ReportFile
from reports.models.reviews import (
    Review,
    ReviewAction,
    ReviewDecision,
    ReviewItem,
    ReviewNote,
    ReviewState,
    Ritual,
    RitualKind,
)
from reports.models.sharing import ShareLink, ShareVisit

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
    "Investment",
    "InvestmentState",
    "KpiComment",
    "KpiInput",
    "KpiRun",
    "KpiTarget",
    "KpiValue",
    "LadderState",
    "LadderVersion",
    "Mailing",
    "MailingState",
    "Narrative",
    "ReadinessAnswer",
    "ReadinessReview",
    "ReadinessState",
    "ReadinessTemplate",
    "ReadinessVerdict",
    "Report",
    "ReportApproval",
    "ReportComment",
    "ReportFile",
    "ReportSettings",
    "Review",
    "ReviewAction",
    "ReviewDecision",
    "ReviewItem",
    "ReviewKind",
    "ReviewNote",
    "ReviewState",
    "Ritual",
    "RitualKind",
    "RuleResult",
    "Schedule",
    "ServiceLevel",
    "ShareLink",
    "ShareVisit",
    "Unsubscription",
    "Verdict",
]
