"""Words of objectives in rows."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from slo.domain.coverage import BucketState
from slo.models import Objective
from slo.queries.objective_words import attention_words, outlook_words, reason_words
from slo.queries.objectives import window_words

_STATES = {
    BucketState.MEASURED: _("measured"),
    BucketState.MEASURED_EMPTY: _("measured, no traffic"),
    BucketState.GAP: _("gap"),
    BucketState.EXCLUDED: _("excluded"),
}

register = template.Library()
register.filter("no_data_reason", reason_words)
register.filter("outlook", outlook_words)
register.filter("why", attention_words)


@register.filter
def window(objective: Objective) -> SafeString | str:
    """“30 d”, or “Calendar month” with its zone on hover."""
    label, zone = window_words(objective)
    return format_html('<span title="{}">{}</span>', zone, label) if zone else label


@register.filter
def state_words(state: BucketState) -> str:
    """What the state of a bucket means."""
    return str(_STATES[state])
