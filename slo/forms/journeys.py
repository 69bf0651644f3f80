"""The form of a journey; its steps are rows of the formset in slo.forms.services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from relportal.core.actions.catalog import JourneyFields
from relportal.core.editing import ActionForm
from relportal.core.models import Journey, Service, Team


class JourneyForm(ActionForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("What the customer does, such as “Buy a ticket”."),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Short name"), max_length=80, help_text=gettext_lazy("Stands in addresses; never changes.")
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        label=gettext_lazy("Team that watches over it"),
        required=False,
        empty_label=gettext_lazy("None yet"),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, journey: Journey | None = None, **kwargs: Any) -> None:
        if journey is not None:
            names = ("name", "description", "version")
            kwargs["initial"] = {name: getattr(journey, name) for name in names} | {"team": journey.team_id}
        super().__init__(*args, **kwargs)
        if journey is not None:
            del self.fields["slug"]

    def journey_fields(self, services: tuple[Service, ...]) -> JourneyFields:
        data = self.cleaned_data
        return JourneyFields(name=data["name"], description=data["description"], team=data["team"], services=services)
