"""Forms of reviews of launches, and what the address of their list asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from relportal.core.editing import ActionForm
from relportal.core.filters import Asked, Option, Reader, Select, selects, slug
from relportal.core.models import Service, Tier, User
from relportal.core.permissions import allowed
from reports.actions.readiness import EDIT, ReviewGiven
from reports.actions.readiness_answers import AnswerGiven
from reports.domain.readiness import Proof, Result
from reports.forms.kpis import DAY
from reports.models import ReadinessReview, ReadinessState, ReadinessVerdict, ReviewKind
from reports.queries.readiness.detail import ItemShown
from reports.queries.readiness.listing import ReadinessFilters, ReadinessOrder, ReadinessSort


def _words(label: Any, *, required: bool = True, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=required, widget=forms.Textarea(attrs={"rows": 2}), **options)


def for_services(user: User) -> list[Service]:
    """Those for which the person may open a review."""
    return [one for one in Service.objects.active().select_related("team").order_by("name") if allowed(user, EDIT, one)]


class ReviewForm(ActionForm):
    """`one`: the review that is changed; its service stays, and once it is decided its title and kind do."""

    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.none(), to_field_name="slug")
    title = forms.CharField(
        label=_("What is launched"),
        max_length=200,
        help_text=_("As the people who wait for it call it: “Seat maps in the app”."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ReviewKind.choices, initial=ReviewKind.LAUNCH)
    planned_on = forms.DateField(label=_("Planned on"), widget=DAY, help_text=_("The day of the launch."))

    def __init__(self, *args: Any, user: User, one: ReadinessReview | None = None, **options: Any) -> None:
        if one is not None:
            options["initial"] = {name: getattr(one, name) for name in ("title", "kind", "planned_on", "version")}
        super().__init__(*args, **options)
        if one is not None:
            del self.fields["service"]
            for name in ("title", "kind"):
                self.fields[name].disabled = not one.is_open
            return
        field: Any = self.fields["service"]
        field.queryset = Service.objects.filter(pk__in=[each.pk for each in for_services(user)]).order_by("name")

    def given(self) -> ReviewGiven:
        data = self.cleaned_data
        return ReviewGiven(**{name: data[name] for name in ("service", "title", "planned_on", "kind")})


class AnswerForm(ActionForm):
    """Of one item, which the portal reads for itself or which somebody answers. `version` is that of its answer."""

    # 0: there was no answer yet.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    result = forms.ChoiceField(label=_("Result"), required=False)
    reason = _words(_("What was seen, or why"), required=False, max_length=1000)
    link = forms.URLField(label=_("Link"), max_length=500, required=False, assume_scheme="https")
    seen_on = forms.DateField(label=_("Seen on"), widget=DAY, required=False)

    def __init__(self, item: ItemShown, *args: Any, **options: Any) -> None:
        line = item.line
        options.setdefault("auto_id", f"id_{line.key}_%s")
        options["initial"] = {
            "result": line.said, "reason": line.reason, "link": line.link, "seen_on": line.seen_on,
            "version": item.version,
        }  # fmt: skip
        super().__init__(*args, **options)
        choices = [("", _t("Not answered"))]
        if item.answerable:
            choices += [("pass", _t("Pass")), ("fail", _t("Fail"))]
        choices.append(("not_applicable", _t("Does not apply")))
        field: Any = self.fields["result"]
        field.choices = choices
        if line.proof is Proof.EVIDENCE:
            self.fields["seen_on"].help_text = _t("Worth something for %(days)d days.") % {"days": line.days or 0}
        else:
            del self.fields["seen_on"]
        self.item = line.key

    def given(self) -> AnswerGiven:
        data = self.cleaned_data
        return AnswerGiven(
            item=self.item,
            result=Result(data["result"] or Result.UNKNOWN),
            reason=data["reason"],
            link=data["link"],
            seen_on=data.get("seen_on"),
        )


class DecideForm(ActionForm):
    """Carries the verdict that the reviewer has before them; nobody chooses it."""

    verdict = forms.ChoiceField(choices=ReadinessVerdict.choices, widget=forms.HiddenInput)
    because = _words(_("What you say to the team"), required=False, max_length=2000)

    def __init__(self, one: ReadinessReview, *args: Any, **options: Any) -> None:
        options["initial"] = {"version": one.version, "verdict": one.verdict}
        super().__init__(*args, **options)
        if one.verdict != ReadinessVerdict.READY:
            self.fields["because"].required = True
            self.fields["because"].help_text = _t("What has to be done, or why the conditions suffice.")


class LaunchForm(ActionForm):
    because = _words(_("Why, if nobody has found it ready"), required=False, max_length=500)


class WithdrawForm(ActionForm):
    because = _words(_("Why nothing is launched"), max_length=500)


class AgainForm(ActionForm):
    planned_on = forms.DateField(label=_("Planned on"), widget=DAY, help_text=_("The new day of the launch."))


def read_readiness(query: QueryDict) -> Asked[ReadinessFilters, ReadinessOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    filters = ReadinessFilters(
        text=reader.text,
        states=reader.several("state", lambda text: ReadinessState(text).value),
        verdicts=reader.several("verdict", lambda text: ReadinessVerdict(text).value),
        kinds=reader.several("kind", lambda text: ReviewKind(text).value),
        tiers=reader.several("tier", lambda text: Tier(int(text)).value),
        teams=reader.several("team", slug),
        services=reader.several("service", slug),
        soon=query.get("when") == "soon",
        against=query.get("when") == "against",
    )
    return reader.asked(filters, reader.order(ReadinessSort, ReadinessOrder, default=ReadinessOrder()))


def readiness_controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    when = [("soon", _t("In the next 30 days")), ("against", _t("Without a review, or against it"))]
    return selects(
        query,
        (
            ("state", _t("State"), _t("Any state"), ReadinessState.choices),
            ("verdict", _t("Verdict"), _t("Any verdict"), ReadinessVerdict.choices),
            ("when", _t("Launch"), _t("Any time"), when),
            ("kind", _t("Kind"), _t("All kinds"), ReviewKind.choices),
            ("tier", _t("Tier"), _t("All tiers"), [(str(each.value), each.label) for each in Tier]),
            ("team", _t("Team"), _t("All teams"), options["team"]),
        ),
    )
