"""Strips of a comparison, drawn on the server: a dot on a line, in shares of the width, so that they fit any screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.kpis._base import AnyKpi
from reports.queries.comparison import TeamDot
from reports.queries.kpi_words import written

register = template.Library()

EDGE: Final = 3.0
"""Percent of the width that stays free on each side, for a dot at the end of the scale."""


def _x(place: float) -> str:
    return f"{EDGE + place * (100 - 2 * EDGE):.2f}%"


@register.simple_tag
def strip(dot: TeamDot, median: float | None) -> SafeString:
    """Hidden from screen readers: the numbers stand beside it."""
    parts = SafeString("")
    if median is not None:
        parts += format_html('<line class="m" x1="{0}" x2="{0}" y1="0" y2="22"/>', _x(median))
    if dot.low_place is not None and dot.high_place is not None:
        parts += format_html('<line class="r" x1="{}" x2="{}" y1="11" y2="11"/>', _x(dot.low_place), _x(dot.high_place))
    if dot.place is not None:
        kind = "d is-small" if dot.small else "d"
        parts += format_html('<circle class="{}" cx="{}" cy="11" r="4.5"/>', kind, _x(dot.place))
    return format_html('<svg class="rp-strip" aria-hidden="true">{}</svg>', parts)


@register.simple_tag
def strip_axis(ticks: Sequence[tuple[float, float]], kpi: AnyKpi) -> SafeString:
    words = format_html_join(
        "",
        '<text x="{}" y="15" text-anchor="{}">{}</text>',
        ((_x(place), _anchor(place), written(tick, kpi.unit)) for tick, place in ticks),
    )
    return format_html('<svg class="rp-strip" aria-hidden="true">{}</svg>', words)


def _anchor(place: float) -> str:
    if place < 0.05:
        return "start"
    return "end" if place > 0.95 else "middle"
