"""Deciding on proposals, and what the address of their list asks for.

`q` words · `state` one of a proposal, `decided` or `all` (without it: what waits) · `rule` · `team`, `service` short names ·
`sort` a column, descending with "-" · `page`.
"""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from relportal.core.filters import Asked, Option, Reader, Select, slug
from relportal.core.filters import selects as drawn
from risks.models import ProposalState
from risks.queries.proposals import DECIDED, EVERYTHING, ProposalFilters, ProposalOrder, ProposalSort, rule_words
from risks.rules import RULES


class DismissForm(ActionForm):
    reason = forms.CharField(
        label=_("Why is it no risk?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), strip=True
    )


class MergeForm(ActionForm):
    risk = forms.CharField(
        label=_("Which risk?"),
        max_length=20,
        help_text=_("Such as RISK-12."),
        widget=forms.TextInput(attrs={"list": "similar-risks", "autocomplete": "off", "placeholder": "RISK-…"}),
    )

    def clean_risk(self) -> int:
        text = self.cleaned_data["risk"].strip().upper().removeprefix("RISK-")
        if not (text.isascii() and text.isdigit()):
            raise forms.ValidationError(_t("Enter an id such as RISK-12."))
        return int(text)


def read(query: QueryDict) -> Asked[ProposalFilters, ProposalOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    filters = ProposalFilters(
        text=reader.text,
        states=reader.several("state", _state),
        rules=reader.several("rule", slug),
        teams=reader.several("team", slug),
        services=reader.several("service", slug),
    )
    return reader.asked(filters, reader.order(ProposalSort, ProposalOrder, default=ProposalOrder()))


def _state(text: str) -> str:
    return text if text in (DECIDED, EVERYTHING) else ProposalState(text).value


def controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    others = [(state.value, str(state.label)) for state in ProposalState if state != ProposalState.OPEN]
    states = [(DECIDED, _t("Decided")), *others, (EVERYTHING, _t("All of them"))]
    rules = sorted(((key, rule_words(key).title) for key in RULES), key=lambda pair: pair[1])
    return drawn(
        query,
        (
            ("state", _t("State"), _t("Waits for a decision"), states),
            ("rule", _t("Rule"), _t("All rules"), rules),
            ("team", _t("Team"), _t("All teams"), options["team"]),
            ("service", _t("Service"), _t("All services"), options["service"]),
        ),
    )
