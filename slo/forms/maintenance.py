"""The forms of a window of maintenance; times are written in the viewer's own zone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from relportal.core.editing import ActionForm, when
from relportal.core.models import Service, User
from slo.actions.maintenance import Announcement
from slo.forms.services import writable_services
from slo.models import MaintenanceWindow


class AnnouncementForm(ActionForm):
    """A new one names its services; one that stands keeps its own."""

    title = forms.CharField(
        label=gettext_lazy("What is done"),
        max_length=200,
        help_text=gettext_lazy("Such as “Database moves to version 17”."),
    )
    services = forms.ModelMultipleChoiceField(
        Service.objects.none(),
        label=gettext_lazy("Services"),
        widget=forms.SelectMultiple({"size": 8}),
        help_text=gettext_lazy("Each gets a window of its own, and can end in its own time."),
    )
    start = when(gettext_lazy("From"), required=True, help_text=gettext_lazy("Not before now."))
    end = when(gettext_lazy("Until"), required=True)

    def __init__(self, *args: Any, user: User, window: MaintenanceWindow | None = None, **kwargs: Any) -> None:
        if window is not None:
            kwargs["initial"] = {name: getattr(window, name) for name in ("title", "start", "end", "version")}
        super().__init__(*args, **kwargs)
        if window is not None:
            del self.fields["services"]
            self.fields["start"].help_text = ""
            return
        services = self.fields["services"]
        if isinstance(services, forms.ModelMultipleChoiceField):
            services.queryset = writable_services(user, "maintenance.declare")

    def announcement(self) -> Announcement:
        return Announcement(**{name: self.cleaned_data[name] for name in ("title", "start", "end")})
