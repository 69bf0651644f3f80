"""Forms of actions, and what the address of their list asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from incidents.actions.action_items import FIELDS
from incidents.models import ActionItem, ActionKind, ActionPriority, ActionState
from incidents.queries.action_items import OVERDUE, UNFINISHED_WORD, ActionFilters, ActionOrder, ActionSort
from relportal.core.editing import ActionForm
from relportal.core.filters import Asked, Option, Reader, Select, slug
from relportal.core.filters import selects as drawn
from relportal.core.models import Service, Team, Tier, User


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class ActionItemForm(ActionForm):
    title = forms.CharField(label=_("What will be done?"), max_length=200)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    due_on = day(_("Due"), required=False, help_text=_("Left empty, it is due as the severity of the incident asks."))
    kind = forms.ChoiceField(label=_("Kind"), choices=ActionKind.choices, initial=ActionKind.PREVENT)
    priority = forms.TypedChoiceField(
        label=_("Priority"), coerce=int, choices=ActionPriority.choices, initial=ActionPriority.NORMAL
    )
    description = forms.CharField(
        label=_("Why and how"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=10_000
    )
    verification = forms.CharField(
        label=_("How is it verified?"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )
    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.none(), required=False)
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.order_by("name"),
        required=False,
        help_text=_("Left empty: that of the service."),
    )
    ticket_url = forms.URLField(
        label=_("Ticket"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Its address in Jira, GitHub or another tool."),
    )
    incident = forms.CharField(label=_("Incident"), required=False, max_length=20, help_text=_("Such as INC-12."))

    def __init__(self, *args: Any, item: ActionItem | None = None, **options: Any) -> None:
        if item is not None:
            options["initial"] = {name: getattr(item, name) for name in (*FIELDS, "version")}
        super().__init__(*args, **options)
        self.fields["owner"].queryset = people()  # type: ignore[attr-defined]
        self.fields["service"].queryset = Service.objects.active().order_by("name")  # type: ignore[attr-defined]
        if item is not None:
            del self.fields["incident"]
            self.fields["due_on"].required = True
            self.fields["due_on"].help_text = _("It may come nearer. To put it off, ask for a deferral.")

    def clean_incident(self) -> int | None:
        text = self.cleaned_data["incident"].strip().upper().removeprefix("INC-")
        if not text:
            return None
        if not text.isdecimal():
            raise forms.ValidationError(_t("Enter an id such as INC-12, or nothing."))
        return int(text)

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


def people() -> Any:
    """Everybody who may hold an action."""
    return User.objects.filter(is_active=True, memberships__isnull=False).distinct().order_by("display_name")


class MoveForm(ActionForm):
    to = forms.ChoiceField(choices=ActionState.choices)
    outcome = forms.CharField(
        label=_("What came of it"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )


class DeferForm(ActionForm):
    until = day(_("Until"))
    reason = forms.CharField(
        label=_("Why does it take longer?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )


class SplitForm(ActionForm):
    title = forms.CharField(label=_("Which part is done apart?"), max_length=200)
    owner = forms.ModelChoiceField(
        label=_("Owner of the part"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        owner: Any = self.fields["owner"]
        owner.queryset = people()


def read(query: QueryDict) -> Asked[ActionFilters, ActionOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    filters = ActionFilters(
        text=reader.text,
        states=reader.several("state", _state),
        kinds=reader.several("kind", lambda text: ActionKind(text).value),
        priorities=reader.several("priority", lambda text: ActionPriority(int(text)).value),
        teams=reader.several("team", slug),
        services=reader.several("service", slug),
        tiers=reader.several("tier", lambda text: Tier(int(text)).value),
        incident=next(iter(reader.several("incident", _number)), None),
        mine=query.get("mine", "") == "1",
    )
    return reader.asked(filters, reader.order(ActionSort, ActionOrder, default=ActionOrder()))


def _state(text: str) -> str:
    return text if text in (OVERDUE, UNFINISHED_WORD) else ActionState(text).value


def _number(text: str) -> int:
    number = int(text.upper().removeprefix("INC-"))
    if not 0 < number < 2**31:
        raise ValueError(text)
    return number


def controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    states = [(UNFINISHED_WORD, _t("Not finished")), (OVERDUE, _t("Overdue")), *ActionState.choices]
    priorities = [(str(value), label) for value, label in ActionPriority.choices]
    return drawn(
        query,
        (
            ("state", _t("State"), _t("Any state"), states),
            ("mine", _t("Whose"), _t("Everybody's"), [("1", _t("Mine"))]),
            ("kind", _t("Kind"), _t("All kinds"), ActionKind.choices),
            ("priority", _t("Priority"), _t("All priorities"), priorities),
            ("team", _t("Team"), _t("All teams"), options["team"]),
            ("service", _t("Service"), _t("All services"), options["service"]),
            ("tier", _t("Tier"), _t("All tiers"), [(str(value), label) for value, label in Tier.choices]),
        ),
    )
