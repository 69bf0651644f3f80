"""Forms of schedules."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from relportal.core.forms import PlainSelect, zones
from relportal.core.models import Role, Team, User
from relportal.core.permissions import able
from reports.actions.schedules import ScheduleGiven
from reports.domain.schedules import LAST_DAY, Cadence
from reports.domain.scopes import ScopeKind
from reports.models import Schedule
from reports.models.delivery import CADENCES
from reports.queries.asked import offered_scopes, scope_named, scope_of

HOURS: Final = [(hour, f"{hour:02}:00") for hour in range(24)]


class ScheduleForm(ActionForm):
    """Addresses are those of accounts: what is sent is private, and only its readers get it."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Such as “Payments, Monday morning”."))
    cadence = forms.ChoiceField(label=_("What and when"), choices=CADENCES)
    of = forms.ChoiceField(label=_("About"), required=False)
    weekday = forms.TypedChoiceField(
        label=_("Weekday"), coerce=int, choices=list(WEEKDAYS.items()), initial=0, required=False
    )
    day = forms.IntegerField(
        label=_("Day of the month"),
        min_value=1,
        max_value=LAST_DAY,
        initial=1,
        required=False,
        help_text=_("1 to 28, which every month has."),
    )
    hour = forms.TypedChoiceField(label=_("Hour"), coerce=int, choices=HOURS, initial=8)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zones, required=False, widget=PlainSelect)
    teams = forms.ModelMultipleChoiceField(
        label=_("Members of teams"),
        queryset=Team.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has a role in them on the day it is sent."),
    )
    roles = forms.MultipleChoiceField(
        label=_("Everybody with a role"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("In whatever team, as long as they hold it."),
    )
    people = forms.CharField(
        label=_("People"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("E-mail addresses of people who may read reports, one a line."),
    )

    def __init__(self, *args: Any, schedule: Schedule | None = None, **options: Any) -> None:
        if schedule is not None:
            options["initial"] = initial_of(schedule)
        super().__init__(*args, **options)
        of: Any = self.fields["of"]
        tiers_and_teams = list(offered_scopes().items())[:2]
        of.choices = [("", _("The company")), *((name, list(options)) for name, options in tiers_and_teams)]

    def clean_people(self) -> list[User]:
        """Each address is that of somebody who may read reports."""
        wanted = dict.fromkeys(self.cleaned_data["people"].replace(",", "\n").lower().split())
        known = {user.email.lower(): user for user in able("report.view").filter(email__in=wanted)}
        unknown = [address for address in wanted if address not in known]
        if unknown:
            words = _t(
                "Nobody who may read reports has the address %(address)s. To show a report to others, share it by a link."
            )
            raise forms.ValidationError([words % {"address": address} for address in unknown])
        return list(known.values())

    def given(self) -> ScheduleGiven:
        data = self.cleaned_data
        of = scope_named(data["of"]).scope
        return ScheduleGiven(
            name=data["name"],
            cadence=Cadence(data["cadence"]),
            zone=data["zone"] or settings.COMPANY_TIME_ZONE,
            hour=data["hour"],
            weekday=int(data["weekday"] or 0),
            day=data["day"] or 1,
            team=Team.objects.get(pk=of.number) if of.kind is ScopeKind.TEAM else None,
            tier=of.number if of.kind is ScopeKind.TIER else None,
            people=data["people"],
            teams=list(data["teams"]),
            roles=data["roles"],
        )


def initial_of(schedule: Schedule) -> dict[str, Any]:
    return {
        "name": schedule.name,
        "cadence": schedule.cadence,
        "of": scope_of(schedule.team, schedule.tier).key,
        "weekday": schedule.weekday,
        "day": schedule.day,
        "hour": schedule.hour,
        "zone": schedule.zone,
        "teams": list(schedule.teams.all()),
        "roles": schedule.roles,
        "people": "\n".join(user.email for user in schedule.people.order_by("email")),
        "version": schedule.version,
    }
