"""Levels and verdicts for templates: a shape and a word, never colour alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from relportal.core.templatetags.portal import shape
from reports.domain.initiatives import State
from reports.domain.ladder import Ladder, Rule, Verdict
from reports.forms.ladder_draft import PERCENT, is_share
from reports.models import ServiceLevel
from reports.queries.initiatives.words import BANDS as STATE_BANDS
from reports.queries.initiatives.words import STATES
from reports.queries.ladder.words import VERDICTS, amount, level_name
from slo.domain.bands import Band

register = template.Library()

BANDS: Final = {
    Verdict.PASSED: Band.HEALTHY,
    Verdict.FAILED: Band.BREACHED,
    Verdict.UNKNOWN: Band.NO_DATA,
    Verdict.EXEMPT: Band.AT_RISK,
}


@register.simple_tag
def verdict(one: Verdict | str) -> SafeString:
    found = Verdict(one)
    band = BANDS[found]
    return format_html('<span class="rp-status is-{}">{}{}</span>', band, shape(band), VERDICTS[found])


@register.simple_tag
def service_level(row: ServiceLevel | None, ladder: Ladder) -> SafeString:
    """The level held; marked as met or short of what the tier asks for."""
    if row is None:
        band, words = Band.NO_DATA, level_name(ladder, 0)
    else:
        band = Band.HEALTHY if row.meets else Band.BREACHED
        words = level_name(ladder, row.rank)
        if not row.minimum:
            return format_html('<span class="rp-status">{}</span>', words)
    return format_html('<span class="rp-status is-{}">{}{}</span>', band, shape(band), words)


@register.simple_tag
def rank_name(ladder: Ladder, rank: int) -> str:
    return level_name(ladder, rank)


@register.simple_tag
def reading(fact: str, value: float | None) -> str:
    return "" if value is None else amount(fact, value)


@register.simple_tag
def threshold(rule: Rule) -> str:
    """As it is written into the form: a share in percent."""
    if rule.threshold is None:
        return ""
    return f"{rule.threshold * (PERCENT if is_share(rule.fact) else 1):.12g}"


@register.simple_tag
def marked(wrong: Collection[str], kind: str, key: object) -> SafeString:
    """Marks a field of which something is wrong."""
    return format_html(' aria-invalid="{}"', "true") if f"{kind}.{key}" in wrong else SafeString("")


@register.simple_tag
def initiative_state(state: State) -> SafeString:
    band = STATE_BANDS[state]
    return format_html('<span class="rp-status is-{}">{}{}</span>', band, shape(band), STATES[state])
