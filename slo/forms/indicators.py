"""The form of an indicator: queries by kind, and label values with their services as lines of text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core.editing import ActionForm
from relportal.core.models import Service, Team, User
from relportal.core.permissions import allowed
from slo.actions.indicators import FIELDS, IndicatorFields
from slo.models import Indicator, IndicatorKind, Operator, Source

MAX_LINES = 5_000


class MappingField(forms.CharField):
    """Lines `label value = short name`; a line without `=` is both. Cleans to label value -> Service."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, dict) else super().to_python(value)

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]
        if len(lines) > MAX_LINES:
            raise ValidationError(_("At most %(count)d lines.") % {"count": MAX_LINES})
        pairs: dict[str, str] = {}
        for number, line in enumerate(lines, start=1):
            label, _equals, slug = (part.strip() for part in line.partition("="))
            if label in pairs:
                raise ValidationError(_("Line %(n)d: “%(label)s” stands twice.") % {"n": number, "label": label})
            pairs[label] = slug or label
        services = {one.slug: one for one in Service.objects.filter(slug__in=pairs.values())}
        missing = sorted({slug for slug in pairs.values() if slug not in services})
        if missing:
            raise ValidationError(_("No service has the short name %(names)s.") % {"names": ", ".join(missing[:10])})
        return {label: services[slug] for label, slug in pairs.items()}


class IndicatorForm(ActionForm):
    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=80,
        help_text=gettext_lazy("Stands in addresses and never changes."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=4000, widget=forms.Textarea({"rows": 2})
    )
    team = forms.ModelChoiceField(
        Team.objects.all(), label=gettext_lazy("Owner team"), required=False, empty_label=gettext_lazy("No owner yet")
    )
    source = forms.ModelChoiceField(Source.objects.all(), label=gettext_lazy("Source"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=IndicatorKind.choices)
    good = forms.CharField(
        label=gettext_lazy("Good events"), required=False, max_length=8000, widget=forms.Textarea({"rows": 2})
    )
    bad = forms.CharField(
        label=gettext_lazy("Bad events"), required=False, max_length=8000, widget=forms.Textarea({"rows": 2})
    )
    total = forms.CharField(
        label=gettext_lazy("All events"),
        required=False,
        max_length=8000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("A counter with label matchers, read raw; or PromQL with {{.window}} as its range."),
    )
    histogram = forms.CharField(
        label=gettext_lazy("Histogram"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Its name without _bucket, with label matchers if needed."),
    )
    latency_s = forms.FloatField(
        label=gettext_lazy("Threshold (s)"),
        required=False,
        help_text=gettext_lazy(
            "A request is good when it took at most this long. For a classic histogram, one of its buckets."
        ),
    )
    value = forms.CharField(
        label=gettext_lazy("Value"), required=False, max_length=8000, widget=forms.Textarea({"rows": 2})
    )
    operator = forms.ChoiceField(
        label=gettext_lazy("Good while"), required=False, choices=[("", "–"), *Operator.choices]
    )
    limit = forms.FloatField(label=gettext_lazy("Limit"), required=False)
    service_label = forms.CharField(
        label=gettext_lazy("Service label"),
        max_length=80,
        initial="service",
        help_text=gettext_lazy("The label whose values name the services: one query serves them all."),
    )
    services = MappingField(
        label=gettext_lazy("Services"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy(
            "One a line, “label value = short name”. Values that are a service's short name or alias are found by themselves."
        ),
    )
    paused = forms.BooleanField(label=gettext_lazy("Paused: nothing is collected"), required=False)

    def __init__(self, *args: Any, user: User, indicator: Indicator | None = None, **kwargs: Any) -> None:
        if indicator is not None:
            kwargs["initial"] = initial_of(indicator)
        super().__init__(*args, **kwargs)
        if not allowed(user, "source.edit"):
            team = self.fields["team"]
            if isinstance(team, forms.ModelChoiceField):
                team.queryset = Team.objects.filter(memberships__user=user).distinct()
        if indicator is not None:
            del self.fields["slug"]

    def indicator_fields(self) -> IndicatorFields:
        return IndicatorFields(**{name: self.cleaned_data[name] for name in FIELDS})

    def unsaved(self) -> Indicator:
        """A row of what was typed, for the preview."""
        return Indicator(
            slug=self.cleaned_data.get("slug") or "preview", **{name: self.cleaned_data[name] for name in FIELDS}
        )


def initial_of(indicator: Indicator) -> dict[str, Any]:
    lines = [
        one.label_value if one.label_value == one.service.slug else f"{one.label_value} = {one.service.slug}"
        for one in indicator.mappings.select_related("service")
    ]
    return {name: getattr(indicator, name) for name in (*FIELDS, "version")} | {"services": "\n".join(lines)}
