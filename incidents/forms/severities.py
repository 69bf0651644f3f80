"""The form of a severity."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm


class SeverityEditForm(ActionForm):
    """Empty minutes and days: nothing is asked."""

    name = forms.CharField(label=_("Name"), max_length=60)
    criteria = forms.CharField(
        label=_("When it is"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )
    first_update_min = forms.IntegerField(label=_("First public note within (min)"), min_value=1, max_value=10_000)
    update_every_min = forms.IntegerField(label=_("Then every (min)"), min_value=1, max_value=10_000)
    executive_every_min = forms.IntegerField(
        label=_("Executive summary every (min)"), min_value=1, max_value=10_000, required=False
    )
    postmortem_days = forms.IntegerField(
        label=_("Postmortem within (business days)"), min_value=1, max_value=100, required=False
    )
    action_days = forms.IntegerField(label=_("Actions within (days)"), min_value=1, max_value=1000)
    min_user_share = forms.FloatField(
        label=_("Suggested from this share of users (0 to 1)"), min_value=0, max_value=1, required=False
    )
    min_burn = forms.FloatField(label=_("Suggested from this burn rate"), min_value=0, required=False)
