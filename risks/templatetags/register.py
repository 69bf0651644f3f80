"""Words and signs of the register's list and heat map for templates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from textwrap import wrap
from typing import Final

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from relportal.core import units
from relportal.core.queries.lists import Picks
from relportal.core.templatetags.portal import icon, shape
from risks.domain.map_drawing import BELOW, DOT_HIGH, DOT_WIDE, LEFT, Box, Drawing, Placed
from risks.domain.movement import Moved
from risks.domain.review import Review
from risks.models import RiskState
from risks.queries.heat_map import Cell as HeatCell
from risks.queries.heat_map import HeatMap, Spot
from risks.queries.moves import Shift
from risks.queries.register_rows import RiskRow
from risks.queries.steps import StepWord

register = template.Library()

_ICONS: Final = {Moved.WORSE: "arrow-up", Moved.BETTER: "arrow-down", Moved.NEW: "plus", Moved.CLOSED: "check"}
_WORDS: Final = {
    Moved.NEW: gettext_lazy("new"),
    Moved.CLOSED: gettext_lazy("closed"),
    Moved.RESCALED: gettext_lazy("by another scale"),
}
_REVIEWS: Final = {
    Review.OVERDUE: ("breached", gettext_lazy("overdue")),
    Review.STALE: ("at_risk", gettext_lazy("rating is old")),
    Review.SOON: ("at_risk", gettext_lazy("soon")),
}
_NONE: Final = mark_safe('<span class="rp-muted">–</span>')


@register.simple_tag
def risk_row(row: RiskRow, picks: Picks | None = None) -> SafeString:
    """A row of the list. It holds nothing but what the row says, so one that did not change is not drawn again."""
    pick = picks is not None and picks.holds(row.team.key if row.team else None)
    return _risk_row(row, pick, get_language() or "")


@lru_cache(maxsize=4096)
def _risk_row(row: RiskRow, pick: bool, _language: str) -> SafeString:  # noqa: FBT001 -- lru_cache keys by place
    drawn = render_to_string("risks/list_row.html", {"row": row, "pick": pick})
    return mark_safe(drawn.strip())  # noqa: S308 -- a template's output


@register.simple_tag
def shifted(shift: Shift | None, level: StepWord | str = "") -> SafeString:
    """Which way a risk went and from where; `level` is where it stands now."""
    if shift is None:
        return format_html('<span class="rp-muted">–<span class="rp-sr">{}</span></span>', _("not moved"))
    before, sign = shift.before, _ICONS.get(shift.moved)
    drawing = icon(sign) if sign else ""
    if shift.moved in _WORDS or before is None:
        title = format_html(' title="{}"', _stood(shift)) if before is not None else ""
        return format_html('<span class="rp-moved"{}>{}{}</span>', title, drawing, _WORDS.get(shift.moved, ""))
    words = _("from %(level)s") if before.level != level else _("within %(level)s")
    return format_html(
        '<span class="rp-moved is-{}" title="{}">{}<span class="rp-sr">{} </span>{}</span>',
        shift.moved.value,
        _stood(shift),
        drawing,
        _("worse,") if shift.moved is Moved.WORSE else _("better,"),
        words % {"level": before.level.name.lower()},
    )


def _stood(shift: Shift) -> str:
    if shift.before is None:
        return ""
    words = _("It stood at %(likelihood)s × %(impact)s")
    return words % {"likelihood": shift.before.likelihood.name, "impact": shift.before.impact.name}


@register.simple_tag
def expected(value: float | None, currency: str) -> SafeString | str:
    """What is lost in a year on average, below a head that says that it is estimated; a dash where nobody has."""
    return _NONE if value is None else f"{units.three_digits(value)} {currency}"


@register.filter
def about(value: float) -> str:
    return units.about(value)


@register.simple_tag
def state_word(row: RiskRow) -> str:
    return str(RiskState(row.state).label)


@register.simple_tag
def next_review(row: RiskRow) -> SafeString:
    """The day, and what is wrong with it in a word; a closed risk has none."""
    due = row.review_due_on
    if row.is_closed or due is None:
        return _NONE
    day = format_html('<time datetime="{}">{}</time>', f"{due:%Y-%m-%d}", date_format(due, "j M Y"))
    if row.review not in _REVIEWS:
        return day
    band, words = _REVIEWS[row.review]
    return format_html('{} <span class="rp-status is-{}">{}{}</span>', day, band, shape(band), words)


@register.simple_tag
def to_do(row: RiskRow) -> SafeString:
    """What waits to be done about it, the loudest first; beside what is late, what is in time says nothing."""
    late, pending = row.tasks.late, row.tasks.pending - row.tasks.late
    words = [
        ("breached", ngettext("%(n)d treatment late", "%(n)d treatments late", late) % {"n": late} if late else ""),
        ("at_risk", _("rate again") if row.tasks.to_rate else ""),
        (
            "no_data",
            ngettext("%(n)d treatment", "%(n)d treatments", pending) % {"n": pending} if pending and not late else "",
        ),
    ]
    found = [(band, shape(band), text) for band, text in words if text]
    return format_html_join(" ", '<span class="rp-status is-{}">{}{}</span>', found) if found else _NONE


_SIGNS: Final = {Moved.NEW: "+", Moved.WORSE: "↑", Moved.BETTER: "↓", Moved.CLOSED: "×", Moved.RESCALED: "≠"}
_LINES: Final = 17
"""Letters of a line below or beside the map."""


@register.simple_tag
def heat_map_drawing(found: HeatMap, query: str = "") -> SafeString:
    """The map as SVG: cells with the names of their levels, a link for each dot, an arrow from where it stood.

    `query` is what the risks are filtered by, for the links to those of a cell.
    """
    drawing = found.drawing
    if drawing is None:
        return mark_safe("")
    words = {(one.likelihood.position, one.impact.position): one for one in found.cells}
    rest = query if "state=" in query else f"{query}&state=alive".lstrip("&")
    deep = _deeper(found.cells)
    parts = [_cell(box, words.get(box.cell), drawing, query=rest, deep=deep) for box in drawing.boxes]
    parts += [_axis_words(found, drawing)]
    parts += [
        format_html(
            '<line class="rp-map-arrow is-{}" x1="{}" y1="{}" x2="{}" y2="{}" marker-end="url(#rp-map-head)"/>',
            one.dot.moved.value,
            one.from_x,
            one.from_y,
            one.to_x,
            one.to_y,
        )
        for one in drawing.arrows
    ]
    parts += [_dot(placed, found.spots[placed.dot.pk]) for box in drawing.boxes for placed in box.dots]
    return format_html(
        '<svg class="rp-map" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}</svg>',
        drawing.width,
        drawing.height,
        _("Risks by likelihood and impact"),
        _HEAD,
        mark_safe("".join(parts)),  # noqa: S308 -- each part is escaped
    )


_HEAD: Final = mark_safe(
    '<defs><marker id="rp-map-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>'
)


def _deeper(cells: Sequence[HeatCell]) -> frozenset[int]:
    """Ids of the levels that share their symbol with a lesser one: their cells have a deeper shade of its colour."""
    least: dict[str, int] = {}
    levels = sorted({cell.level.position: cell.level for cell in cells}.items())
    return frozenset(one.pk for _position, one in levels if least.setdefault(one.symbol, one.pk) != one.pk)


def _cell(box: Box, cell: HeatCell | None, drawing: Drawing, *, query: str, deep: frozenset[int]) -> SafeString:
    """With the number of those that do not fit, which leads to them in the list."""
    name, symbol = (cell.level.name, cell.level.symbol) if cell is not None else ("–", "no_data")
    shade = " is-deep" if cell is not None and cell.level.pk in deep else ""
    more = ""
    if box.more and cell is not None:
        more = format_html(
            '<a href="{}?{}&amp;cell={}.{}"><rect class="rp-map-more" x="{}" y="{}" width="{}" height="{}" rx="4"/>'
            '<text x="{}" y="{}" text-anchor="middle">+{}<title>{}</title></text></a>',
            reverse("risks:list"),
            query,
            cell.likelihood.key,
            cell.impact.key,
            box.more_x,
            box.more_y,
            DOT_WIDE,
            DOT_HIGH,
            box.more_x + DOT_WIDE // 2,
            box.more_y + 14,
            box.more,
            ngettext("%(n)d more risk", "%(n)d more risks", box.more) % {"n": box.more},
        )
    return format_html(
        '<g class="rp-map-cell is-{}{}"><rect x="{}" y="{}" width="{}" height="{}" rx="4"/>'
        '<text class="rp-map-level" x="{}" y="{}">{}</text>{}</g>',
        symbol,
        shade,
        box.x + 1,
        box.y + 1,
        drawing.cell_width - 2,
        drawing.cell_height - 2,
        box.x + 7,
        box.y + 13,
        name,
        more,
    )


def _dot(placed: Placed, spot: Spot) -> SafeString:
    label = f"{spot.short_id} {spot.title}: {spot.now.likelihood.name} × {spot.now.impact.name}"
    return _drawn_dot(spot.pk, label, spot.moved, (placed.x, placed.y))


@lru_cache(maxsize=4096)
def _drawn_dot(pk: int, label: str, moved: Moved, corner: tuple[int, int]) -> SafeString:
    x, y = corner
    return format_html(
        '<a class="rp-map-dot is-{}" href="{}" aria-label="{}"><title>{}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="10"/><text x="{}" y="{}" text-anchor="middle">{}{}</text></a>',
        moved.value,
        reverse("risks:detail", args=[pk]),
        label,
        label,
        x,
        y,
        DOT_WIDE,
        DOT_HIGH,
        x + DOT_WIDE // 2,
        y + 14,
        _SIGNS.get(moved, ""),
        pk,
    )


@register.simple_tag
def map_row(spot: Spot) -> SafeString:
    """A row of the table below the map, drawn once as those of the list are."""
    return _map_row(spot, get_language() or "")


@lru_cache(maxsize=4096)
def _map_row(spot: Spot, _language: str) -> SafeString:
    drawn = render_to_string("risks/heat_map_row.html", {"one": spot})
    return mark_safe(drawn.strip())  # noqa: S308 -- a template's output


def _axis_words(found: HeatMap, drawing: Drawing) -> SafeString:
    parts = []
    for row, step in enumerate(reversed(found.likelihoods)):
        parts.append(_lines(step.name, LEFT - 8, row * drawing.cell_height + drawing.cell_height // 2, anchor="end"))
    for column, step in enumerate(found.impacts):
        middle = LEFT + column * drawing.cell_width + drawing.cell_width // 2
        parts.append(_lines(step.name, middle, drawing.height - BELOW + 18, anchor="middle"))
    return mark_safe("".join(parts))  # noqa: S308 -- each part is escaped


def _lines(name: str, x: int, y: int, *, anchor: str) -> SafeString:
    spans = format_html_join(
        "",
        '<tspan x="{}" dy="{}">{}</tspan>',
        ((x, 14 if number else 0, line) for number, line in enumerate(wrap(name, _LINES)[:3])),
    )
    return format_html('<text class="rp-map-axis" y="{}" text-anchor="{}">{}</text>', y, anchor, spans)


@register.simple_tag
def move_sign(moved: Moved) -> str:
    return _SIGNS[moved]


@register.simple_tag
def loss_bar(value: float, most: float) -> SafeString:
    """Beside the number: hidden from screen readers."""
    width = max(1, round(value / most * 100)) if most > 0 else 0
    return format_html(
        '<svg class="rp-loss-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="8"/></svg>',
        width,
    )
