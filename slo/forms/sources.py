"""The form of a source."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from slo.actions.sources import FIELDS, SourceFields
from slo.models import Auth, Source
from slo.sources import SOURCES


class SourceForm(ActionForm):
    slug = forms.SlugField(label=_("Short name"), max_length=60, help_text=_("Stands in addresses and never changes."))
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), initial="prometheus")
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        required=False,
        help_text=_("Where its query API answers, such as http://prometheus.example.com:9090."),
    )
    auth = forms.ChoiceField(label=_("Sign-in"), choices=Auth.choices)
    username = forms.CharField(label=_("User"), max_length=200, required=False)
    secret = forms.CharField(
        label=_("Password or token"),
        max_length=4000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Stored encrypted and never shown. Left empty, the stored one stays."),
    )
    tenant_header = forms.CharField(
        label=_("Tenant header"),
        max_length=60,
        required=False,
        help_text=_("Mimir: X-Scope-OrgID. Thanos: THANOS-TENANT."),
    )
    tenant = forms.CharField(label=_("Tenant"), max_length=200, required=False)
    scrape_interval_s = forms.IntegerField(label=_("Scrape interval (s)"), initial=60, min_value=1)
    timeout_s = forms.IntegerField(label=_("Time-out (s)"), initial=20, min_value=1)
    series_limit = forms.IntegerField(
        label=_("Series a query"),
        initial=50_000,
        min_value=1,
        help_text=_("Above it, counts come from grouped increases, and each number says so."),
    )
    max_response_mb = forms.IntegerField(label=_("Largest answer (MB)"), initial=64, min_value=1)
    paused = forms.BooleanField(label=_("Paused: nothing is collected"), required=False)

    def __init__(self, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        if source is not None:
            kwargs["initial"] = {name: getattr(source, name) for name in (*FIELDS, "version")}
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        if isinstance(kind, forms.ChoiceField):
            kind.choices = [(key, plugin.label) for key, plugin in SOURCES.items()]
        if source is not None:
            del self.fields["slug"]

    def source_fields(self) -> SourceFields:
        return SourceFields(**{name: self.cleaned_data[name] for name in FIELDS})

    def unsaved(self, slug: str) -> Source:
        """A row of what was typed, for trying it."""
        return Source(slug=slug, **{name: self.cleaned_data[name] for name in FIELDS})
