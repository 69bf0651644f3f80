"""The forms of an estimate and of what a treatment changes and costs."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from risks.actions.benefits import FIELDS, Effects
from risks.actions.estimates import Estimated
from risks.domain.benefit import LONGEST
from risks.forms.risks import prose
from risks.models import EstimateSource, Treatment, Unit
from risks.queries.suggested_ranges import SuggestedRanges

RANGES: Final = ("rate_low", "rate_high", "loss_low", "loss_high")
REASON: Final = 2000


class EndField(forms.FloatField):
    """An end of a range, shown as a person writes it; what it may be is the action's to say."""

    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.12g}" if isinstance(value, float) else value


class PercentField(EndField):
    """A factor, written in percent: 35 is 0.35, not 0.35000000000000003."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return None if found is None else float(f"{found / 100:.12g}")

    def prepare_value(self, value: Any) -> Any:
        return f"{value * 100:.12g}" if isinstance(value, float) else value


class EstimateForm(ActionForm):
    unit = forms.ChoiceField(label=_("In what?"), choices=Unit.choices, initial=Unit.MONEY, widget=forms.RadioSelect)
    rate_low = EndField(label=_("At least"))
    rate_high = EndField(label=_("At most"))
    loss_low = EndField(label=_("At least"))
    loss_high = EndField(label=_("At most"))
    reason = prose(_("What do the ranges rest on?"), rows=3, max_length=REASON)
    source = forms.ChoiceField(
        choices=EstimateSource.choices, initial=EstimateSource.JUDGEMENT, required=False, widget=forms.HiddenInput
    )

    def estimated(self) -> Estimated:
        """Of what is valid so far; the rest is None, for a preview."""
        given = {name: self.cleaned_data.get(name) for name in RANGES}
        return Estimated(
            **given,
            unit=self.cleaned_data.get("unit") or "",
            reason=self.cleaned_data.get("reason") or "",
            source=self.cleaned_data.get("source") or EstimateSource.JUDGEMENT,
        )


def from_suggestion(found: SuggestedRanges) -> dict[str, Any]:
    """What a form begins with that takes the suggestion as a start."""
    if found.ranges is None:
        return {}
    ends = [value for each in found.ranges for value in (each.low, each.high)]
    begun = dict(zip(RANGES, ends, strict=True))
    return begun | {"unit": found.unit, "source": EstimateSource.HISTORY, "reason": found.sentence}


class BenefitForm(ActionForm):
    rate_factor_low = PercentField(label=_("At least (%)"), required=False)
    rate_factor_high = PercentField(label=_("At most (%)"), required=False)
    loss_factor_low = PercentField(label=_("At least (%)"), required=False)
    loss_factor_high = PercentField(label=_("At most (%)"), required=False)
    one_off_low = EndField(label=_("At least"), required=False)
    one_off_high = EndField(label=_("At most"), required=False)
    yearly_low = EndField(label=_("At least"), required=False)
    yearly_high = EndField(label=_("At most"), required=False)
    years = forms.IntegerField(
        label=_("Counted over (years)"),
        min_value=1,
        max_value=LONGEST,
        help_text=_("How long it works before it is replaced. Nothing is discounted."),
    )
    reason = prose(_("What does this rest on?"), rows=3, max_length=REASON)

    def __init__(self, *args: Any, treatment: Treatment, **options: Any) -> None:
        options["initial"] = {name: getattr(treatment, name) for name in (*FIELDS, "version")}
        super().__init__(*args, **options)

    def effects(self) -> Effects:
        return Effects(**{name: self.cleaned_data[name] for name in FIELDS})
