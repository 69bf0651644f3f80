"""Forms of treatments, their milestones, and links."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from relportal.core.models import User
from relportal.core.permissions import able
from risks.actions.treatments import FIELDS, MOST_DAYS, Planned
from risks.forms.risks import day, prose
from risks.models import Milestone, Relation, Strategy, Treatment, TreatmentState


class TreatmentForm(ActionForm):
    title = forms.CharField(label=_("What is done?"), max_length=200)
    strategy = forms.ChoiceField(
        label=_("Strategy"), choices=Strategy.choices, initial=Strategy.MITIGATE, widget=forms.RadioSelect
    )
    expected_effect = prose(
        _("Expected effect"),
        required=False,
        max_length=2000,
        help_text=_("What it changes: how likely, how bad, for whom."),
    )
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("The owner of the risk")
    )
    due_on = day(_("Due"), required=False)
    effort_days = forms.FloatField(label=_("Effort (person days)"), min_value=0, max_value=MOST_DAYS, required=False)
    description = prose(_("How"), required=False, rows=4, max_length=10_000)

    def __init__(self, *args: Any, treatment: Treatment | None = None, **options: Any) -> None:
        if treatment is not None:
            options["initial"] = {name: getattr(treatment, name) for name in (*FIELDS, "version")}
        super().__init__(*args, **options)
        self.fields["owner"].queryset = able("risk.own").order_by("display_name")  # type: ignore[attr-defined]
        if treatment is not None:
            self.fields["owner"].empty_label = _("Nobody")  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}

    def planned(self) -> Planned:
        return Planned(**self.given())


class MoveForm(forms.Form):
    to = forms.ChoiceField(choices=TreatmentState.choices)
    reason = forms.CharField(required=False, max_length=500)
    version = forms.IntegerField(required=False, min_value=1)


class MilestoneForm(ActionForm):
    title = forms.CharField(label=_("What is reached?"), max_length=200)
    due_on = day(_("By"))

    def __init__(self, *args: Any, milestone: Milestone | None = None, **options: Any) -> None:
        if milestone is not None:
            options["initial"] = {"title": milestone.title, "due_on": milestone.due_on}
        super().__init__(*args, **options)

    def given(self) -> dict[str, str | dt.date]:
        return {"title": self.cleaned_data["title"], "due_on": self.cleaned_data["due_on"]}


class LinkForm(ActionForm):
    what = forms.CharField(
        label=_("What is it linked to?"),
        max_length=200,
        help_text=_(
            "The id of an incident, an objective or an action, such as INC-12, SLO-3 or ACT-7, or its address."
        ),
    )
    relation = forms.ChoiceField(
        label=_("How?"), choices=Relation.choices, initial=Relation.RELATED, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
