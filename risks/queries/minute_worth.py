"""What a minute of one customer is worth, by the money settings: the one place for every amount that is made of minutes."""

from __future__ import annotations

from django.urls import reverse

from relportal.core.money import MinuteWorth
from risks.domain.lognormal import Range, fitted
from risks.models import MoneySettings


def minute_range() -> Range | None:
    """With 90 %; None where the company has not said it."""
    row = MoneySettings.objects.filter(pk=1).first()
    return _range(row) if row is not None else None


def minute_worth() -> MinuteWorth | None:
    row = MoneySettings.objects.filter(pk=1).first()
    found = _range(row) if row is not None else None
    if row is None or found is None:
        return None
    return MinuteWorth(
        low=found.low,
        high=found.high,
        expected=fitted(found).mean,
        currency=row.currency,
        path=reverse("risks:money"),
    )


def _range(row: MoneySettings) -> Range | None:
    if row.minute_low is None or row.minute_high is None:
        return None
    return Range(row.minute_low, row.minute_high)
