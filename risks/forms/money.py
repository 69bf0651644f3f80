"""The forms of the money settings and of the tolerance: chances are written in percent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from risks.actions.tolerance import MOST_POINTS
from risks.models import MoneySettings
from risks.queries.tolerance import Curve

REASON: Final = 2000


class MoneyForm(ActionForm):
    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("Three letters, such as EUR."))
    minute_low = forms.FloatField(
        label=_("A customer minute is worth at least"),
        required=False,
        help_text=_("What one customer loses or costs in a minute without the service: 90 % sure, in this currency."),
    )
    minute_high = forms.FloatField(label=_("A customer minute is worth at most"), required=False)
    reason = forms.CharField(
        label=_("Why"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who set it, and what it is based on. It stands beside the figure."),
    )  # fmt: skip


class ToleranceForm(ActionForm):
    """Beside the points: the curve that its author saw, and why it changes."""

    reason = forms.CharField(
        label=_("Why"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who accepted this, and where it was decided."),
    )  # fmt: skip


class PointForm(forms.Form):
    loss = forms.FloatField(label=_("A year may cost more than"), required=False)
    chance = forms.FloatField(label=_("with a chance of at most (%)"), required=False)

    def point(self) -> tuple[float, float]:
        """The percent as it was written: 5 becomes 0.05, not 0.05000000000000001. What is missing is NaN, and refused."""
        loss, chance = self.cleaned_data["loss"], self.cleaned_data["chance"]
        return (
            float("nan") if loss is None else loss,
            float("nan") if chance is None else float(f"{chance / 100:.12g}"),
        )

    def refuse(self, field: str, texts: Sequence[str]) -> None:
        for sentence in texts:
            self.add_error(field if field in self.fields else None, sentence)


PointRows: Final = forms.formset_factory(PointForm, extra=3, max_num=MOST_POINTS, absolute_max=MOST_POINTS)


def filled(rows: forms.BaseFormSet[PointForm]) -> list[PointForm]:
    """Rows of which nothing is filled in are none."""
    return [one for one in rows.forms if any(one.cleaned_data.get(name) is not None for name in ("loss", "chance"))]


def initial_points(curve: Curve | None) -> list[dict[str, Any]]:
    points = curve.points if curve is not None else ()
    return [{"loss": _plain(loss), "chance": _plain(chance * 100)} for loss, chance in points]


def initial_money(row: MoneySettings) -> dict[str, Any]:
    ends = {name: _plain(value) for name in ("minute_low", "minute_high") if (value := getattr(row, name)) is not None}
    return {"version": row.version, "currency": row.currency, **ends}


def _plain(value: float) -> float | int:
    """Whole numbers without a point, so that a field shows 1000000."""
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() else rounded
