"""Forms of an incident: each calls one action. Times are written in the viewer's own zone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from incidents.actions.impact import SegmentFields
from incidents.actions.incidents import Declaration
from incidents.domain.times import Times
from incidents.models import (
    Audience,
    Condition,
    Detection,
    Impact,
    ImpactSegment,
    Incident,
    Kind,
    Level,
    Moment,
    Precision,
    Severity,
)
from incidents.queries.times import FIELD_OF
from relportal.core.editing import ActionForm, when
from relportal.core.forms import PlainSelect
from relportal.core.models import Journey, Service, User
from slo.models import Objective


def _services() -> QuerySet[Service]:
    return Service.objects.active().order_by("tier", "name")


def _objectives() -> QuerySet[Objective]:
    return Objective.objects.active().select_related("service").order_by("service__name", "name")


class DeclareForm(ActionForm):
    """A title is enough. What else is there is prefilled, or asked for later."""

    title = forms.CharField(
        label=_("What is wrong?"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"autofocus": True, "placeholder": _("Card payments fail"), "autocomplete": "off"}
        ),
    )
    impact = forms.ChoiceField(
        label=_("Who notices?"), choices=[("", _("Not known yet")), *Impact.choices], required=False
    )
    condition = forms.ChoiceField(
        label=_("What do they notice?"), choices=[("", _("Not known yet")), *Condition.choices], required=False
    )
    severity = forms.ModelChoiceField(
        label=_("Severity"),
        queryset=Severity.objects.all(),
        required=False,
        empty_label=_("As suggested"),
    )
    services = forms.ModelMultipleChoiceField(label=_("Services"), queryset=Service.objects.none(), required=False)
    objectives = forms.ModelMultipleChoiceField(
        label=_("Objectives"), queryset=Objective.objects.none(), required=False, widget=forms.MultipleHiddenInput
    )
    summary = forms.CharField(
        label=_("What is known"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000
    )
    impact_started = when(_("Since"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.REAL, required=False)
    is_private = forms.BooleanField(label=_("Private: only those who are named see that it exists"), required=False)
    source = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    alerts = forms.CharField(required=False, max_length=40_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["services"].queryset = _services()  # type: ignore[attr-defined]
        self.fields["objectives"].queryset = _objectives()  # type: ignore[attr-defined]

    def declaration(self) -> Declaration:
        given = self.cleaned_data
        severity = given["severity"]
        return Declaration(
            title=given["title"],
            summary=given["summary"],
            kind=given["kind"] or Kind.REAL.value,
            impact=given["impact"],
            condition=given["condition"],
            severity=None if severity is None else severity.level,
            services=list(given["services"]),
            objectives=list(given["objectives"]),
            is_private=given["is_private"],
            source=given["source"],
            impact_started=given["impact_started"],
            alerts=ids(given["alerts"]),
        )


def ids(text: str) -> tuple[int, ...]:
    """Of "12,14"; what is none is left out."""
    parts = [part.strip() for part in text.split(",")]
    return tuple(int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19)


class TaskForm(ActionForm):
    """Minutes are what one types under stress; a time stands beside them for what was agreed."""

    assignee = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    minutes = forms.IntegerField(label=_("Within (min)"), required=False, min_value=1, max_value=10_080)
    due_at = when(_("or until"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        able = User.objects.filter(is_active=True, memberships__isnull=False).distinct().order_by("display_name")
        self.fields["assignee"].queryset = able  # type: ignore[attr-defined]

    def due(self, *, at: dt.datetime) -> dt.datetime | None:
        minutes: int | None = self.cleaned_data["minutes"]
        until: dt.datetime | None = self.cleaned_data["due_at"]
        return at + dt.timedelta(minutes=minutes) if minutes else until


class EditForm(ActionForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    summary = forms.CharField(
        label=_("Summary"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=10_000
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    services = forms.ModelMultipleChoiceField(label=_("Services"), queryset=Service.objects.none(), required=False)
    objectives = forms.ModelMultipleChoiceField(
        label=_("Objectives"),
        queryset=Objective.objects.none(),
        required=False,
        help_text=_("Whose budget it spends. None: all of its services count."),
    )

    def __init__(self, *args: Any, incident: Incident, **options: Any) -> None:
        initial = {
            "title": incident.title,
            "summary": incident.summary,
            "kind": incident.kind,
            "services": list(incident.services.values_list("pk", flat=True)),
            "objectives": list(incident.objectives.values_list("pk", flat=True)),
            "version": incident.version,
        }
        options["initial"] = initial
        super().__init__(*args, **options)
        self.fields["services"].queryset = _services()  # type: ignore[attr-defined]
        self.fields["objectives"].queryset = _objectives()  # type: ignore[attr-defined]


class PrivacyForm(ActionForm):
    is_private = forms.BooleanField(label=_("Private"), required=False)
    people = forms.ModelMultipleChoiceField(
        label=_("Who may see it"), queryset=User.objects.filter(is_active=True), required=False
    )


class SeverityForm(ActionForm):
    severity = forms.ModelChoiceField(label=_("Severity"), queryset=Severity.objects.all())
    impact = forms.ChoiceField(label=_("Who notices"), choices=[("", "–"), *Impact.choices], required=False)
    condition = forms.ChoiceField(label=_("What"), choices=[("", "–"), *Condition.choices], required=False)


class UpdateForm(ActionForm):
    audience = forms.ChoiceField(label=_("To"), choices=Audience.choices)
    condition = forms.CharField(label=_("Condition"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)
    actions = forms.CharField(
        label=_("Actions"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000, required=False
    )
    needs = forms.CharField(label=_("Needs"), widget=forms.Textarea(attrs={"rows": 1}), max_length=4000, required=False)
    next_min = forms.IntegerField(label=_("Next update in (min)"), required=False, min_value=1, max_value=1440)

    def next_at(self, *, at: dt.datetime) -> dt.datetime | None:
        minutes = self.cleaned_data["next_min"]
        return at + dt.timedelta(minutes=minutes) if minutes else None


class SegmentForm(ActionForm):
    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.none(), required=False, widget=PlainSelect
    )
    journey = forms.ModelChoiceField(
        label=_("or journey"), queryset=Journey.objects.order_by("name"), required=False, widget=PlainSelect
    )
    level = forms.ChoiceField(label=_("How"), choices=Level.choices)
    user_share = forms.FloatField(label=_("Users (%)"), required=False, min_value=0, max_value=100)
    customers = forms.IntegerField(label=_("Customers"), required=False, min_value=0)
    customers_low = forms.IntegerField(label=_("at least"), required=False, min_value=0)
    customers_high = forms.IntegerField(label=_("at most"), required=False, min_value=0)
    customers_measured = forms.BooleanField(label=_("Counted, not guessed"), required=False)
    start = when(_("From"), required=True)
    end = when(_("Until"), help_text=_("Empty while it goes on."))

    def __init__(self, *args: Any, segment: ImpactSegment | None = None, **options: Any) -> None:
        if segment is not None:
            options["initial"] = {
                "service": segment.service_id,
                "journey": segment.journey_id,
                "level": segment.level,
                "user_share": None if segment.user_share is None else round(segment.user_share * 100, 2),
                "customers": segment.customers,
                "customers_low": segment.customers_low,
                "customers_high": segment.customers_high,
                "customers_measured": segment.customers_measured,
                "start": segment.start,
                "end": segment.end,
                "version": segment.version,
            }
        super().__init__(*args, **options)
        # A thousand of them stand in the page, by name.
        self.fields["service"].queryset = _services().only("name")  # type: ignore[attr-defined]

    def segment_fields(self) -> SegmentFields:
        given = self.cleaned_data
        share = given["user_share"]
        return SegmentFields(
            service=given["service"],
            journey=given["journey"],
            level=given["level"],
            user_share=None if share is None else share / 100,
            customers=given["customers"],
            customers_low=given["customers_low"],
            customers_high=given["customers_high"],
            customers_measured=given["customers_measured"],
            start=given["start"],
            end=given["end"],
        )


class TimesForm(ActionForm):
    """A field for each time; what is empty is not known."""

    precision = forms.ChoiceField(label=_("How exact"), choices=Precision.choices, initial=Precision.MINUTE)
    detected_by = forms.ChoiceField(
        label=_("Noticed by"), choices=[("", _("Not said")), *Detection.choices], required=False
    )

    def __init__(self, *args: Any, times: Times, incident: Incident, detected_by: str = "", **options: Any) -> None:
        initial: dict[str, Any] = {name: getattr(times, name) for name in FIELD_OF.values()}
        options["initial"] = initial | {"version": incident.version, "detected_by": detected_by}
        super().__init__(*args, **options)
        for moment, name in FIELD_OF.items():
            self.fields[name] = when(moment.label)
        self.order_fields([*FIELD_OF.values(), "detected_by", "precision"])

    def given(self) -> dict[Moment, tuple[dt.datetime | None, Precision]]:
        """Only what was changed, so that an exact value is not rounded by looking at it."""
        how = Precision(self.cleaned_data["precision"])
        return {
            moment: (self.cleaned_data[name], how) for moment, name in FIELD_OF.items() if name in self.changed_data
        }


class EntryForm(ActionForm):
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    at = when(_("When"), required=True)
    pinned = forms.BooleanField(label=_("Pinned"), required=False)
    struck = forms.BooleanField(label=_("Struck: wrong, and kept to be seen"), required=False)


class SplitForm(ActionForm):
    title = forms.CharField(label=_("Title of the part"), max_length=200)


class MergeForm(ActionForm):
    into = forms.CharField(label=_("Into"), max_length=20, help_text=_("Such as INC-12."))
    reason = forms.CharField(label=_("Why"), max_length=500, required=False)

    def number(self) -> int | None:
        text = str(self.cleaned_data["into"]).strip().upper().removeprefix("INC-")
        return int(text) if text.isascii() and text.isdigit() else None
