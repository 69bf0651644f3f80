"""Losses and chances in words: whatever was simulated is "about", with three significant digits."""

from __future__ import annotations

from django.utils.translation import gettext as _

from relportal.core import units
from risks.models import Unit


def loss(value: float | None, unit: str, currency: str) -> str:
    """As somebody wrote it, every digit: "1,000,000 EUR"."""
    return _named(units.exact_count(value), value, unit, currency)


def about(value: float | None, unit: str, currency: str) -> str:
    """What was simulated: "about 1.23 M EUR"."""
    return _named(units.about(value), value, unit, currency)


def one_year_in(chance: float) -> str:
    """A chance a year as people say it; of nothing and of certainty there is nothing to say."""
    if chance <= 0:
        return _("never")
    years = 1 / chance
    if years < 1.5:
        return _("nearly every year") if chance < 1 else _("every year")
    return _("one year in %s") % units.count(round(years) if years >= 3 else round(years, 1))


def named(unit: str, currency: str) -> str:
    return currency if unit == Unit.MONEY else _("customer min")


def _named(words: str, value: float | None, unit: str, currency: str) -> str:
    return words if value is None else f"{words}{units.NNBSP}{named(unit, currency)}"
