"""Figures: the calendar, targets, what people enter, and the values that were computed. Asks and decisions. Rituals
and reviews."""

from __future__ import annotations

from reports.models.decisions import Ask, AskState, Decision, DecisionOutcome, Verdict
from reports.models.figures import Edition, KpiComment, KpiInput, KpiTarget, KpiValue, ReportSettings
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

__all__ = [
    "Ask",
    "AskState",
    "Decision",
    "DecisionOutcome",
    "Edition",
    "KpiComment",
    "KpiInput",
    "KpiTarget",
    "KpiValue",
    "ReportSettings",
    "Review",
    "ReviewAction",
    "ReviewDecision",
    "ReviewItem",
    "ReviewNote",
    "ReviewState",
    "Ritual",
    "RitualKind",
    "Verdict",
]
