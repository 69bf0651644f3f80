"""The forms of a KPI: its numbers, its target, its comment, and a file of numbers."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from relportal.core.editing import ActionForm
from relportal.core.models import Service, Team, Tier, User
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.domain.values import Unit
from reports.kpis._base import AnyKpi
from reports.kpis._entered import EnteredKpi
from reports.models import Ask, AskState, KpiComment

MOST_BYTES: Final = 2_000_000
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
PERCENT: Final = 100


class EntryForm(ActionForm):
    """The numbers that a KPI asks for, over days of a team, a service, or of the company where neither is chosen."""

    first = forms.DateField(label=_("From"), widget=DAY)
    last = forms.DateField(label=_("Until"), widget=DAY, help_text=_("Both days are included."))
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"), label=_("Team"), required=False, to_field_name="slug", empty_label=_("The company"),
    )  # fmt: skip
    service = forms.ModelChoiceField(
        Service.objects.active().order_by("name"), label=_("Service"), required=False, to_field_name="slug",
        empty_label=_("All of its services"),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=500, required=False, help_text=_("Where the numbers come from."))

    def __init__(self, kpi: EnteredKpi, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = kpi.fields
        order = ["first", "last"]
        for field in kpi.fields:
            made = forms.IntegerField if field.whole else forms.FloatField
            self.fields[field.name] = made(label=str(field.label), required=field.required)
            order.append(field.name)
            if field.named:
                lines = forms.Textarea(attrs={"rows": 3})
                words = _("One in each line. The number may then be left out.")
                self.fields[field.names] = forms.CharField(
                    label=str(field.named), required=False, widget=lines, help_text=words
                )
                order.append(field.names)
        self.order_fields([*order, "team", "service", "note"])

    def scope(self) -> Scope:
        team, service = self.cleaned_data.get("team"), self.cleaned_data.get("service")
        if service is not None:
            return Scope(ScopeKind.SERVICE, service.pk)
        return Scope(ScopeKind.TEAM, team.pk) if team is not None else COMPANY

    def numbers(self) -> dict[str, float | None]:
        return {field.name: self.cleaned_data.get(field.name) for field in self.asked}

    def named(self) -> dict[str, list[str]]:
        return {field.name: self.cleaned_data[field.names].splitlines() for field in self.asked if field.named}


class TargetForm(ActionForm):
    """Shares are written in percent, durations in minutes, everything else as it is shown."""

    since = forms.DateField(label=_("In force from"), widget=DAY)
    tier = forms.TypedChoiceField(
        label=_("For"), choices=[("", _("All tiers")), *Tier.choices], coerce=int, empty_value=None, required=False
    )
    green = forms.FloatField(label=_("Green line"), required=False)
    red = forms.FloatField(
        label=_("Red line"), required=False, help_text=_("Leave both lines empty to go back to the default.")
    )
    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, kpi: AnyKpi, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.factor = {Unit.SHARE: 1 / PERCENT, Unit.DURATION: 60.0}.get(kpi.unit, 1.0)
        words = {Unit.SHARE: _("in percent"), Unit.DURATION: _("in minutes")}.get(kpi.unit)
        if kpi.by_allowance:
            words = _("of a quarter, for all teams together: other periods are judged by their length")
        if words:
            self.fields["green"].help_text = words

    def line(self, name: str) -> float | None:
        value = self.cleaned_data[name]
        return None if value is None else float(f"{value * self.factor:.12g}")


class CommentForm(ActionForm):
    text = forms.CharField(
        label=_("Why, and what comes next"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Executives read it beside the figure. Markdown works."),
    )  # fmt: skip
    action = forms.ModelChoiceField(ActionItem.objects.none(), label=_("Action that mends it"), required=False)
    ask = forms.ModelChoiceField(
        Ask.objects.none(), label=_("Or the ask for what would"), required=False,
        help_text=_("A figure off its target is published with one of both."),
    )  # fmt: skip

    def __init__(self, user: User, *args: Any, linked: KpiComment | None = None, **kwargs: Any) -> None:
        """`linked`: what stands there can be chosen again, also when it is done or decided meanwhile."""
        super().__init__(*args, **kwargs)
        action: Any = self.fields["action"]
        ask: Any = self.fields["ask"]
        seen = ActionItem.objects.visible_to(user)
        kept = linked.action_id if linked is not None else None
        action.queryset = (seen.unfinished() | seen.filter(pk=kept or 0)).distinct().order_by("due_on")
        held = linked.ask_id if linked is not None else None
        ask.queryset = Ask.objects.filter(Q(state=AskState.OPEN) | Q(pk=held or 0)).order_by("wanted_by", "pk")


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV or XLSX, at most 2 MB."))
    check = forms.BooleanField(label=_("Only check, write nothing"), required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file has more than 2 MB: split it."))
        return file
