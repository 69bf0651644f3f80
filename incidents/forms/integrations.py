"""The forms of an integration, and what the address of the alerts list asks for.

`q` words · `state` firing, ended, no_service or unjudged · `integration`, `service`, `team` short names · `severity` · `sort` ·
`page`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from incidents.actions.integrations import FIELDS, IntegrationFields
from incidents.models import Integration
from incidents.queries.alerts import AlertFilters, AlertOrder, AlertSort, AlertState
from incidents.webhooks import HOOKS
from relportal.core.editing import ActionForm
from relportal.core.filters import Asked, Option, Reader, Select, slug
from relportal.core.filters import selects as drawn
from relportal.core.models import Service


class IntegrationForm(ActionForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.SlugField(
        label=_("Short name"), max_length=60, help_text=_("Stands in the address and never changes.")
    )
    kind = forms.ChoiceField(label=_("Tool"))
    secret = forms.CharField(
        label=_("Secret of the tool"),
        max_length=400,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "PagerDuty shows its own when the subscription is made. Left empty, one is made here and shown once."
        ),
    )
    service_label = forms.CharField(
        label=_("Label that names the service"),
        max_length=80,
        required=False,
        initial="service",
        help_text=_("Its value is a short name, a name or an alias of a service."),
    )
    default_service = forms.ModelChoiceField(
        label=_("Service of what names none"), queryset=Service.objects.order_by("name"), required=False
    )
    mapping = forms.JSONField(
        label=_("Mapping"),
        required=False,
        initial=dict,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "Any tool: paths to name, fingerprint, service, status, started, ended, url, summary and severity, and to the list "
            "of alerts. GitHub: from a repository to the short name of a service."
        ),
    )
    paused = forms.BooleanField(label=_("Paused: deliveries are kept and not read"), required=False)

    def __init__(self, *args: Any, integration: Integration | None = None, **kwargs: Any) -> None:
        if integration is not None:
            kwargs["initial"] = {name: getattr(integration, name) for name in (*FIELDS, "version")}
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        if isinstance(kind, forms.ChoiceField):
            kind.choices = [(key, plugin.label) for key, plugin in HOOKS.items()]
        if integration is not None:
            for name in ("slug", "kind", "secret"):
                del self.fields[name]

    def clean_mapping(self) -> Mapping[str, Any]:
        found = self.cleaned_data["mapping"] or {}
        if not isinstance(found, dict):
            raise forms.ValidationError(_t('Enter an object, such as {"name": "check.title"}.'))
        return found

    def integration_fields(self) -> IntegrationFields:
        return IntegrationFields(**{name: self.cleaned_data[name] for name in FIELDS})


class RotateForm(ActionForm):
    overlap = forms.TypedChoiceField(
        label=_("The old secret is valid for"),
        coerce=int,
        choices=((0, _("not at all")), (1, _("an hour")), (24, _("a day")), (168, _("a week"))),
        initial=24,
    )
    secret = forms.CharField(
        label=_("New secret of the tool"),
        max_length=400,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Left empty, one is made here and shown once."),
    )


def read(query: QueryDict) -> Asked[AlertFilters, AlertOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    filters = AlertFilters(
        text=reader.text,
        states=reader.several("state", lambda text: AlertState(text).value),
        integrations=reader.several("integration", slug),
        services=reader.several("service", slug),
        teams=reader.several("team", slug),
        severities=reader.several("severity", slug),
    )
    return reader.asked(filters, reader.order(AlertSort, AlertOrder, default=AlertOrder()))


def controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    states = [
        (AlertState.FIRING.value, _t("Firing")),
        (AlertState.ENDED.value, _t("Ended")),
        (AlertState.NO_SERVICE.value, _t("Without a service")),
        (AlertState.UNJUDGED.value, _t("Not judged")),
    ]
    severities = [(word, word) for word in ("critical", "error", "warning", "info")]
    return drawn(
        query,
        (
            ("state", _t("State"), _t("Any state"), states),
            ("severity", _t("Severity"), _t("All severities"), severities),
            ("integration", _t("Tool"), _t("All tools"), options["integration"]),
            ("service", _t("Service"), _t("All services"), options["service"]),
            ("team", _t("Team"), _t("All teams"), options["team"]),
        ),
    )
