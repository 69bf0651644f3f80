"""What a minute of one customer is worth, by the money settings: the one place for every amount that is made of minutes."""

from __future__ import annotations

from django.urls import reverse

from relportal.core.money import MinuteWorth
from risks.domain.lognormal import Range, fitted
from risks.models import MoneySettings


def minute_range() -> Range | None:
    """With 90 %; None where the company has not said it."""
    found = minute_worth()
    return Range(found.low, found.high) if found is not None else None


def minute_worth() -> MinuteWorth | None:
    row = MoneySettings.objects.filter(pk=1).first()
    if row is None or row.minute_low is None or row.minute_high is None:
        return None
    found = Range(row.minute_low, row.minute_high)
    return MinuteWorth(
        low=found.low,
        high=found.high,
        expected=fitted(found).mean,
        currency=row.currency,
        path=reverse("risks:money"),
    )
