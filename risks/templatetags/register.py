"""Words and signs of the register's list and heat map for templates."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from relportal.core.queries.lists import Picks
from relportal.core.templatetags.portal import icon, shape
from risks.domain.movement import Moved
from risks.domain.review import Review
from risks.models import Risk, RiskEstimate
from risks.queries.moves import Shift
from risks.queries.register_rows import Loss, RiskRow

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


@register.filter
def may_pick(picks: Picks | None, risk: Risk) -> bool:
    """Whether the viewer may select it: one without a team is everybody's who may write for some team."""
    return picks is not None and bool(picks) and (risk.team is None or picks.holds(risk.team.slug))


@register.simple_tag
def shifted(shift: Shift | None, level: str = "") -> SafeString:
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
        words % {"level": before.level.lower()},
    )


def _stood(shift: Shift) -> str:
    if shift.before is None:
        return ""
    words = _("It stood at %(likelihood)s × %(impact)s")
    return words % {"likelihood": shift.before.likelihood, "impact": shift.before.impact}


@register.simple_tag
def expected(found: RiskEstimate | Loss | None) -> SafeString | str:
    """What is lost in a year on average, below a head that says that it is estimated; a dash where nobody has."""
    if found is None:
        return _NONE
    return f"{units.three_digits(found.expected)} {found.currency}"


@register.filter
def about(value: float) -> str:
    return units.about(value)


@register.simple_tag
def next_review(row: RiskRow) -> SafeString:
    """The day, and what is wrong with it in a word; a closed risk has none."""
    due: dt.date | None = row.risk.review_due_on
    if row.risk.is_closed or due is None:
        return _NONE
    day = format_html('<time datetime="{}">{}</time>', f"{due:%Y-%m-%d}", date_format(due, "j M Y"))
    if row.review not in _REVIEWS:
        return day
    band, words = _REVIEWS[row.review]
    return format_html('{} <span class="rp-status is-{}">{}{}</span>', day, band, shape(band), words)


@register.simple_tag
def to_do(row: RiskRow) -> SafeString:
    """What waits to be done about it, the loudest first."""
    late, pending = row.tasks.late, row.tasks.pending - row.tasks.late
    words = [
        ("breached", ngettext("%(n)d treatment late", "%(n)d treatments late", late) % {"n": late} if late else ""),
        ("at_risk", _("rate again") if row.tasks.to_rate else ""),
        ("no_data", ngettext("%(n)d treatment", "%(n)d treatments", pending) % {"n": pending} if pending else ""),
    ]
    found = [(band, shape(band), text) for band, text in words if text]
    return format_html_join(" ", '<span class="rp-status is-{}">{}{}</span>', found) if found else _NONE
