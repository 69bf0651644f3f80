"""Words and signs of asks and decisions for templates."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from relportal.core.templatetags.portal import status
from reports.domain.asks import FollowUp
from reports.queries.asks import AskStanding
from reports.queries.decision_log import Origin
from reports.queries.decision_words import FOLLOW_UP_BANDS, FOLLOW_UPS, ORIGINS, STANDINGS
from reports.queries.references import Reference
from risks.queries.frozen_figures import Figure

register = template.Library()


@register.simple_tag
def ask_state(standing: AskStanding, *, pill: bool = False) -> SafeString:
    """Shape and word."""
    return status(standing.band, str(STANDINGS[standing]), pill=pill)


@register.simple_tag
def followed(state: FollowUp, *, pill: bool = False) -> SafeString:
    """Shape and word of what became of a decision."""
    return status(FOLLOW_UP_BANDS.get(state, "no_data"), str(FOLLOW_UPS[state]), pill=pill)


@register.filter
def origin_words(origin: Origin) -> str:
    return str(ORIGINS[origin])


@register.simple_tag
def reference_links(refs: tuple[Reference, ...]) -> SafeString:
    """What may not be seen is told by its id alone."""
    return format_html_join(
        "",
        "<li>{}</li>",
        (
            (
                format_html('<a href="{}"><span class="rp-muted">{}</span> {}</a>', one.url, _short(one), one.title)
                if one.url
                else format_html('<span class="rp-muted">{}</span>', one.key),
            )
            for one in refs
        ),
    )


def _short(one: Reference) -> str:
    return "KPI" if one.key.startswith("kpi:") else one.key


@register.filter
def moment(text: str) -> dt.datetime:
    """The instant that a frozen figure names."""
    return dt.datetime.fromisoformat(text)


SHOWN: Final = 3


@register.simple_tag
def figure_texts(figures: tuple[Figure, ...]) -> SafeString:
    """The first numbers in a row of a list; each says what it is to who hears it or points at it."""
    if not figures:
        return format_html('<span class="rp-muted">{}</span>', "–")
    first = ((one.label, one.label, one.text) for one in figures[:SHOWN])
    said = format_html_join(" · ", '<span title="{}"><span class="rp-sr">{}: </span>{}</span>', first)
    more = len(figures) - SHOWN
    return format_html('{} <span class="rp-muted">+{}</span>', said, more) if more > 0 else said
