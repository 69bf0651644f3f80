"""Words of figures of incidents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django import template
from django.utils.translation import gettext as _

from incidents.domain.statistics import Change, Trend
from incidents.queries.analytics import Figure, Spread
from relportal.core import units

register = template.Library()


@register.filter
def impact_minutes(minutes: float | None) -> str:
    """Minutes as hours and days where there are many."""
    return units.duration(None if minutes is None else round(minutes) * 60)


_WRITTEN: Final[dict[str, Callable[[float | None], str]]] = {
    "count": lambda value: units.count(None if value is None else round(value)),
    "minutes": impact_minutes,
    "share": lambda value: units.percent(value, 0),
}


@register.filter
def figure(found: Figure, kind: str) -> str:
    return "–" if found.value is None else _WRITTEN[kind](found.value)


@register.simple_tag
def compared(found: Figure, kind: str) -> str:
    """The interval, the value before, what may be claimed of the two, and of how many it is not known."""
    write = _WRITTEN[kind]
    parts = []
    if found.value is not None and found.interval:
        ends = (found.interval.low, found.interval.high)
        low, high = (f"{end:.1f}" if kind == "count" and end < 10 else write(end) for end in ends)
        parts.append(_("%(low)s to %(high)s") % {"low": low, "high": high})
    if found.before is not None:
        parts.append(_("before: %(value)s") % {"value": write(found.before)})
    if found.value is not None:
        parts.append(trend_words(found.trend))
    if found.missing:
        parts.append(_("unknown of %(n)s of %(all)s") % {"n": found.missing, "all": found.n + found.missing})
    return "; ".join(parts)


@register.simple_tag
def spread_compared(found: Spread) -> str:
    if found.before is None:
        return _("Of the period before, none is known.")
    return _("Median before: %(value)s; %(claim)s.") % {
        "value": units.duration(found.before),
        "claim": {Change.UP: _("longer"), Change.DOWN: _("shorter")}.get(found.trend.change)
        or trend_words(found.trend),
    }


def trend_words(trend: Trend) -> str:
    return {
        Change.UP: _("more"),
        Change.DOWN: _("less"),
        Change.NO_CLEAR: _("no clear change"),
        Change.UNKNOWN: _("too few to compare"),
    }[trend.change]
