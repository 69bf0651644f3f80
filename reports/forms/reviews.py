"""Forms of rituals and of what is said in a review, and what the address of their list asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.actions.action_items import Promised
from relportal.core import company
from relportal.core.editing import ActionForm
from relportal.core.filters import Asked, Option, Reader, Select
from relportal.core.filters import selects as drawn
from relportal.core.forms import PlainSelect, zones
from relportal.core.models import Team, User
from relportal.core.permissions import able
from reports.actions.decisions import DecisionGiven
from reports.actions.rituals import RitualGiven, from_template
from reports.domain.reviews import TEMPLATES, TOPIC, Agenda
from reports.forms.asks import FOLLOW_UP_DAYS, number
from reports.models import Review, ReviewState, Ritual, RitualKind
from reports.models.reviews import Cadence, Weekday
from reports.queries.packs import ITEMS
from reports.queries.references import read as read_refs
from reports.queries.reviews import ReviewFilters, ReviewOrder, ReviewSort, rituals

WEEKS: Final = [
    (1, gettext_lazy("first")), (2, gettext_lazy("second")), (3, gettext_lazy("third")), (4, gettext_lazy("fourth")),
    (5, gettext_lazy("last")),
]  # fmt: skip
DUE_DAYS: Final = 14


def agenda_text(items: tuple[Agenda, ...]) -> str:
    """As it is typed: a line an item, its minutes first."""
    return "\n".join(f"{each.minutes} {each.title or each.key}" for each in items)


def agenda_from(text: str) -> tuple[Agenda, ...]:
    """Raises: ValidationError with the number of a line that cannot be read."""
    items = []
    for place, line in enumerate(text.splitlines(), 1):
        minutes, _space, words = line.strip().partition(" ")
        if not line.strip():
            continue
        if not (minutes.isascii() and minutes.isdigit() and words.strip()) or len(minutes) > 4:
            raise forms.ValidationError(
                _("Line %(n)d: write minutes and then an item or a topic, such as “10 slo_health”.") % {"n": place}
            )
        words = words.strip()
        topic = words not in ITEMS
        items.append(Agenda(key=TOPIC if topic else words, minutes=int(minutes), title=words[:200] if topic else ""))
    return tuple(items)


class RitualForm(ActionForm):
    kind = forms.ChoiceField(label=gettext_lazy("Template"), choices=RitualKind.choices, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("The company"),
        help_text=gettext_lazy("Of whose services its pack tells."),
    )
    cadence = forms.ChoiceField(label=gettext_lazy("How often"), choices=Cadence.choices)
    weekday = forms.TypedChoiceField(label=gettext_lazy("Day"), choices=Weekday.choices, coerce=int)
    week = forms.TypedChoiceField(label=gettext_lazy("Which of the month"), choices=WEEKS, coerce=int)
    starts = forms.TimeField(label=gettext_lazy("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zones, required=False, widget=PlainSelect)
    participants = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who takes part"), queryset=User.objects.none(), required=False
    )
    items = forms.CharField(
        label=gettext_lazy("Agenda"),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=4000,
        help_text=gettext_lazy(
            "A line an item, in order: its minutes, then the short name of an item, or your own topic."
        ),
    )

    def __init__(self, *args: Any, ritual: Ritual | None = None, kind: str = "", **options: Any) -> None:
        options["initial"] = _initial_of(ritual) if ritual is not None else _initial_from(kind)
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["participants"].queryset = able("report.view").order_by("display_name")
        if ritual is not None:
            del self.fields["team"]
            fields["kind"].required = False

    def clean_items(self) -> tuple[Agenda, ...]:
        return agenda_from(self.cleaned_data["items"])

    def given(self, ritual: Ritual | None = None) -> RitualGiven:
        data = self.cleaned_data
        names = ("name", "cadence", "weekday", "week", "starts", "zone", "items", "participants")
        of = ritual.team if ritual is not None else data["team"]
        kind = ritual.kind if ritual is not None else data["kind"]
        return RitualGiven(kind=kind, team=of, **{name: data[name] for name in names})


def _initial_of(one: Ritual) -> dict[str, Any]:
    names = ("kind", "name", "cadence", "weekday", "week", "starts", "zone", "version")
    there = {name: getattr(one, name) for name in names}
    return there | {"items": agenda_text(one.agenda), "participants": [each.pk for each in one.participants.all()]}


def _initial_from(kind: str) -> dict[str, Any]:
    template = next((each for each in TEMPLATES if each.key == kind), TEMPLATES[0])
    return {
        "kind": template.key,
        "name": str(RitualKind(template.key).label),
        "cadence": template.cadence.value,
        "weekday": template.weekday,
        "week": 1,
        "starts": template.starts,
        "items": agenda_text(from_template(template.key)),
    }


class NoteForm(ActionForm):
    text = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)


class ReviewDecisionForm(ActionForm):
    title = forms.CharField(label=gettext_lazy("What is decided"), max_length=300)
    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2}), max_length=10_000)
    refs = forms.CharField(
        label=gettext_lazy("On what"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("RISK-7, SLO-3, kpi:ttr: their numbers are kept."),
    )
    decided_by = forms.ModelChoiceField(
        label=gettext_lazy("Who decided"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Me"),
    )
    follow_up_on = forms.DateField(
        label=gettext_lazy("Look at the outcome on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        later = company.day(timezone.now()) + dt.timedelta(days=FOLLOW_UP_DAYS)
        options["initial"] = {"follow_up_on": later} | options.get("initial", {})
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["decided_by"].queryset = able("ask.decide").order_by("display_name")

    def given(self, review: Review) -> DecisionGiven:
        data = self.cleaned_data
        names = ("title", "reason", "decided_by", "follow_up_on")
        return DecisionGiven(
            team=review.ritual.team, refs=read_refs(data["refs"]), **{name: data[name] for name in names}
        )


class ReviewActionForm(ActionForm):
    title = forms.CharField(label=gettext_lazy("What is to be done"), max_length=200)
    owner = forms.ModelChoiceField(
        label=gettext_lazy("By whom"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody yet"),
    )
    due_on = forms.DateField(
        label=gettext_lazy("By when"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("None"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        due = company.day(timezone.now()) + dt.timedelta(days=DUE_DAYS)
        options["initial"] = {"due_on": due} | options.get("initial", {})
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["owner"].queryset = able("action.edit").order_by("display_name")

    def given(self, review: Review) -> Promised:
        data = self.cleaned_data
        return Promised(
            title=data["title"],
            owner=data["owner"],
            due_on=data["due_on"],
            team=data["team"] or review.ritual.team,
            description=_("Promised in %(review)s.") % {"review": review.short_id},
            kind="process",
        )


class TickForm(ActionForm):
    state = forms.CharField(max_length=8)
    spent_s = forms.IntegerField(required=False, min_value=0)


class TopicForm(ActionForm):
    title = forms.CharField(label=gettext_lazy("Topic"), max_length=200)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=1, max_value=120, initial=5)


class SkipForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


class AttendForm(ActionForm):
    people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who is there"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, review: Review, *args: Any, **options: Any) -> None:
        there = [each.pk for each in review.attended.all()]
        options["initial"] = {"people": there}
        super().__init__(*args, **options)
        invited = review.ritual.participants.values("pk")
        fields: Any = self.fields
        some = able("report.view").filter(pk__in=invited) | able("report.view").filter(pk__in=there)
        fields["people"].queryset = some.order_by("display_name")


def read_reviews(query: QueryDict) -> Asked[ReviewFilters, ReviewOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    filters = ReviewFilters(
        text=reader.text,
        states=reader.several("state", lambda text: ReviewState(text).value),
        rituals=reader.several("ritual", number),
        kinds=reader.several("kind", lambda text: RitualKind(text).value),
    )
    return reader.asked(filters, reader.order(ReviewSort, ReviewOrder, default=ReviewOrder()))


def review_controls(query: QueryDict, _options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    return drawn(
        query,
        (
            ("state", _("State"), _("Any state"), ReviewState.choices),
            ("kind", _("Template"), _("All templates"), RitualKind.choices),
            ("ritual", _("Ritual"), _("All rituals"), [(str(one.pk), one.name) for one in rituals()]),
        ),
    )
