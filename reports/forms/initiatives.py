"""The forms of an initiative: what it is to reach, and its end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from relportal.core.models import Service, Team, User
from relportal.core.permissions import able
from reports.actions.initiatives import Given
from reports.domain.scopes import Scope, ScopeKind
from reports.domain.values import Unit
from reports.forms.kpis import DAY, PERCENT
from reports.kpis import KPIS
from reports.models import Goal, Initiative
from reports.queries.asked import offered_scopes, scope_named
from reports.queries.ladder.versions import current
from reports.queries.ladder.words import rule_words
from reports.queries.scopes import ScopeNames

CHOSEN = "services"
FACTORS = {Unit.SHARE: 1 / PERCENT, Unit.DURATION: 60.0}


def _scopes() -> list[tuple[str, Any]]:
    groups = [(name, list(options)) for name, options in offered_scopes().items() if options]
    # Journeys have no ladder.
    kept = [one for one in groups if not one[1][0][0].startswith(ScopeKind.JOURNEY)]
    return [("company", _("The company")), *kept, (CHOSEN, _("Chosen services"))]


def _levels() -> list[tuple[str, Any]]:
    return [("", "–"), *((one.key, one.name) for one in current().ladder.levels)]


def _rules() -> list[tuple[str, Any]]:
    return [("", "–"), *((one.key, rule_words(one)) for one in current().ladder.rules)]


class InitiativeForm(ActionForm):
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Such as: All tier-1 services to gold by June.")
    )
    why = forms.CharField(label=_("Why"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"))
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"), label=_("Team"), to_field_name="slug", required=False,
        empty_label=_("The company"), help_text=_("Whose owners may change it."),
    )  # fmt: skip
    scope = forms.ChoiceField(label=_("For whom"), choices=_scopes)
    services = forms.ModelMultipleChoiceField(
        Service.objects.active().order_by("name"), label=_("Services"), to_field_name="slug", required=False
    )
    goal = forms.ChoiceField(label=_("Goal"), choices=Goal.choices)
    level = forms.ChoiceField(label=_("Level"), choices=_levels, required=False)
    rule = forms.ChoiceField(label=_("Rule"), choices=_rules, required=False)
    kpi = forms.ChoiceField(
        label=_("KPI"), required=False, choices=lambda: [("", "–"), *((key, one.title) for key, one in KPIS.items())]
    )
    target = forms.FloatField(
        label=_("Target"), required=False, help_text=_("Shares in percent, durations in minutes.")
    )
    starts_on = forms.DateField(label=_("Starts on"), widget=DAY, help_text=_("Its baseline is taken on this day."))
    due_on = forms.DateField(label=_("Due"), widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = able("initiative.edit").order_by("display_name")

    @classmethod
    def of(cls, row: Initiative, data: Any = None) -> InitiativeForm:
        names = ("name", "why", "owner", "goal", "starts_on", "due_on", "version")
        initial = {name: getattr(row, name) for name in names}
        initial |= {"team": row.team.slug if row.team is not None else "", row.goal: row.key}
        chosen = row.scope == ScopeKind.SERVICE
        initial["scope"] = CHOSEN if chosen else ScopeNames().key(row.scope, row.number) or "company"
        initial["services"] = [one.service for one in row.members.filter(until=None).select_related("service")]
        if row.target is not None:
            initial["target"] = float(f"{row.target / _factor(row.key):.12g}")
        return cls(data, initial=initial)

    def given(self) -> Given:
        data = self.cleaned_data
        chosen = data["scope"] == CHOSEN
        key = data[data["goal"]]
        target = data["target"] if data["goal"] == Goal.KPI else None
        return Given(
            name=data["name"],
            why=data["why"],
            owner=data["owner"],
            team=data["team"],
            scope=Scope(ScopeKind.SERVICE) if chosen else scope_named(data["scope"]).scope,
            services=tuple(data["services"]) if chosen else (),
            goal=data["goal"],
            key=key,
            target=float(f"{target * _factor(key):.12g}") if target is not None else None,
            starts_on=data["starts_on"],
            due_on=data["due_on"],
        )


def _factor(kpi: str) -> float:
    return FACTORS.get(KPIS[kpi].unit, 1.0) if kpi in KPIS else 1.0


class EndForm(ActionForm):
    because = forms.CharField(
        label=_("Why does it end?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Reached, given up, or replaced by another one: it stays readable with this reason."),
    )  # fmt: skip
