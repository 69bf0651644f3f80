"""Forms of a postmortem, and what the address of the library asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from incidents.forms.action_items import people
from incidents.models import FailureMode, Postmortem, PostmortemState, SectionKind
from incidents.queries.postmortems import OVERDUE, PostmortemFilters, PostmortemOrder, PostmortemSort
from relportal.core.editing import ActionForm
from relportal.core.filters import Asked, Option, Reader, Select, slug
from relportal.core.filters import selects as drawn
from relportal.core.models import User


class SectionForm(ActionForm):
    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Markdown. INC-12, ACT-7 and SLO-3 become links."),
    )


class DescribeForm(ActionForm):
    owner = forms.ModelChoiceField(
        label=_("Who writes it"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    failure_modes = forms.ModelMultipleChoiceField(
        label=_("How it failed"),
        queryset=FailureMode.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Repeats are counted by these."),
    )
    tags = forms.CharField(label=_("Tags"), required=False, max_length=600, help_text=_("With commas between them."))
    no_actions_because = forms.CharField(
        label=_("No action is needed, because"),
        required=False,
        max_length=500,
        help_text=_("Only where nothing is promised: a review needs one or the other."),
    )

    def __init__(self, *args: Any, postmortem: Postmortem, **options: Any) -> None:
        options["initial"] = {
            "owner": postmortem.owner_id,
            "failure_modes": list(postmortem.incident.failure_modes.all()),
            "tags": ", ".join(postmortem.tags),
            "no_actions_because": postmortem.no_actions_because,
            "version": postmortem.version,
        }
        super().__init__(*args, **options)
        self.fields["owner"].queryset = people()  # type: ignore[attr-defined]

    def tag_list(self) -> list[str]:
        return [text for text in self.cleaned_data["tags"].split(",") if text.strip()]


class CommentForm(ActionForm):
    section = forms.ChoiceField(choices=[("", ""), *SectionKind.choices], required=False, widget=forms.HiddenInput)
    text = forms.CharField(label=_("Comment"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))


class MoveForm(ActionForm):
    to = forms.ChoiceField(choices=PostmortemState.choices)


class AddSectionForm(ActionForm):
    kind = forms.ChoiceField(choices=SectionKind.choices)


def read(query: QueryDict) -> Asked[PostmortemFilters, PostmortemOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    filters = PostmortemFilters(
        text=reader.text,
        states=reader.several("state", lambda text: text if text == OVERDUE else PostmortemState(text).value),
        tags=reader.several("tag", slug),
        modes=reader.several("mode", slug),
        teams=reader.several("team", slug),
        services=reader.several("service", slug),
    )
    return reader.asked(filters, reader.order(PostmortemSort, PostmortemOrder, default=PostmortemOrder()))


def controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    states = [*PostmortemState.choices, (OVERDUE, _t("Overdue"))]
    return drawn(
        query,
        (
            ("state", _t("State"), _t("Any state"), states),
            ("mode", _t("How it failed"), _t("Any failure"), options["mode"]),
            ("team", _t("Team"), _t("All teams"), options["team"]),
            ("service", _t("Service"), _t("All services"), options["service"]),
        ),
    )
