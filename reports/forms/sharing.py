"""The form of a link that shares a report."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from reports.actions.sharing import LONGEST


class ShareForm(ActionForm):
    name = forms.CharField(label=_("For whom"), max_length=120, help_text=_("Such as “Board, meeting of 12 May”."))
    days = forms.IntegerField(label=_("Ends after (days)"), min_value=1, max_value=LONGEST.days, initial=14)

    def given(self, *, at: dt.datetime) -> dict[str, Any]:
        data = self.cleaned_data
        return {"name": data["name"], "until": at + dt.timedelta(days=data["days"])}
