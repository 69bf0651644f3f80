"""The form of an objective: percentages as people write them, burn rules as lines."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core.editing import ActionForm
from relportal.core.models import Service, User
from slo.actions.objectives import ObjectiveFields
from slo.domain.burn import BurnRule, Severity
from slo.domain.refusals import Refused
from slo.forms.services import writable_services
from slo.models import Counting, Indicator, Objective, WindowKind

_UNITS = {"m": 60, "h": 3600, "d": 86_400}
_RULE = re.compile(
    r"(?P<severity>page|ticket)\s+(?P<factor>\d+(?:\.\d+)?)x?\s+"
    r"(?P<long>\d+)(?P<long_unit>[mhd])\s*/\s*(?P<short>\d+)(?P<short_unit>[mhd])(?:\s+min\s+(?P<least>\d+))?",
    re.IGNORECASE,
)


class PercentField(forms.DecimalField):
    """Written in percent, cleaned to a ratio: 99.9 becomes Decimal("0.999")."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=9, decimal_places=6, **options)

    def clean(self, value: Any) -> Any:
        percent = super().clean(value)
        return None if percent is None else percent / 100

    def prepare_value(self, value: Any) -> Any:
        return f"{(value * 100).normalize():f}" if isinstance(value, Decimal) else value


class RulesField(forms.CharField):
    """One rule a line, `page 14.4x 1h/5m min 3`; cleans to a tuple of rules, or None when empty: the default ones."""

    widget = forms.Textarea

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]
        if not lines:
            return None
        return tuple(self._rule(number, line) for number, line in enumerate(lines, start=1))

    def _rule(self, number: int, line: str) -> BurnRule:
        found = _RULE.fullmatch(line)
        if found is None:
            raise ValidationError(
                _(
                    "Line %(n)d: write it as “page 14.4x 1h/5m min 3”: severity, factor, long and short window, least failures."
                )
                % {"n": number}
            )
        try:
            return BurnRule(
                long_s=int(found["long"]) * _UNITS[found["long_unit"].lower()],
                short_s=int(found["short"]) * _UNITS[found["short_unit"].lower()],
                factor=float(found["factor"]),
                severity=Severity(found["severity"].lower()),
                min_failures=int(found["least"] or 0),
            )
        except Refused as error:
            raise ValidationError(_("Line %(n)d: %(reason)s") % {"n": number, "reason": str(error)}) from error


class ObjectiveForm(ActionForm):
    indicator = forms.ModelChoiceField(
        Indicator.objects.all(), label=gettext_lazy("Indicator"), help_text=gettext_lazy("What is measured.")
    )
    services = forms.ModelMultipleChoiceField(
        Service.objects.none(),
        label=gettext_lazy("Services"),
        widget=forms.SelectMultiple({"size": 8}),
        help_text=gettext_lazy("Choose several to make them all the same promise."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=4000, widget=forms.Textarea({"rows": 2})
    )
    target = PercentField(
        label=gettext_lazy("Target (%)"),
        help_text=gettext_lazy("Such as 99.9. What is left to 100 is the error budget."),
    )
    window_kind = forms.ChoiceField(label=gettext_lazy("Window"), choices=WindowKind.choices)
    window_days = forms.IntegerField(label=gettext_lazy("Days"), required=False, initial=30)
    window_zone = forms.CharField(
        label=gettext_lazy("Time zone"), required=False, max_length=64, help_text=gettext_lazy("Such as Europe/Berlin.")
    )
    counting = forms.ChoiceField(
        label=gettext_lazy("Method"),
        choices=Counting.choices,
        help_text=gettext_lazy("Occurrences count events. Time slices count 5-minute slices, good or bad as a whole."),
    )
    slice_target = PercentField(
        label=gettext_lazy("Slice target (%)"),
        required=False,
        help_text=gettext_lazy("A slice is good when at least this share of its events is."),
    )
    rules = RulesField(
        label=gettext_lazy("Burn alerts"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy(
            "One a line: page 14.4x 1h/5m min 3. Left empty, the four of the SRE Workbook for this window."
        ),
    )

    def __init__(self, *args: Any, user: User, objective: Objective | None = None, **kwargs: Any) -> None:
        if objective is not None:
            kwargs["initial"] = initial_of(objective)
        super().__init__(*args, **kwargs)
        if objective is not None:
            del self.fields["indicator"], self.fields["services"]
            return
        services = self.fields["services"]
        if isinstance(services, forms.ModelMultipleChoiceField):
            services.queryset = writable_services(user, "objective.edit")

    def objective_fields(self) -> ObjectiveFields:
        data = self.cleaned_data
        return ObjectiveFields(
            name=data["name"],
            description=data["description"],
            target=data["target"],
            window_kind=data["window_kind"],
            window_days=data["window_days"],
            window_zone=data["window_zone"],
            counting=data["counting"],
            slice_target=data["slice_target"],
            rules=data["rules"],
        )

    def refuse(self, errors: Any) -> None:
        super().refuse({("services" if name == "service" else name): texts for name, texts in errors.items()})


def initial_of(objective: Objective) -> dict[str, Any]:
    names = (
        "name",
        "description",
        "target",
        "window_kind",
        "window_days",
        "window_zone",
        "counting",
        "slice_target",
        "version",
    )
    return {name: getattr(objective, name) for name in names} | {"rules": "\n".join(rule_lines(objective))}


def rule_lines(objective: Objective) -> list[str]:
    return [
        f"{rule.severity} {rule.factor:g}x {_span(rule.long_s)}/{_span(rule.short_s)}"
        + (f" min {rule.min_failures}" if rule.min_failures else "")
        for rule in objective.burn_rules.all()
    ]


def _span(seconds: int) -> str:
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"
