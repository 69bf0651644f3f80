"""The form of an investment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from relportal.core.models import Team, User
from reports.actions.investments import FIELDS
from reports.kpis import KPIS
from reports.models import InvestmentState
from risks.models import Risk

DAY = forms.DateInput(attrs={"type": "date"})


class InvestmentForm(ActionForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label=_("Team"), required=False)
    promised = forms.CharField(label=_("Promised effect"), max_length=300)
    kpi = forms.ChoiceField(label=_("KPI it is to move"), required=False)
    risk = forms.ModelChoiceField(Risk.objects.none(), label=_("Risk it is to move"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=InvestmentState.choices)
    starts_on = forms.DateField(label=_("From"), widget=DAY)
    ends_on = forms.DateField(label=_("Until"), widget=DAY, required=False)
    spent = forms.FloatField(label=_("Spent so far"), min_value=0)
    currency = forms.RegexField(r"^[A-Z]{3}$", label=_("Currency"), help_text=_("Three letters, such as EUR."))
    observed = forms.CharField(
        label=_("Observed effect"), max_length=300, required=False,
        help_text=_("With its n or range: “7 of 103 since, 9 of 96 before: no clear change”."),
    )  # fmt: skip
    benefit_low = forms.FloatField(label=_("Net benefit a year, at least"), required=False)
    benefit_high = forms.FloatField(
        label=_("Net benefit a year, at most"), required=False,
        help_text=_("Below zero where it did not pay. Leave both empty until it is known."),
    )  # fmt: skip

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kpi: Any = self.fields["kpi"]
        by_number = sorted(KPIS.values(), key=lambda each: each.number)
        kpi.choices = [("", "–"), *((each.key, str(each.title)) for each in by_number)]
        risk: Any = self.fields["risk"]
        risk.queryset = Risk.objects.visible_to(user).alive().order_by("pk")

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}
