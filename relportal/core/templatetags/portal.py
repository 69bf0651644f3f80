"""Row-level rendering: plain functions, because components are too slow inside tables of 50 rows.

`{% load portal %}` gives the tags below and every formatter of `relportal.core.units` as a filter of the same name.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy

from relportal.core import charts, undo, units
from relportal.core import markdown as markdowns

register = template.Library()
register.filter("undo_of", undo.of)
register.filter("markdown", markdowns.rendered)

SHAPES: Final = {
    band: format_html(
        '<svg class="rp-shape" viewBox="0 0 16 16" aria-hidden="true"><{}/></svg>',
        drawing,
    )
    for band, drawing in (
        ("breached", mark_safe('path d="M2 2h12v12H2z"')),
        ("at_risk", mark_safe('path d="M8 1.5 15.5 14.5H.5z"')),
        ("healthy", mark_safe('circle cx="8" cy="8" r="6"')),
        (
            "no_data",
            mark_safe('circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"'),
        ),
    )
}
WORDS: Final = {
    "breached": gettext_lazy("Breached"),
    "at_risk": gettext_lazy("At risk"),
    "healthy": gettext_lazy("Healthy"),
    "no_data": gettext_lazy("No data"),
}
BAR_ZERO: Final = 20
"""Where 0 % stands on a budget bar of 100 units: what is spent beyond it goes to the left."""
BAR: Final = (
    '<svg class="rp-budget is-{}" viewBox="0 0 100 8" aria-hidden="true"><path class="t" d="M0 3h100v2H0z"/>{}{}</svg>'
)

for formatter in (
    units.sli,
    units.target,
    units.percent,
    units.budget,
    units.budget_time,
    units.burn,
    units.points,
    units.count,
    units.exact_count,
    units.data_size,
    units.duration,
):
    register.filter(formatter.__name__, formatter)


@register.simple_tag
def status(band: str, word: str = "", *, pill: bool = False) -> SafeString:
    """Shape, word and colour of a band (breached, at_risk, healthy, no_data; anything else counts as no data)."""
    key = str(band) if str(band) in SHAPES else "no_data"
    return _badge(key, str(word or WORDS[key]), " rp-pill" if pill else "")


@lru_cache(maxsize=256)
def _badge(key: str, word: str, extra: str) -> SafeString:
    return format_html('<span class="rp-status is-{}{}">{}{}</span>', key, extra, SHAPES[key], word)


@register.simple_tag
def shape(band: str) -> SafeString:
    """The mark of a band alone, hidden from screen readers: a word must stand beside it."""
    return SHAPES.get(str(band), SHAPES["no_data"])


@register.simple_tag
def budget_bar(remaining: float | None, band: str = "") -> SafeString:
    """Signed bar: right of the zero mark what is left, left of it what is overspent, with an arrow beyond -100 %.

    Hidden from screen readers: print the percent beside it.
    """
    key = band if band in SHAPES else "healthy" if (remaining or 0) >= 0 else "breached"
    if remaining is None:
        return format_html(BAR, "no_data", "", "")
    right, left = round(min(1.0, remaining) * (100 - BAR_ZERO)), round(min(1.0, -remaining) * BAR_ZERO)
    value = (
        format_html('<path class="v" d="M{0} 1h{1}v6h-{1}z"/>', BAR_ZERO, right)
        if remaining >= 0
        else format_html('<path class="v" d="M{0} 1h-{1}v6h{1}z"/>', BAR_ZERO, left)
    )
    arrow = mark_safe('<path class="a" d="M6 1 1 4l5 3z"/>') if remaining < -1 else ""
    zero = format_html('{}<path class="z" d="M{} 0v8"/>', arrow, BAR_ZERO)
    return format_html(BAR, key, value, zero)


@register.simple_tag
def sparkline(values: Sequence[float | None], floor: float | None = None, label: str = "") -> SafeString:
    return charts.sparkline(values, floor=floor, label=label)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One of static/icons/names.txt; without a label it is hidden from screen readers."""
    if label:
        return format_html(
            '<svg class="rp-icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            label,
            _sprite(),
            name,
        )
    return _plain_icon(name)


def _plain_icon(name: str) -> SafeString:
    return format_html(
        '<svg class="rp-icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        _sprite(),
        name,
    )


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("icons/sprite.svg")


@register.simple_tag
def options(choices: Sequence[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a select. A thousand services in a template's loop took 35 ms of every list.

    All are plain texts: Django's escape would ask of each whether it is a lazy one.
    """
    found = (
        f'<option value="{html.escape(value)}"{" selected" if value == chosen else ""}>{html.escape(text)}</option>'
        for value, text in choices
    )
    return mark_safe("".join(found))  # noqa: S308 - each part is escaped


@register.simple_tag
def reltime(instant: dt.datetime | None, empty: str = "") -> SafeString | str:
    """ "5 min ago" with UTC and the viewer's time on hover; portal.js keeps it moving."""
    if instant is None:
        return empty or gettext("never")
    return _time(instant, units.relative(instant, at=timezone.now()), relative=True)


@register.simple_tag
def instant(moment: dt.datetime | None, empty: str = "") -> SafeString | str:
    """A date and time in the viewer's zone, with UTC on hover."""
    if moment is None:
        return empty or gettext("never")
    local = timezone.localtime(moment)
    text = f"{date_format(local, 'DATE_FORMAT')}, {date_format(local, 'H:i')}"
    return _time(moment, text, relative=False)


def _time(moment: dt.datetime, text: str, *, relative: bool) -> SafeString:
    utc = moment.astimezone(dt.UTC)
    local = timezone.localtime(moment)
    title = f"{utc:%Y-%m-%d %H:%M} UTC"
    if local.utcoffset():
        title += f" · {local:%Y-%m-%d %H:%M} {local.tzname()}"
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        f"{utc:%Y-%m-%dT%H:%M:%SZ}",
        title,
        mark_safe(" data-rel") if relative else "",
        text,
    )


@register.inclusion_tag("core/sort_header.html", takes_context=True)
def sort_header(context: Context, key: str, label: str, kind: str = "", *, default: str = "") -> dict[str, Any]:
    """A <th> whose link sorts by `key`: ?sort=key, then ?sort=-key. `kind` is "num" for right-aligned columns.

    `default` is the page's own order ("-remaining"), shown when the address names none.
    """
    request = context["request"]
    current = request.GET.get("sort", "") or default
    descending = current == f"-{key}"
    query = request.GET.copy()
    query["sort"] = key if current != key else f"-{key}"
    query.pop("page", None)
    active = current.lstrip("-") == key
    return {
        "label": label,
        "kind": kind,
        "url": f"?{query.urlencode()}",
        "active": active,
        "direction": "descending" if descending else "ascending",
    }


@register.simple_tag(takes_context=True)
def without(context: Context, *keys: str) -> str:
    """The query string of this page without `keys` and without the page number: the link of a filter chip."""
    query = context["request"].GET.copy()
    for key in (*keys, "page"):
        query.pop(key, None)
    return f"?{query.urlencode()}" if query else "?"


@register.filter
def initials(name: str) -> str:
    """Up to two letters for an avatar: "Ada Lovelace" -> "AL"."""
    words = [word for word in str(name).replace("@", " ").split() if word]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
