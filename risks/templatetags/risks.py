"""Words and signs of risks for templates."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core.templatetags.portal import icon, shape
from risks.domain.matrix import Column, Level, Step
from risks.domain.review import Review
from risks.models import Confidence, RatingKind, RiskLevel, TreatmentState
from risks.queries.grid import Mark
from risks.queries.movement import Direction, Move
from risks.queries.plan import TreatmentLine
from risks.queries.steps import StepWord

register = template.Library()

_CIRCLE: Final = '<svg class="rp-shape" viewBox="0 0 16 16" aria-hidden="true">{}</svg>'
_RING: Final = mark_safe('<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2"/>')
_FILLS: Final = {
    Confidence.LOW.value: _RING,
    Confidence.MEDIUM.value: _RING + mark_safe('<path d="M8 2.5a5.5 5.5 0 0 0 0 11z"/>'),
    Confidence.HIGH.value: mark_safe('<circle cx="8" cy="8" r="6.5"/>'),
}
_CONFIDENCE: Final = {
    Confidence.LOW.value: gettext_lazy("low confidence"),
    Confidence.MEDIUM.value: gettext_lazy("medium confidence"),
    Confidence.HIGH.value: gettext_lazy("high confidence"),
}
_GLYPHS: Final = {
    Mark.CURRENT: mark_safe('<circle cx="8" cy="8" r="6"/>'),
    Mark.TARGET: _RING + mark_safe('<circle cx="8" cy="8" r="2"/>'),
    Mark.AFTER_PLAN: mark_safe('<path d="M8 1.5 14.5 8 8 14.5 1.5 8z"/>'),
    Mark.INHERENT: mark_safe('<path d="M2.5 2.5h11v11h-11z" fill="none" stroke="currentColor" stroke-width="2"/>'),
    Mark.SUGGESTED: mark_safe(
        '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3 2.6"/>'
    ),
}
_MARKS: Final = {
    Mark.CURRENT: RatingKind.CURRENT.label,
    Mark.TARGET: RatingKind.TARGET.label,
    Mark.AFTER_PLAN: RatingKind.AFTER_PLAN.label,
    Mark.INHERENT: RatingKind.INHERENT.label,
    Mark.SUGGESTED: gettext_lazy("Suggested by its incidents"),
}
_REVIEWS: Final = {
    Review.OVERDUE: ("breached", gettext_lazy("Review overdue")),
    Review.STALE: ("at_risk", gettext_lazy("Rating is old")),
    Review.UNRATED: ("no_data", gettext_lazy("Not rated")),
    Review.SOON: ("at_risk", gettext_lazy("Review due soon")),
    Review.FRESH: ("healthy", gettext_lazy("Reviewed")),
}
_TREATMENTS: Final = {
    TreatmentState.PLANNED.value: "no_data",
    TreatmentState.DOING.value: "at_risk",
    TreatmentState.DONE.value: "healthy",
    TreatmentState.DROPPED.value: "no_data",
}


@register.simple_tag
def level(found: RiskLevel | Level | StepWord | None, *, pill: bool = False) -> SafeString:
    """Shape, word and colour of a level; a risk that nobody has rated has none (the template then gives an empty text)."""
    if not found:
        return _badge("no_data", _("Not rated"), pill=pill)
    return _badge(found.symbol, found.name, pill=pill)


@register.simple_tag
def confidence(value: str) -> SafeString:
    """Hollow, half or full: how well the rating is known."""
    drawing = format_html(_CIRCLE, _FILLS.get(value, _RING))
    return format_html('<span class="rp-sure">{}{}</span>', drawing, _CONFIDENCE.get(value, value))


@register.simple_tag
def mark(of: Mark | str) -> SafeString:
    """What stands in a cell of the grid, with its word for who does not see it."""
    of = Mark(of)
    drawing = format_html(_CIRCLE, _GLYPHS[of])
    return format_html('<span class="rp-mark is-{}">{}<span class="rp-sr">{}</span></span>', of, drawing, _MARKS[of])


@register.simple_tag
def mark_word(of: Mark) -> str:
    return str(_MARKS[of])


@register.simple_tag
def review_badge(found: Review) -> SafeString:
    band, words = _REVIEWS[found]
    return _badge(band, str(words), pill=False)


@register.simple_tag
def treatment_way(line: TreatmentLine, to: TreatmentState) -> str:
    """The button that moves a treatment there."""
    if to == TreatmentState.DOING and line.treatment.state == TreatmentState.DONE:
        return _("Take it up again")
    return {
        TreatmentState.PLANNED: _("Back to planned"),
        TreatmentState.DOING: _("Begin"),
        TreatmentState.DONE: _("It is in place"),
        TreatmentState.DROPPED: _("Drop it"),
    }[to]


@register.simple_tag
def moved(move: Move) -> SafeString | str:
    """Which way a rating went, and how far."""
    if move.direction is Direction.FIRST:
        return _("first rating")
    if move.direction is Direction.OTHER_SCALE:
        return _("by another scale than before")
    if move.direction is Direction.SAME:
        return _("level unchanged")
    up = move.direction is Direction.UP
    words = (
        ngettext("up %(n)d level", "up %(n)d levels", move.steps)
        if up
        else ngettext("down %(n)d level", "down %(n)d levels", move.steps)
    )
    return format_html(
        '<span class="rp-moved is-{}">{}{}</span>',
        "worse" if up else "better",
        icon("arrow-up" if up else "arrow-down"),
        words % {"n": move.steps},
    )


@register.simple_tag
def treatment_state(line: TreatmentLine) -> SafeString:
    """Where it stands; late says more than in progress."""
    if line.late_days:
        words = ngettext("%(n)d day late", "%(n)d days late", line.late_days) % {"n": line.late_days}
        return _badge("breached", words, pill=False)
    state = line.treatment.state
    return _badge(_TREATMENTS.get(state, "no_data"), str(TreatmentState(state).label), pill=False)


def _badge(band: str, words: str, *, pill: bool) -> SafeString:
    extra = " rp-pill" if pill else ""
    return format_html('<span class="rp-status is-{}{}">{}{}</span>', band, extra, shape(band), words)


@register.simple_tag
def range_of(step: Step) -> str:
    """The range of a likelihood in words."""
    if step.low is None and step.high is None:
        return "–"
    if step.low is None:
        return _("below %(high)s") % {"high": plain(step.high)}
    if step.high is None:
        return _("%(low)s or more") % {"low": plain(step.low)}
    return _("%(low)s to below %(high)s") % {"low": plain(step.low), "high": plain(step.high)}


@register.simple_tag
def criterion(column: Column, impact: str) -> str:
    found = column.criteria.get(impact)
    return found.words if found is not None and found.words else "–"


@register.simple_tag
def plain(value: float | None) -> str:
    """A number as a field takes it: a point, no grouping, nothing for None."""
    return "" if value is None else f"{value:.10g}" if value < 1e15 else repr(value)


@register.simple_tag
def invalid(wrong: Collection[str], *parts: str) -> SafeString:
    """The attribute of a field about which there is a sentence above."""
    return mark_safe(' aria-invalid="true"') if ".".join(parts) in wrong else mark_safe("")
