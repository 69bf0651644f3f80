"""Forms of exceptions: asking for one, renewing it, deciding a step, and ending it."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from relportal.core.editing import ActionForm
from relportal.core.models import Service, Team, User
from risks.actions.exceptions import Asked
from risks.actions.signatures import Decision
from risks.models import ExceptionKind, GovernanceException, Risk
from risks.queries.exceptions.path import end_of_day
from risks.queries.exceptions.signers import Turn
from risks.queries.exceptions.subject import Subject, subject_of
from slo.models import Objective

M = TypeVar("M", bound=Model)
FREE = "readiness,policy,standard,dr"


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def text(label: Any, *, rows: int, most: int = 4000, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea({"rows": rows}), **options)


class TermsForm(ActionForm):
    """What every request says, a new one and a renewal."""

    title = forms.CharField(label=_("What is excepted"), max_length=200, required=False)
    reason = text(_("Why"), rows=4, help_text=_("Whoever signs reads this. It cannot be changed after you have asked."))
    scope = text(_("Scope"), rows=2, required=False, help_text=_("Where it holds and where not."))
    controls = text(
        _("Compensating controls"),
        rows=3,
        required=False,
        help_text=_("What keeps the harm small for as long as it lasts."),
    )
    ends_on = day(_("Until"), help_text=_("The last day on which it holds. It never changes; longer is a new request."))

    def terms(self) -> dict[str, Any]:
        given = self.cleaned_data
        words = {name: given[name] for name in ("title", "reason", "scope", "controls")}
        return words | {"expires_at": end_of_day(given["ends_on"])}

    def clean_ends_on(self) -> dt.date:
        found: dt.date = self.cleaned_data["ends_on"]
        # The day after the last that a calendar has is none.
        if found.year > 2999:
            raise forms.ValidationError(_t("Choose an earlier day."))
        return found

    def refuse(self, errors: Any) -> None:
        """The action speaks of the instant of the end, the form of a day."""
        super().refuse({("ends_on" if name == "expires_at" else name): texts for name, texts in errors.items()})


class RequestForm(TermsForm):
    """`fixed` is what it is about where the page that led here has said so; then it is not asked."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ExceptionKind.choices)
    risk = forms.CharField(label=_("Risk"), required=False, max_length=20, help_text=_("Such as RISK-12."))
    objective = forms.CharField(label=_("Objective"), required=False, max_length=20, help_text=_("Such as SLO-12."))
    action = forms.CharField(label=_("Action"), required=False, max_length=20, help_text=_("Such as ACT-12."))
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=Service.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Its tier decides who signs."),
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("That of the service"),
    )
    url = forms.URLField(
        label=_("More about it"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=_("Address of the review, the standard or the plan."),
    )
    field_order = (
        "kind", "risk", "objective", "action", "service", "team", "title", "reason", "scope", "controls", "ends_on", "url",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.fields["service"].queryset = Service.objects.active().order_by("name")  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_risk(self) -> Risk | None:
        rows = Risk.objects.visible_to(self.user).select_related("team", "current__level")
        return _one(rows, self.cleaned_data["risk"], "RISK", _t("There is no such risk. Enter an id such as RISK-12."))

    def clean_objective(self) -> Objective | None:
        rows = Objective.objects.visible_to(self.user).select_related("service__team")
        wrong = _t("There is no such objective. Enter an id such as SLO-12.")
        return _one(rows, self.cleaned_data["objective"], "SLO", wrong)

    def clean_action(self) -> ActionItem | None:
        rows = ActionItem.objects.visible_to(self.user).select_related("team", "service__team")
        wrong = _t("There is no such action. Enter an id such as ACT-12.")
        return _one(rows, self.cleaned_data["action"], "ACT", wrong)

    def subject(self) -> Subject:
        """Of what is valid in it. What belongs to another kind is not meant: a page without scripts shows all fields."""
        given, kind = self.cleaned_data, self.cleaned_data.get("kind", "")
        free = kind not in {ExceptionKind.RISK, ExceptionKind.SLO, ExceptionKind.ACTION}
        return Subject(
            risk=given.get("risk") if kind == ExceptionKind.RISK else None,
            objective=given.get("objective") if kind == ExceptionKind.SLO else None,
            action=given.get("action") if kind == ExceptionKind.ACTION else None,
            service=given.get("service") if free else None,
            team=given.get("team"),
            url=given.get("url", "") if free else "",
        )

    def asked(self) -> Asked:
        return Asked(kind=self.cleaned_data["kind"], subject=self.subject(), **self.terms())


class RenewForm(TermsForm):
    """Begins with the words of what it renews, but for the reason: why it takes longer is new."""

    field_order = ("reason", "ends_on", "scope", "controls", "title")

    def __init__(self, *args: Any, old: GovernanceException, **options: Any) -> None:
        options["initial"] = {"title": old.title, "scope": old.scope, "controls": old.controls}
        super().__init__(*args, **options)
        self.old = old
        self.fields["reason"].label = _("Why it is needed for longer")

    def asked(self) -> Asked:
        return Asked(kind=self.old.kind, subject=subject_of(self.old), **self.terms())


def _one(rows: QuerySet[M], given: str, prefix: str, wrong: str) -> M | None:
    number = given.strip().upper().removeprefix(f"{prefix}-")
    if not number:
        return None
    plain = number.isascii() and number.isdigit() and len(number) < 10
    found = rows.filter(pk=int(number)).first() if plain else None
    if found is None:
        raise forms.ValidationError(wrong)
    return found


class DecideForm(ActionForm):
    """`step` and `sha256` are of what the page shows, which writes them itself: after a refusal it shows something else."""

    step = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    on_behalf_of = forms.TypedChoiceField(
        label=_("You sign"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
    )
    comment = text(
        _("Comment"), rows=3, most=2000, required=False, help_text=_("Needed to refuse. Conditions belong here, too.")
    )

    def __init__(self, *args: Any, turn: Turn, **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {one.pk: one for one in turn.for_others}
        own = [("", _t("For yourself"))] if turn.own else []
        choices = [*own, *((one.pk, _t("For %(name)s") % {"name": one}) for one in turn.for_others)]
        field: Any = self.fields["on_behalf_of"]
        field.choices = choices
        if len(choices) < 2:
            # Nothing to choose; the page says for whom.
            del self.fields["on_behalf_of"]

    def decision(self) -> Decision:
        given = self.cleaned_data
        return Decision(
            step=given["step"],
            sha256=given["sha256"],
            comment=given["comment"],
            on_behalf_of=self.people.get(given.get("on_behalf_of") or 0),
        )


class EndForm(ActionForm):
    reason = text(_("Why"), rows=2, most=500)


class WithdrawForm(ActionForm):
    reason = text(_("Why"), rows=2, most=500, required=False)


class DelegateForm(ActionForm):
    delegate = forms.ModelChoiceField(label=_("Who signs for you"), queryset=User.objects.none())
    starts_on = day(_("From"))
    ends_on = day(_("Until"), help_text=_("The last day, included."))
    reason = forms.CharField(
        label=_("Why"), max_length=300, help_text=_("Such as a holiday. It is shown with each signature.")
    )

    def __init__(self, *args: Any, people: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["delegate"].queryset = people  # type: ignore[attr-defined]
