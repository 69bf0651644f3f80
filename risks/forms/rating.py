"""The form of a rating, drawn from the scale that also judges it: the matrix is the form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from risks.actions.ratings import Rated
from risks.domain.matrix import Scale
from risks.models import Confidence, RatingKind, RiskRating
from risks.queries.scale import Version
from risks.queries.suggested import Suggested

COLUMN: Final = "column-"


@dataclass(frozen=True, slots=True)
class Choice:
    """A step that can be chosen; `words` say what it means."""

    id: str
    value: str
    name: str
    words: str
    chosen: bool
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """An axis of the scale as a set of radio buttons."""

    name: str
    legend: str
    choices: tuple[Choice, ...]
    errors: tuple[str, ...]


class RatingFields(ActionForm):
    """A field for the likelihood and one for each impact column; a column that does not apply stays empty.

    `optional`: nothing chosen at all is no rating.
    """

    confidence = forms.ChoiceField(
        label=_("How sure is that?"),
        choices=Confidence.choices,
        initial=Confidence.MEDIUM,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("What does the rating rest on?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
    despite = forms.CharField(
        label=_("Why not as its incidents suggest?"),
        help_text=_("Asked for when the likelihood is two or more steps away from the suggested one."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )
    matrix = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self, *args: Any, version: Version, optional: bool = False, suggested: Suggested | None = None, **options: Any
    ) -> None:
        options["initial"] = {"matrix": version.matrix.number} | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.scale: Scale = version.scale
        self.optional = optional
        self._suggested = suggested.step.key if suggested is not None and suggested.step is not None else ""
        if not self._suggested:
            del self.fields["despite"]
        self.fields["likelihood"] = forms.ChoiceField(
            label=_("Likelihood"), choices=_steps(self.scale), required=False, widget=forms.RadioSelect
        )
        for column in self.scale.columns:
            impacts = [("", _t("Does not apply")), *((one.key, one.name) for one in self.scale.impacts)]
            self.fields[COLUMN + column.key] = forms.ChoiceField(
                label=column.name, choices=impacts, required=False, widget=forms.RadioSelect
            )
        if optional:
            self.fields["reason"].required = False

    def groups(self) -> tuple[Group, ...]:
        """The axes as the page draws them: likelihood first, then the columns."""
        likelihoods = [(one.key, one.name, "") for one in self.scale.likelihoods]
        found = [self._group("likelihood", str(_("Likelihood")), likelihoods)]
        for column in self.scale.columns:
            words = [
                (one.key, one.name, column.criteria[one.key].words if one.key in column.criteria else "")
                for one in self.scale.impacts
            ]
            found.append(self._group(COLUMN + column.key, column.name, [*words, ("", _t("Does not apply"), "")]))
        return tuple(found)

    def _group(self, name: str, legend: str, steps: Iterable[tuple[str, str, str]]) -> Group:
        value = str(self[name].value() or "")
        is_column = name.startswith(COLUMN)
        choices = tuple(
            Choice(
                f"id_{name}_{key or 'none'}",
                key,
                label,
                words,
                key == value and (bool(key) or is_column),
                self._is_suggested(name, key),
            )
            for key, label, words in steps
        )
        return Group(name, legend, choices, tuple(str(error) for error in self[name].errors))

    def _is_suggested(self, name: str, key: str) -> bool:
        return name == "likelihood" and bool(key) and key == self._suggested

    @property
    def chosen(self) -> Mapping[str, str]:
        """Column -> impact, of those that apply."""
        given = {one.key: self.cleaned_data.get(COLUMN + one.key, "") for one in self.scale.columns}
        return {key: value for key, value in given.items() if value}

    @property
    def is_given(self) -> bool:
        return bool(self.cleaned_data.get("likelihood") or self.chosen)

    def rated(self, *, kind: str = RatingKind.CURRENT.value) -> Rated | None:
        """None where nothing was chosen and nothing has to be."""
        data = self.cleaned_data
        if self.optional and not self.is_given:
            return None
        return Rated(
            kind=kind,
            likelihood=data["likelihood"],
            columns=self.chosen,
            confidence=data["confidence"],
            reason=data["reason"],
            despite=data.get("despite", ""),
            matrix=data["matrix"],
        )

    def refuse(self, errors: Mapping[str, Iterable[str]]) -> None:
        """What is wrong with the impact stands at its first column."""
        first = COLUMN + self.scale.columns[0].key
        super().refuse({(first if name in {"columns", "impact"} else name): texts for name, texts in errors.items()})


class RateForm(RatingFields):
    kind = forms.ChoiceField(
        label=_("Which rating?"), choices=RatingKind.choices, initial=RatingKind.CURRENT, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, before: RiskRating | None = None, **options: Any) -> None:
        if before is not None:
            options["initial"] = steps_of(before) | (options.get("initial") or {})
        super().__init__(*args, **options)


def steps_of(rating: RiskRating) -> dict[str, Any]:
    """What a rating chose, to begin the next from; a step that the scale has no longer chooses nothing."""
    chosen = {COLUMN + column: impact for column, impact in rating.columns.items()}
    return chosen | {"likelihood": rating.likelihood.key, "confidence": rating.confidence}


def _steps(scale: Scale) -> list[tuple[str, str]]:
    return [(one.key, one.name) for one in scale.likelihoods]
