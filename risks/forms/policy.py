"""The form of the policy: a row is kept, moved by its number, taken away, or added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from relportal.core.models.catalog import Tier
from risks.actions.policy import LONGEST_DAYS, MOST_ROWS, Line
from risks.models import Approver, ExceptionKind
from risks.queries.exceptions.policy import LevelWord, Policy

STEPS: Final = len(Approver)


class PolicyRowForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any")), *ExceptionKind.choices])
    tiers = forms.TypedMultipleChoiceField(
        label=_("Tiers"), required=False, coerce=int, choices=Tier.choices, widget=forms.CheckboxSelectMultiple
    )
    levels = forms.MultipleChoiceField(label=_("Risk levels"), required=False, widget=forms.CheckboxSelectMultiple)
    max_days = forms.IntegerField(label=_("At most (days)"), required=False, min_value=0, max_value=LONGEST_DAYS)

    def __init__(self, *args: Any, levels: Mapping[str, LevelWord], **options: Any) -> None:
        super().__init__(*args, **options)
        for number in range(1, STEPS + 1):
            choices = [("", "–"), *Approver.choices]
            self.fields[f"approver{number}"] = forms.ChoiceField(
                label=_("Signs first") if number == 1 else _("Then"), required=False, choices=choices
            )
        field: Any = self.fields["levels"]
        field.choices = [(key, word.name) for key, word in levels.items()]

    @property
    def approvers(self) -> list[Any]:
        return [self[f"approver{number}"] for number in range(1, STEPS + 1)]

    def line(self) -> Line:
        given = self.cleaned_data
        path = (given[f"approver{number}"] for number in range(1, STEPS + 1))
        return Line(
            kind=given["kind"],
            tiers=tuple(given["tiers"]),
            levels=tuple(given["levels"]),
            approvers=tuple(each for each in path if each),
            max_days=given["max_days"] or 0,
        )

    def refuse(self, field: str, texts: Sequence[str]) -> None:
        """At the field, at the first approver for all of them, or above the row."""
        name = "approver1" if field == "approvers" else field
        for sentence in texts:
            self.add_error(name if name in self.fields else None, sentence)


PolicyRows: Final = forms.formset_factory(
    PolicyRowForm,
    extra=1,
    can_order=True,
    can_delete=True,
    max_num=MOST_ROWS,
    absolute_max=MOST_ROWS + 1,
)


def kept(rows: forms.BaseFormSet[PolicyRowForm]) -> list[PolicyRowForm]:
    """In the order of their numbers, without those that are taken away; an empty new one is none.

    A new one without a number stands before the last, which fits everything.
    """
    last = rows.initial_form_count() - 0.5
    chosen = [
        one
        for number, one in enumerate(rows.forms)
        if not one.cleaned_data.get("DELETE") and (number < rows.initial_form_count() or one.has_changed())
    ]
    return sorted(chosen, key=lambda one: last if one.cleaned_data["ORDER"] is None else one.cleaned_data["ORDER"])


class PolicyForm(ActionForm):
    """Beside the rows: the version that its author saw, and why it changes."""

    reason = forms.CharField(label=_("Why it changes"), required=False, max_length=500)


def initial(policy: Policy) -> list[dict[str, Any]]:
    return [
        {"kind": row.kind, "tiers": row.tiers, "levels": row.levels, "max_days": row.max_days}
        | {f"approver{number}": each for number, each in enumerate(row.approvers, 1)}
        for row in policy.rows
    ]
