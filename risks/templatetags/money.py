"""Losses and chances in words, for templates."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from relportal.core import units
from risks.queries.loss_words import about, loss, named, one_year_in
from risks.queries.portfolio import Left

register = template.Library()
register.filter("about", units.about)


@register.simple_tag
def loss_in(value: float | None, unit: str, currency: str) -> str:
    """As it was entered: exact."""
    return loss(value, unit, currency)


@register.simple_tag
def about_loss(value: float | None, unit: str, currency: str) -> str:
    """What was simulated, or follows from a range."""
    return about(value, unit, currency)


@register.simple_tag
def unit_word(unit: str, currency: str) -> str:
    return named(unit, currency)


@register.simple_tag
def more_or_less(by: float, unit: str, currency: str) -> str:
    """A difference of two simulated figures."""
    if by == 0:
        return _("unchanged")
    said = about(abs(by), unit, currency)
    return (_("%s more") if by > 0 else _("%s less")) % said


@register.simple_tag
def between(low: float, high: float) -> str:
    """A 90 % range without its unit; a number that is known is one."""
    return _bare(low) if low == high else f"{_bare(low)} – {_bare(high)}"


def _bare(value: float) -> str:
    return units.count(value) if value >= 0.01 or value == 0 else plain(value)


@register.simple_tag
def left_word(why: str) -> str:
    return {
        Left.MISSING: _("not estimated"),
        Left.OTHER_CURRENCY: _("estimated in another currency"),
        Left.UNFIT: _("its ranges fit no distribution"),
    }[Left(why)]


@register.simple_tag
def one_in(chance: float) -> str:
    return one_year_in(chance)


@register.filter
def plain(value: float | None) -> str:
    """A number as a person wrote it, without a point where it is whole."""
    return "" if value is None else f"{value:,.10g}"
