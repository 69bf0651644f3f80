"""The form of what figures are cut by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from reports.domain.periods import Calendar
from reports.models import ReportSettings

SHIFTS = ((0, _("not at all")), (1, _("by one month")), (2, _("by two months")))


class SettingsForm(ActionForm):
    """`confirm` says that its author has read what changes."""

    first_month = forms.TypedChoiceField(
        label=_("The fiscal year begins in"), coerce=int, choices=[(n, name) for n, name in MONTHS.items()]
    )
    shift = forms.TypedChoiceField(
        label=_("Quarters are shifted"),
        coerce=int,
        choices=SHIFTS,
        help_text=_("So that the results of a quarter are there before the next is planned."),
    )
    began_on = forms.DateField(
        label=_("Close periods since"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("What was final before this day is never closed, and never shows as restated."),
    )
    customers = forms.IntegerField(
        label=_("Customers"), min_value=1, required=False, help_text=_("How many use the product in a usual month.")
    )
    promise = forms.DecimalField(
        label=_("Availability promised to them (%)"),
        max_digits=9,
        decimal_places=6,
        required=False,
        help_text=_("Together they give how many customer minutes a period allows (KPI 6)."),
    )
    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    confirm = forms.BooleanField(label=_("I have read what changes"), required=False)

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        promise = data["promise"]
        return {
            **{name: data[name] for name in ("first_month", "shift", "began_on", "customers")},
            "promise": None if promise is None else promise / Decimal(100),
        }

    def calendar(self) -> Calendar:
        return Calendar(self.cleaned_data["first_month"], self.cleaned_data["shift"])


def initial(row: ReportSettings) -> dict[str, Any]:
    return {
        "first_month": row.first_month,
        "shift": row.shift,
        "began_on": row.began_on,
        "customers": row.customers,
        "promise": None if row.promise is None else (row.promise * 100).normalize(),
        "version": row.version,
    }
