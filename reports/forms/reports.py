"""The forms of a report: what it is of, what people write in it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from reports.actions.narratives import MOST, Words
from reports.domain.periods import Cut, Period
from reports.pages import in_order
from reports.queries.asked import offered_scopes
from reports.queries.calendar import kept_periods
from reports.queries.kpi_words import period_name

KINDS: Final = 2
"""Tiers and teams; journeys have their scorecard."""


class SectionsForm(ActionForm):
    sections = forms.MultipleChoiceField(
        label=_("Pages"), widget=forms.CheckboxSelectMultiple,
        help_text=_("In the order of the list. The first pages are for executives, the others are the back-up."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["sections"]
        chosen.choices = [(page.key, page.topic) for page in in_order()]
        chosen.initial = [page.key for page in in_order()]


class ReportForm(SectionsForm):
    """Which quarter, of whom, with which pages."""

    period = forms.ChoiceField(label=_("Quarter"))
    scope = forms.ChoiceField(label=_("Of"), required=False)

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.periods = {each.key: each for each in reversed(kept_periods(at)) if each.cut is Cut.QUARTER}
        period: Any = self.fields["period"]
        period.choices = [(key, period_name(each)) for key, each in sorted(self.periods.items(), reverse=True)]
        scope: Any = self.fields["scope"]
        groups = list(offered_scopes().items())[:KINDS]
        scope.choices = [("", _("The company")), *((name, list(options)) for name, options in groups)]
        self.order_fields(["period", "scope", "sections"])

    def chosen(self) -> Period:
        return self.periods[self.cleaned_data["period"]]


class NarrativeForm(ActionForm):
    title = forms.CharField(
        label=_("Message"), required=False, max_length=MOST["title"],
        help_text=_("One full sentence; the title of the page. Empty: the one that is proposed."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    so_what = forms.CharField(
        label=_("So what"), required=False, max_length=MOST["so_what"], widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What the reader should decide or do after this page."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Text"), required=False, max_length=MOST["text"], widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Markdown; INC-12 and RISK-3 become links. The facts stay below, whatever you write."),
    )  # fmt: skip

    def words(self) -> Words:
        given = self.cleaned_data
        return Words(*(given[name].replace("\0", "") for name in ("title", "so_what", "text")))


class ReasonForm(ActionForm):
    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
