"""A filter by an instant, for any instant that RFC 3339 can write."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_filters.fields import IsoDateTimeField


class InstantField(IsoDateTimeField):
    """In UTC: PostgreSQL refuses zones of 16 hours and more, and Python has no year before 1."""

    def clean(self, value: Any) -> dt.datetime | None:
        found: dt.datetime | None = super().clean(value)
        if found is None:
            return None
        try:
            return found.astimezone(dt.UTC)
        except OverflowError:
            raise ValidationError(_("There is no such instant in UTC.")) from None


class InstantFilter(django_filters.IsoDateTimeFilter):
    field_class = InstantField
