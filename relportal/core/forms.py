"""Forms of core, and what every form that calls an action shares."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.forms.utils import flatatt
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from relportal.core.actions.accounts import Grant, UserFields
from relportal.core.models import ApiToken, Role, Team, User
from relportal.core.models.accounts import Theme

if TYPE_CHECKING:
    _Form = forms.Form
else:
    _Form = object


class ActionForm(_Form):
    """Mixin: shows what an action refused at the field where there is one, else above the form."""

    def refuse(self, errors: Mapping[str, Iterable[str]]) -> None:
        for field, texts in errors.items():
            for text in texts:
                self.add_error(field if field in self.fields else None, text)

    def rebase(self, version: int) -> None:
        """After a lost update was shown, the next save replaces what was shown."""
        self.data = {**{name: self.data[name] for name in self.data}, "version": str(version)}


def _zones() -> list[tuple[str, str]]:
    company = f"{settings.COMPANY_TIME_ZONE} ({_('the company’s')})"
    return [("", company), *((name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones()))]


zones: Any = lazy(_zones, list)


class PlainSelect(forms.Select):
    """Hundreds of choices without groups, drawn without a template an option: six hundred zones would take 200 ms."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        given, chosen = self.build_attrs(self.attrs, attrs), set(self.format_value(value))
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, mark_safe(" selected") if str(key) in chosen else "", label) for key, label in self.choices),
        )
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(given), options)


class TeamForm(ActionForm, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.SlugField(
        label=_("Short name"), max_length=50, help_text=_("Stands in addresses and imports and never changes.")
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        if team is not None:
            kwargs["initial"] = {"name": team.name, "description": team.description, "version": team.version}
        super().__init__(*args, **kwargs)
        if team is not None:
            del self.fields["slug"]


class UserForm(ActionForm, forms.Form):
    display_name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), help_text=_("The name to sign in with."))
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones, required=False, widget=PlainSelect)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        if person is not None:
            names = ("display_name", "email", "time_zone", "version")
            kwargs["initial"] = {name: getattr(person, name) for name in names}
        super().__init__(*args, **kwargs)

    def user_fields(self) -> UserFields:
        data = self.cleaned_data
        return UserFields(email=data["email"], display_name=data["display_name"], time_zone=data["time_zone"])


class GrantForm(ActionForm, forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    team = forms.ModelChoiceField(
        Team.objects.all(),
        to_field_name="slug",
        label=_("Team"),
        required=False,
        empty_label=_("Whole company"),
        help_text=_("For service owner, engineering director and responder."),
    )

    def grant(self) -> Grant:
        return Grant(Role(self.cleaned_data["role"]), self.cleaned_data["team"])


class ProfileForm(ActionForm, forms.Form):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zones,
        required=False,
        widget=PlainSelect,
        help_text=_("In which times are shown to you."),
    )
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices, widget=forms.RadioSelect)
    single_keys = forms.BooleanField(label=_("Single-key shortcuts, such as j, k and g s"), required=False)
    mail = forms.BooleanField(label=_("E-mails: what waits for you, what is due, what was decided"), required=False)


LIFETIMES: Final = {"30": 30, "90": 90, "365": 365, "never": None}


class LifetimeForm(ActionForm, forms.Form):
    lifetime = forms.ChoiceField(
        label=_("Ends after"),
        initial="90",
        choices=[("30", _("30 days")), ("90", _("90 days")), ("365", _("A year")), ("never", _("Never"))],
    )

    def expires_at(self, *, at: dt.datetime) -> dt.datetime | None:
        days = LIFETIMES[self.cleaned_data["lifetime"]]
        return None if days is None else at + dt.timedelta(days=days)


class TokenForm(LifetimeForm):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Who or what uses it, such as “deploy pipeline”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=ApiToken.Scope.choices, widget=forms.CheckboxSelectMultiple, initial=["read"]
    )
    field_order = ("name", "scopes", "lifetime")

    def chosen(self) -> set[ApiToken.Scope]:
        return {ApiToken.Scope(value) for value in self.cleaned_data["scopes"]}
