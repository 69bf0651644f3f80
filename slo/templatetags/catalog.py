"""Cells of the catalog's lists: `{% load catalog %}`."""

from __future__ import annotations

from functools import cache, lru_cache
from urllib.parse import urlsplit

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from relportal.core import units
from relportal.core.queries.lists import Picks
from relportal.core.templatetags.portal import WORDS, icon, shape
from slo.models import BurnAlert
from slo.queries.catalog_state import BandCounts, ServiceState

register = template.Library()


@register.simple_tag
def service_row(row: ServiceState, picks: Picks) -> SafeString:
    """A row of the services list. It holds nothing but the state, so a state that did not change is not drawn again."""
    return _service_row(row, picks.holds(row.team_slug), get_language() or "")


@lru_cache(maxsize=4096)
def _service_row(row: ServiceState, pick: bool, _language: str) -> SafeString:  # noqa: FBT001 -- lru_cache keys by place
    return mark_safe(render_to_string("slo/service_row.html", {"row": row, "pick": pick}).strip())  # noqa: S308 -- a template's output


@register.simple_tag
def band_counts(counts: BandCounts) -> SafeString:
    """Mark and number of each band that occurs, worst first; the words are for screen readers and on hover."""
    return _band_counts(counts, get_language() or "")


@cache
def _band_counts(counts: BandCounts, _language: str) -> SafeString:
    if not counts.total:
        return format_html('<span class="rp-muted">{}</span>', gettext("none"))
    present = [
        (band, number, WORDS[band])
        for band, number in (
            ("breached", counts.breached),
            ("at_risk", counts.at_risk),
            ("no_data", counts.no_data),
            ("healthy", counts.healthy),
        )
        if number
    ]
    return format_html_join(
        " ",
        '<span class="rp-status is-{}" title="{}">{}{}<span class="rp-sr"> {}</span></span>',
        ((band, word, shape(band), number, word) for band, number, word in present),
    )


@register.simple_tag
def firing(severity: str) -> SafeString | str:
    """A bell with its word, or nothing: "page", "ticket", ""."""
    if not severity:
        return ""
    return _firing(severity, get_language() or "")


@cache
def _firing(severity: str, _language: str) -> SafeString:
    page = severity == "page"
    title = gettext("A burn alert that pages is firing") if page else gettext("A burn alert for a ticket is firing")
    word = gettext("Page") if page else gettext("Ticket")
    return format_html(
        '<span class="rp-tag is-{}" title="{}">{}{}</span>',
        "breached" if page else "at_risk",
        title,
        icon("bell"),
        word,
    )


@register.filter
def web_host(url: str) -> str:
    """The host of an address, which is what tells links apart in a narrow column."""
    return urlsplit(url).hostname or url


@register.simple_tag
def alert_length(alert: BurnAlert) -> str:
    """How long a resolved alert fired."""
    return units.duration(alert.resolved_at - alert.fired_at if alert.resolved_at else None)
