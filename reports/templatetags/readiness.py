"""Verdicts and results of readiness for templates: shape and word."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from relportal.core.templatetags.portal import status
from reports.domain.readiness import Proof, Result, Weight
from reports.models import ReadinessVerdict
from reports.queries.readiness.words import PROOFS, RESULT_BANDS, RESULTS, VERDICT_BANDS, WEIGHTS

register = template.Library()


@register.simple_tag
def readiness_verdict(one: ReadinessVerdict | str, *, pill: bool = False) -> SafeString:
    found = ReadinessVerdict(one)
    return status(VERDICT_BANDS[found], str(found.label), pill=pill)


@register.simple_tag
def item_result(one: Result) -> SafeString:
    return status(RESULT_BANDS.get(one, "no_data"), str(RESULTS[one]))


@register.filter
def weight_words(one: Weight) -> str:
    return str(WEIGHTS[one])


@register.filter
def proof_words(one: Proof) -> str:
    return str(PROOFS[one])
