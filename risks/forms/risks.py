"""Forms of a risk: what it is, with its first rating when it is new, its review, and how it ends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.models import FailureMode
from relportal.core.editing import ActionForm
from relportal.core.models import Journey, Service, Team, User
from relportal.core.permissions import able
from risks.actions.risks import FIELDS, SETS, Given
from risks.forms.rating import RatingFields
from risks.models import Risk


def prose(label: Any, *, rows: int = 2, **options: Any) -> forms.CharField:
    options.setdefault("max_length", 4000)
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class RiskFields(ActionForm):
    title = forms.CharField(label=_("Risk"), max_length=200, help_text=_("What may go wrong, in a few words."))
    cause = prose(_("Because of …"), required=False)
    event = prose(_("… this may happen …"), required=False)
    consequence = prose(_("… which leads to"), required=False)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=FailureMode.objects.all(), required=False, empty_label=_("None yet")
    )
    owner = forms.ModelChoiceField(
        label=_("Owner"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("The one person who is accountable."),
    )
    services = forms.ModelMultipleChoiceField(label=_("Services"), queryset=Service.objects.none(), required=False)
    journeys = forms.ModelMultipleChoiceField(label=_("Journeys"), queryset=Journey.objects.none(), required=False)
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label=_("As the first service"),
    )
    identified_on = day(_("Identified"), required=False, help_text=_("Left empty: today."))

    def __init__(self, *args: Any, risk: Risk | None = None, **options: Any) -> None:
        if risk is not None:
            options["initial"] = initial_of(risk)
        super().__init__(*args, **options)
        querysets: dict[str, Any] = {
            "owner": able("risk.own").order_by("display_name"),
            "services": Service.objects.active().order_by("name"),
            "journeys": Journey.objects.order_by("name"),
        }
        for name, rows in querysets.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        if risk is not None:
            self.fields["identified_on"].required = True
            self.fields["identified_on"].help_text = ""
            self.fields["team"].empty_label = _("None")  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*FIELDS, *SETS)}


class CreateForm(RatingFields, RiskFields):
    """Asks for a rating, too; whoever chooses nothing rates later."""

    def risk(self) -> Given:
        return Given(**self.given(), rated=self.rated())


class ReviewForm(ActionForm):
    note = prose(_("What did you look at, and what did you find?"), rows=3, max_length=2000)


class CloseForm(ActionForm):
    because = prose(_("Why can it no longer happen, or where is it watched now?"), rows=3, max_length=2000)


class ReopenForm(ActionForm):
    reason = prose(_("Why is it a risk again?"), rows=3, max_length=2000)


def initial_of(risk: Risk) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(risk, name) for name in (*FIELDS, "version")}
    return found | {name: list(getattr(risk, name).all()) for name in SETS}
