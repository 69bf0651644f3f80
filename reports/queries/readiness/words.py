"""Verdicts, results and items of readiness, in words."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.domain.readiness import Proof, Result, Weight
from reports.models import ReadinessVerdict

RESULTS: Final = {
    Result.PASSED: _("Pass"),
    Result.FAILED: _("Fail"),
    Result.UNKNOWN: _("Unknown"),
    Result.NOT_APPLICABLE: _("Does not apply"),
    Result.EXEMPT: _("Exempt"),
}
RESULT_BANDS: Final = {Result.PASSED: "healthy", Result.FAILED: "breached", Result.EXEMPT: "at_risk"}
VERDICT_BANDS: Final = {
    ReadinessVerdict.READY: "healthy",
    ReadinessVerdict.CONDITIONS: "at_risk",
    ReadinessVerdict.NOT_READY: "breached",
}
WEIGHTS: Final = {Weight.BLOCKER: _("Blocker"), Weight.SHOULD: _("Should"), Weight.INFO: _("For information")}
PROOFS: Final = {
    Proof.FACT: _("The portal reads it"),
    Proof.ANSWER: _("The team answers"),
    Proof.EVIDENCE: _("The team shows evidence"),
}
