"""Figures of estimates and benefits, for templates: whatever was simulated is "about", with three significant digits."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from relportal.core import units
from risks.domain.benefit import Spread
from risks.domain.lognormal import Range
from risks.models import RiskEstimate, Unit
from risks.queries.detail_money import number
from risks.queries.loss_words import about, one_year_in

register = template.Library()


@register.simple_tag
def figure_of(row: RiskEstimate, name: str) -> str:
    """A stored figure of an estimate, in its unit."""
    return about(getattr(row, name), row.unit, row.currency)


@register.simple_tag
def bare(row: RiskEstimate, name: str) -> str:
    """A stored figure where a heading says its unit."""
    return units.about(getattr(row, name))


@register.simple_tag
def figure(value: float | None, unit: str, currency: str) -> str:
    return about(value, unit, currency)


@register.simple_tag
def range_words(row: RiskEstimate, name: str) -> str:
    """The 90 % range of the rate or the loss, as somebody wrote it."""
    return _ends(getattr(row, f"{name}_low"), getattr(row, f"{name}_high"))


@register.simple_tag
def range_in(of: Range) -> str:
    return _ends(of.low, of.high)


@register.simple_tag
def spread(of: Spread, row: RiskEstimate) -> str:
    """From the 5th to the 95th percentile, such as "about −12.0 k to 345 k EUR"; what is known is one number."""
    if of.p5 == of.p95:
        return about(of.p50, row.unit, row.currency)
    unit = row.currency if row.unit == Unit.MONEY else _("customer min")
    words = {"low": units.about(of.p5), "high": units.about(of.p95)}
    return _("%(low)s to %(high)s") % words + f"{units.NNBSP}{unit}"


@register.simple_tag
def unit_word(unit: str, currency: str) -> str:
    return currency if unit == Unit.MONEY else _("customer minutes")


@register.simple_tag
def often(chance: float) -> str:
    return one_year_in(chance)


def _ends(low: float, high: float) -> str:
    return number(low) if low == high else f"{number(low)} – {number(high)}"
