"""Forms of asks and decisions, and what the addresses of their lists ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import company
from relportal.core.editing import ActionForm
from relportal.core.filters import Asked, Reader, Select, slug
from relportal.core.filters import Option as Choice
from relportal.core.filters import selects as drawn
from relportal.core.models import Team, User
from relportal.core.permissions import able
from reports.actions.asks import AskGiven
from reports.actions.decisions import DecisionGiven
from reports.domain.asks import MOST_OPTIONS, NOTHING, FollowUp, Option
from reports.models import Ask, AskState, Decision, Verdict
from reports.queries.asks import BY_ME, FOR_ME, AskFilters, AskOrder, AskSort, AskStanding, deciders
from reports.queries.decision_log import LogFilters, LogOrder, Origin, people
from reports.queries.decision_words import FOLLOW_UPS, ORIGINS
from reports.queries.references import read as read_refs
from risks.forms.exception_lists import period, periods

FOLLOW_UP_DAYS: Final = 90
REFS_HELP: Final = gettext_lazy(
    "Short ids such as RISK-7, SLO-3, EXC-2 or INC-12, and KPIs such as kpi:slo_attainment. The numbers of KPIs, risks and "
    "SLOs are kept with the decision as they stand when it is made."
)


def _prose(label: Any, *, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class AskForm(ActionForm):
    """Four lines of options, of which the first is needed, and what it costs to do nothing."""

    title = forms.CharField(
        label=gettext_lazy("What is to be decided"),
        max_length=200,
        help_text=gettext_lazy("As a question or a wish: “A second region for checkout data”."),
    )
    decider = forms.ModelChoiceField(label=gettext_lazy("Who decides"), queryset=User.objects.none())
    wanted_by = _day(
        gettext_lazy("Wanted by"), help_text=gettext_lazy("The last day on which the decision still helps.")
    )
    context = _prose(
        gettext_lazy("Context"), rows=8, required=False, max_length=20_000, help_text=gettext_lazy("Markdown.")
    )
    recommended = forms.ChoiceField(label=gettext_lazy("You recommend"), choices=())
    refs = forms.CharField(label=gettext_lazy("Linked to"), required=False, max_length=1000, help_text=REFS_HELP)
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Owner"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Me"),
        help_text=gettext_lazy("Follows the ask and its outcome."),
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("The company"),
    )

    def __init__(self, *args: Any, ask: Ask | None = None, **options: Any) -> None:
        if ask is not None:
            options["initial"] = initial_of(ask)
        super().__init__(*args, **options)
        numbers = [str(number) for number in range(1, MOST_OPTIONS + 1)]
        for key in (*numbers, NOTHING):
            self._add(key)
        words = [(key, _("Option %(n)s") % {"n": key}) for key in numbers]
        fields: Any = self.fields
        fields["recommended"].choices = [*words, (NOTHING, _("Do nothing"))]
        fields["decider"].queryset = able("ask.decide").order_by("display_name")
        fields["owner"].queryset = able("ask.edit").order_by("display_name")

    def _add(self, key: str) -> None:
        needed = key in ("1", NOTHING)
        if key != NOTHING:
            self.fields[f"name_{key}"] = forms.CharField(
                label=_("Option %(n)s") % {"n": key}, max_length=120, required=needed
            )
        self.fields[f"cost_{key}"] = forms.CharField(label=_("What it costs"), max_length=200, required=False)
        self.fields[f"effect_{key}"] = forms.CharField(label=_("What comes of it"), max_length=400, required=needed)

    def option_fields(self) -> list[dict[str, Any]]:
        """The fields of each option, for the template."""
        keys = [*(str(number) for number in range(1, MOST_OPTIONS + 1)), NOTHING]
        return [
            {
                "key": key,
                "name": None if key == NOTHING else self[f"name_{key}"],
                "cost": self[f"cost_{key}"],
                "effect": self[f"effect_{key}"],
            }
            for key in keys
        ]

    def given(self) -> AskGiven:
        data = self.cleaned_data
        options = []
        for number in range(1, MOST_OPTIONS + 1):
            name, cost, effect = (data[f"{part}_{number}"].strip() for part in ("name", "cost", "effect"))
            if name or cost or effect:
                options.append(Option(key=str(number), name=name or "?", cost=cost, effect=effect))
        nothing = Option(key=NOTHING, name=_("Do nothing"), cost=data["cost_nothing"], effect=data["effect_nothing"])
        names = ("title", "context", "decider", "wanted_by", "owner", "team", "recommended")
        return AskGiven(
            options=(*options, nothing), refs=read_refs(data["refs"]), **{name: data[name] for name in names}
        )


def initial_of(one: Ask) -> dict[str, Any]:
    names = ("title", "context", "decider", "wanted_by", "owner", "team", "recommended", "version")
    found: dict[str, Any] = {name: getattr(one, name) for name in names} | {"refs": ", ".join(one.refs)}
    for each in one.choices:
        found |= {f"name_{each.key}": each.name, f"cost_{each.key}": each.cost, f"effect_{each.key}": each.effect}
    return found


class DecideForm(ActionForm):
    """Made for a thumb: one tap for the option, one sentence for the reason."""

    option = forms.ChoiceField(label=gettext_lazy("Decision"), choices=(), widget=forms.RadioSelect)
    reason = _prose(gettext_lazy("Why"), rows=2, max_length=10_000)
    follow_up_on = _day(
        gettext_lazy("Look at the outcome on"),
        required=False,
        help_text=gettext_lazy("Left empty: nobody looks again."),
    )

    def __init__(self, ask: Ask, *args: Any, **options: Any) -> None:
        options.setdefault("initial", {})
        options["initial"] |= {
            "version": ask.version,
            "follow_up_on": company.day(timezone.now()) + dt.timedelta(days=FOLLOW_UP_DAYS),
        }
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["option"].choices = [
            (each.key, f"{each.name} ★" if each.key == ask.recommended else each.name) for each in ask.choices
        ]


class ReasonForm(ActionForm):
    reason = _prose(gettext_lazy("Why"), rows=2, max_length=500)


class DecisionForm(ActionForm):
    """A decision that was made without an ask, or that takes the place of another."""

    title = forms.CharField(label=gettext_lazy("What was decided"), max_length=300)
    reason = _prose(gettext_lazy("Why"), max_length=10_000)
    decided_by = forms.ModelChoiceField(
        label=gettext_lazy("Who decided"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Me"),
    )
    refs = forms.CharField(label=gettext_lazy("On what"), required=False, max_length=1000, help_text=REFS_HELP)
    follow_up_on = _day(
        gettext_lazy("Look at the outcome on"),
        required=False,
        help_text=gettext_lazy("Left empty: nobody looks again."),
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("The company"),
    )

    def __init__(self, *args: Any, old: Decision | None = None, **options: Any) -> None:
        later = company.day(timezone.now()) + dt.timedelta(days=FOLLOW_UP_DAYS)
        options["initial"] = {"follow_up_on": later} | options.get("initial", {})
        if old is not None:
            options["initial"] |= {"refs": ", ".join(old.refs), "team": old.team_id}
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["decided_by"].queryset = able("ask.decide").order_by("display_name")

    def given(self) -> DecisionGiven:
        data = self.cleaned_data
        return DecisionGiven(
            title=data["title"],
            reason=data["reason"],
            decided_by=data["decided_by"],
            refs=read_refs(data["refs"]),
            follow_up_on=data["follow_up_on"],
            team=data["team"],
        )


class OutcomeForm(ActionForm):
    verdict = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=Verdict.choices, widget=forms.RadioSelect)
    words = _prose(gettext_lazy("What came of it"), max_length=4000)
    again_on = _day(gettext_lazy("Look again on"), required=False, help_text=gettext_lazy("If it is too early to say."))


def read_asks(query: QueryDict) -> Asked[AskFilters, AskOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    filters = AskFilters(
        text=reader.text,
        states=reader.several("state", _state),
        deciders=reader.several("decider", number),
        teams=reader.several("team", slug),
        whose=next(iter(reader.several("whose", lambda text: _one_of(text, (FOR_ME, BY_ME)))), ""),
    )
    return reader.asked(filters, reader.order(AskSort, AskOrder, default=AskOrder()))


def _state(text: str) -> str:
    return text if text == AskStanding.OVERDUE else AskState(text).value


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise ValueError(text)
    return text


def number(text: str) -> int:
    """A primary key. Raises: ValueError."""
    found = int(text)
    if not 0 < found < 2**31:
        raise ValueError(text)
    return found


def ask_controls(query: QueryDict, options: Mapping[str, tuple[Choice, ...]]) -> tuple[Select, ...]:
    states = [*AskState.choices, (AskStanding.OVERDUE.value, _("Overdue"))]
    return drawn(
        query,
        (
            ("state", _("State"), _("Any state"), states),
            ("whose", _("Whose"), _("Everybody's"), [(FOR_ME, _("Yours to decide")), (BY_ME, _("Asked by you"))]),
            ("decider", _("Who decides"), _("Everybody"), [(str(one.pk), str(one)) for one in deciders()]),
            ("team", _("Team"), _("All teams"), options["team"]),
        ),
    )


def read_log(query: QueryDict) -> Asked[LogFilters, LogOrder]:
    """`period` is a year (2026) or a quarter (2026-Q4) of the company's calendar."""
    reader = Reader(query)
    days = reader.several("period", period)
    first, last = days[0] if days else (None, None)
    filters = LogFilters(
        text=reader.text,
        person=next(iter(reader.several("person", number)), None),
        since=first,
        until=last,
        origins=reader.several("kind", lambda text: Origin(text).value),
        follow_ups=reader.several("outcome", lambda text: FollowUp(text).value),
    )
    return reader.asked(filters, LogOrder(oldest=query.get("sort") == "at"))


def log_controls(query: QueryDict, _options: Mapping[str, tuple[Choice, ...]]) -> tuple[Select, ...]:
    return drawn(
        query,
        (
            ("person", _("Person"), _("Everybody"), [(str(one.pk), str(one)) for one in people()]),
            ("period", _("Period"), _("Any time"), periods(company.day(timezone.now()))),
            ("kind", _("Kind"), _("All kinds"), [(each.value, words) for each, words in ORIGINS.items()]),
            ("outcome", _("Outcome"), _("Any outcome"), [(each.value, words) for each, words in FOLLOW_UPS.items()]),
        ),
    )
