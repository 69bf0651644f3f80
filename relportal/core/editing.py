"""A form that calls an action: what the action refuses stands at its field, and a lost update shows both versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django import forms
from django.db.models import Model
from django.http import QueryDict

from relportal.core.exceptions import Conflict, Invalid, Stale

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field as it is saved now, and as the user has just sent it."""

    label: str
    theirs: str
    yours: str


class ActionForm(forms.Form):
    """Has a hidden `version`: the one that its author saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def refuse(self, errors: Mapping[str, Iterable[str]]) -> None:
        """Shows what an action refused: at the field where there is one, else above the form."""
        for name, texts in errors.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


def when(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateTimeField:
    """A time of day and a date, as the viewer's clock shows them."""
    return forms.DateTimeField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )


@dataclass(frozen=True, slots=True)
class Attempt:
    """`saved` is None when nothing was saved; then `status` and `context` are for the page that shows the form again."""

    saved: Any = None
    status: int = 200
    context: dict[str, Any] = field(default_factory=dict)


def attempt(form: ActionForm, act: Callable[[], M], *, theirs: Callable[[M], ActionForm] | None = None) -> Attempt:
    """Runs `act` if the form is valid. `theirs` makes the form of the row as it stands now, for a lost update."""
    if not form.is_valid():
        return Attempt(status=422)
    try:
        return Attempt(saved=act())
    except Invalid as error:
        form.refuse(error.errors)
        return Attempt(status=422)
    except Stale as error:
        context: dict[str, Any] = {"stale": str(error), "current": error.current}
        if theirs is not None:
            context["differences"] = differences(theirs(error.current), form)
        # Sending the form again replaces the newer version, which is shown beside it.
        data = QueryDict(mutable=True)
        data.update(form.data)
        data["version"] = str(error.current.version)
        form.data = data
        return Attempt(status=409, context=context)
    except Conflict as error:
        form.add_error(None, str(error))
        return Attempt(status=409)


def differences(theirs: ActionForm, yours: ActionForm) -> tuple[Difference, ...]:
    """The fields that differ between the row as it stands (an unbound form of it) and what was sent."""
    found = []
    for name, one in yours.fields.items():
        pair = (_shown(one, theirs.initial.get(name)), _shown(one, yours.cleaned_data.get(name)))
        if name != "version" and pair[0] != pair[1]:
            found.append(Difference(str(one.label), *pair))
    return tuple(found)


def _shown(one: forms.Field, value: Any) -> str:
    if isinstance(value, Model):
        return str(value)
    if isinstance(one, forms.ModelMultipleChoiceField):
        keys = [each.pk if isinstance(each, Model) else each for each in value or ()]
        found = one.queryset.filter(pk__in=keys) if one.queryset is not None and keys else ()
        return ", ".join(sorted(str(row) for row in found))
    if isinstance(one, forms.ModelChoiceField):
        row = one.queryset.filter(pk=value).first() if one.queryset is not None and value else None
        return str(row or "")
    if isinstance(one, forms.ChoiceField):
        labels: Any = one.choices
        named = dict(labels)
        values = value if isinstance(value, list | tuple) else [value]
        return ", ".join(str(named.get(each, each or "")) for each in values)
    if isinstance(one, forms.BooleanField):
        return str(bool(value))
    # As the user writes it: a field of percent shows percent.
    value = one.prepare_value(value)
    if isinstance(one, forms.DecimalField | forms.FloatField) and value is not None:
        return f"{float(value):g}"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return str("" if value is None else value)
