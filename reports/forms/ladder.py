"""The forms of the ladder: what somebody attests, and publishing a version."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from reports.facts import FACTS
from reports.forms.kpis import DAY


def _attestable() -> list[tuple[str, Any]]:
    return [(key, fact.title) for key, fact in FACTS.items() if fact.by_hand is not None]


class AttestForm(ActionForm):
    fact = forms.ChoiceField(label=_("What"), choices=_attestable)
    on = forms.DateField(label=_("Seen or done on"), widget=DAY)
    holds = forms.TypedChoiceField(
        label=_("It"), choices=[("yes", _("holds")), ("no", _("does not hold"))], coerce=lambda given: given == "yes"
    )
    note = forms.CharField(
        label=_("What was seen"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands with your name on the page of the service. Nothing is edited: a newer attestation replaces it."),
    )  # fmt: skip
    url = forms.URLField(label=_("Evidence"), max_length=500, required=False, assume_scheme="https")

    def attested(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("fact", "on", "holds", "note", "url")}
