"""Words of objectives in rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from relportal.core import units
from relportal.core.queries.lists import Picks
from slo.domain.coverage import BucketState
from slo.domain.percentiles import Percentile
from slo.models import Objective
from slo.queries.objective_words import attention_words, outlook_words, reason_words
from slo.queries.objectives import ObjectiveRow, window_words

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


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A row by what it shows: a tick, a write to one of its rows, or another viewer's language and zone draw it anew."""

    key: tuple[object, ...]
    row: ObjectiveRow = field(compare=False)
    pick: bool


@register.simple_tag
def objective_row(row: ObjectiveRow, picks: Picks) -> SafeString:
    """A row of the SLO catalog."""
    one, status = row.objective, row.status
    counted = status.computed_at if status.at else None
    key = (one.pk, one.version, one.service.version, counted, status.band, status.reason, status.firing)
    pick = picks.holds(one.service.team.slug if one.service.team else None)
    return _objective_row(_Drawn((*key, get_language(), timezone.get_current_timezone_name()), row, pick))


@lru_cache(maxsize=8192)
def _objective_row(drawn: _Drawn) -> SafeString:
    return mark_safe(render_to_string("slo/objective_row.html", {"row": drawn.row, "pick": drawn.pick}).strip())  # noqa: S308 -- a template's output


@register.filter
def window(objective: Objective) -> SafeString | str:
    """“30 d”, or “Calendar month” with its zone on hover."""
    label, zone = window_words(objective)
    return format_html('<span title="{}">{}</span>', zone, label) if zone else label


@register.filter
def state_words(state: BucketState) -> str:
    """What the state of a bucket means."""
    return str(_STATES[state])


@register.filter
def between(found: Percentile | None) -> str:
    """A percentile with the bucket that it lies in."""
    if found is None:
        return units.no_data()
    if found.high is None:
        return gettext("above %(low)s") % {"low": units.duration(found.low)}
    return gettext("%(value)s (%(low)s – %(high)s)") % {
        "value": units.duration(found.value), "low": units.duration(found.low), "high": units.duration(found.high),
    }  # fmt: skip
