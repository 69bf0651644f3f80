"""Losses and chances in words, for templates."""

from __future__ import annotations

from django import template

from risks.queries.loss_words import loss, one_year_in

register = template.Library()


@register.simple_tag
def loss_in(value: float | None, unit: str, currency: str) -> str:
    """As it was entered: exact."""
    return loss(value, unit, currency)


@register.simple_tag
def one_in(chance: float) -> str:
    return one_year_in(chance)


@register.filter
def plain(value: float | None) -> str:
    """A number as a person wrote it, without a point where it is whole."""
    return "" if value is None else f"{value:,.10g}"
